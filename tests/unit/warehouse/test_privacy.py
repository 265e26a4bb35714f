"""Releases without commenters' names: gone from every text and from the file's bytes, all else in its place."""

import hashlib
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from marts import MARTS

from broadsheet.parse import Kind, parse_page
from broadsheet.parse.tables import parse_tables
from broadsheet.warehouse import publish as publishing
from broadsheet.warehouse.connection import Warehouse, connect
from broadsheet.warehouse.history import folder_of, kept
from broadsheet.warehouse.nameless import copy_nameless
from broadsheet.warehouse.privacy import MASK, Names, mask_page
from broadsheet.warehouse.publish import Versions, publish
from broadsheet.warehouse.windows import Window, replace_window

VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")

FOUND = {
    "a name": ("Ann Lee", "I am with Ann Lee here", "I am with ███████ here"),
    "in another case": ("Ann Lee", "ANN LEE! ann lee?", "███████! ███████?"),
    "over a line's end": ("Ann Lee", "says Ann \n  Lee now", "says ███ \n  ███ now"),
    "with its owner's mark": ("Ann Lee", "Ann Lee's point", "███████'s point"),
    "with punctuation at its end": ("J. R. Lee Jr.", "as J.  R. Lee Jr, said", "as █████████████, said"),
    "in another composition": ("Ren\u00e9e", "ask Rene\u0301e", "ask ██████"),
    "the longest first": ("Ann Lee\nAnn Lee Smith", "Ann Lee Smith and Ann Lee", "█████████████ and ███████"),
    "a handle": ("solder_sam", "thanks @Solder_Sam.", "thanks @██████████."),
    "a short word as printed": ("Will", "Will, I will. WILL!", "████, I will. WILL!"),
    "a short word capitalised": ("will", "Will, you will", "████, you ████"),
    "a short word that is called": ("Will", "@will you", "@████ you"),
    "a word of a longer name that is called": ("Ann Lee", "@ann and Ann and @lee", "@███ and Ann and @███"),
    "two letters that are called": ("Jo", "Jo and @Jo", "Jo and @██"),
    "a name that is taken apart": ("(ann lee)", "Lee Ann, Ann-Lee, Annlee", "Lee Ann, Ann-Lee, Annlee"),
    "a name within a word": ("Anton", "Antonia, anton_b, 5Anton", "Antonia, anton_b, 5Anton"),
    "a name without a letter": ("***", "*** and !", "*** and !"),
    "an empty name": ("", "nothing  here", "nothing  here"),
}


@pytest.mark.parametrize("case", FOUND)
def test_a_name_is_found(case: str) -> None:
    names, text, masked = FOUND[case]
    assert Names(names.split("\n")).mask(text) == masked


def test_outside_prose_every_name_counts() -> None:
    assert Names(["Jo", "Will"]).mask("in reply to jo, will", in_prose=False) == "in reply to ██, ████"


_TEXTS = st.text(alphabet="aAb ßé\n\t@_-.1\u0301", max_size=40)


@given(names=st.lists(_TEXTS, max_size=4), text=_TEXTS)
def test_a_masked_text_differs_only_by_its_blocks(names: list[str], text: str) -> None:
    masked = Names(names).mask(text)
    assert len(masked) == len(text)
    assert all(new in {old, MASK} for new, old in zip(masked, text, strict=True))
    assert [at for at, sign in enumerate(masked) if sign == "\n"] == [
        at for at, sign in enumerate(text) if sign == "\n"
    ]


@given(
    name=st.text(alphabet="abcdeéñß", min_size=6, max_size=12),
    before=st.sampled_from(["", "so, ", "\n", "@", "("]),
    after=st.sampled_from(["", " it is", "\n", "'s", "..."]),
)
def test_a_name_between_other_words_is_always_gone(name: str, before: str, after: str) -> None:
    assert Names([name]).mask(before + name + after) == before + MASK * len(name) + after


@given(text=st.text(max_size=200))
def test_any_page_keeps_its_length_and_one_that_is_not_parsed_shows_nothing(text: str) -> None:
    page = parse_page(text)
    spans = [(span.kind, span.char_start, span.char_end) for span in page.spans]
    names = Names(comment.author_name for comment in page.comments if comment.author_name)
    assert len(mask_page(text, spans, names)) == len(text)
    unparsed = mask_page(text, [], names)
    assert len(unparsed) == len(text)
    assert not set("".join(unparsed.split())) - {MASK}


def test_author_lines_are_blacked_out_whole_and_the_article_stays() -> None:
    parts = [
        (Kind.TITLE, "Ann Lee wins\n"),
        (Kind.BYLINE, "By Ann Lee\n"),
        (Kind.BODY, "Ann Lee won.\n"),
        (Kind.BLANK, "\n"),
        (Kind.COMMENT_AUTHOR, "  Ann Lee, Le 10 mai\r\n"),
        (Kind.COMMENT_META, "in reply to bo\n"),
        (Kind.COMMENT_TEXT, "It was me, Ann Lee.\n"),
        (Kind.BOILERPLATE, "Most read: ann lee\n"),
    ]
    spans, at = [], 0
    for kind, text in parts:
        spans.append((kind, at, at + len(text)))
        at += len(text)
    masked = mask_page("".join(text for _, text in parts), spans, Names(["Ann Lee", "Bo"]))
    assert masked.split("\n") == [
        "Ann Lee wins",
        "By Ann Lee",
        "Ann Lee won.",
        "",
        "  ██████████████████\r",
        "in reply to ██",
        "It was me, ███████.",
        "Most read: ███████",
        "",
    ]


PAGE = """Millrace

The weir is to be mended by the spring

Posted by Winifred Threnody
November 9, 2026

The parish council has agreed to mend the weir, which has leaked since the flood of last winter, and to do so by May.

It will cost more than the hall roof, and nobody on the council could say on Thursday where the money is to come from.

3 thoughts on “The weir is to be mended by the spring”

Zebulon Quixworth says:
November 9, 2026 at 8:12 am

I have walked past it every day for years. It leaks by the old gate, and everyone in the village knows it leaks there.

Reply

Perpetua  Oxenholme says:
November 9, 2026 at 10:32 am

As zebulon quixworth says, it leaks by the gate. I wrote to Dr. Zebulon
Quixworth about it in March, and so did @Zebulon to me. Mr Dacosta saw it too.

Reply

Will says:
November 9, 2026 at 12:07 pm

Will you two stop? It will hold until the spring, as Perpetua Oxenholme told us, and so did J. Zebulon Quixworth.

Reply
"""
DAYS = (date(2026, 11, 9), date(2026, 11, 10))
GONE = ("zebulon", "quixworth", "perpetua", "oxenholme")
NAME_COLUMNS = ("author_name", "display_name")
KEPT = ("winifred threnody", "dacosta", "it will hold")


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    texts = [PAGE, PAGE.replace("Millrace", "Millpond").replace("\n", "\r\n"), PAGE + "\nnot parsed yet\n"]
    days = [DAYS[0], DAYS[1], DAYS[1]]
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    pages = pl.DataFrame(
        {
            "page_id": [sha256[:32] for sha256 in hashes],
            "content_sha256": hashes,
            "source_path": [f"{number}.txt" for number in range(3)],
            "landing_date": days,
            "landed_at": datetime(2026, 11, 21, 1, 2, 3, 4, tzinfo=UTC),
            "file_bytes": [len(text.encode()) for text in texts],
            "encoding": "utf-8",
            "text": texts,
        }
    )
    warehouse = Warehouse(tmp_path / "broadsheet.duckdb")
    with warehouse.writing() as connection:
        for table, rows in [("raw.pages", pages), *parse_tables(pages[:2], b"key")]:
            replace_window(connection, table, rows, Window(*DAYS))
        connection.execute(MARTS)
        connection.execute("""
            create table marts.comment_strands as
                select page_id, landing_date, 1 as strand_no, comment_id, author_name, text
                from parsed.comments where comment_no = 2;
            create table marts.commenters (commenter_id varchar not null, display_name varchar);
            comment on column marts.commenters.display_name is 'Spelling.';
            insert into marts.commenters by name
                select commenter_id, min(author_name) as display_name from parsed.comments group by all;
        """)
    return warehouse


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published" / "broadsheet.duckdb"


def _tables(path: Path) -> dict[str, pl.DataFrame]:
    with connect(path, read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return {f"{schema}.{name}": connection.sql(f"from {schema}.{name}").pl() for schema, name in names}


def _text(tables: dict[str, pl.DataFrame]) -> str:
    """Every text of every table, with its white space folded."""
    columns = (rows[name] for rows in tables.values() for name in rows.columns if rows.schema[name] == pl.String)
    return " ".join(" ".join(column.drop_nulls().to_list()) for column in columns).casefold()


def test_names_are_in_no_table_and_all_else_is(
    warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "copy_nameless", partial(copy_nameless, max_chars=1))  # a day at a time
    publish(warehouse, published, VERSIONS, author_names=False)
    private, public = _tables(warehouse.database), _tables(published)
    assert all(name in _text(private) for name in GONE)
    assert not [name for name in GONE if name in _text(public)]
    assert all(kept in _text(public) for kept in KEPT)
    public = {table: rows for table, rows in public.items() if not table.startswith("search.")}
    assert public.keys() == private.keys() - {
        "enriched.inferences",
        "enriched.generations",
        "enriched.text_signatures",
        "enriched.topic_vectors",
    }
    for table in public.keys() - {"publishing.releases", "marts.releases"}:
        assert public[table].schema == private[table].schema
        changed = [
            name
            for name in public[table].columns
            if sorted(public[table][name].to_list(), key=str) != sorted(private[table][name].to_list(), key=str)
        ]
        assert changed == {
            "raw.pages": ["text"],
            "parsed.comments": ["author_name", "text"],
            "parsed.sentences": ["text", "text_sha256"],
            "marts.comments": ["author_name", "text"],
            "marts.comment_strands": ["author_name", "text"],
            "marts.commenters": ["display_name"],
        }.get(table, [])
    nobody = {table: public[table][name] for table in public for name in public[table].columns if name in NAME_COLUMNS}
    assert nobody.keys() == {"parsed.comments", "marts.comments", "marts.comment_strands", "marts.commenters"}
    assert all(column.null_count() == len(column) > 0 for column in nobody.values())


def test_offsets_and_hashes_still_hold(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS, author_names=False)
    with connect(published, read_only=True) as connection:
        sentences = connection.sql(
            "select s.*, p.text as page from parsed.sentences s join raw.pages p using (page_id)"
        )
        rows = sentences.pl()
        described = connection.sql("select comment from duckdb_columns() where column_name = 'display_name'").fetchall()
    assert rows.height > 10
    assert any(MASK in text for text in rows["text"])
    for row in rows.iter_rows(named=True):
        assert " ".join(row["page"][row["char_start"] : row["char_end"]].split()) == row["text"]
        assert hashlib.sha256(row["text"].encode()).hexdigest() == row["text_sha256"]
    assert described == [("Spelling.",)] * 2, "of the table and of its view"


def test_past_releases_with_names_go_when_names_are_no_longer_published(warehouse: Warehouse, published: Path) -> None:
    for author_names in (True, False, False):
        publish(warehouse, published, VERSIONS, author_names=author_names)
    assert len(kept(folder_of(published))) == 2
    with connect(published, read_only=True) as connection:
        for release_id in kept(folder_of(published)):
            query = "select count(*), count(author_name) from as_of(?, 'comments')"
            ((comments, named),) = connection.execute(query, [release_id]).fetchall()
            assert comments > named == 0


@pytest.mark.parametrize("author_names", [True, False])
def test_names_are_in_no_byte_of_the_file(
    warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch, *, author_names: bool
) -> None:
    def uncompressed(database: Path, *, read_only: bool = False) -> object:
        connection = connect(database, read_only=read_only)
        connection.execute("set force_compression = 'uncompressed'")  # else a name may be there in other bytes
        return connection

    monkeypatch.setattr(publishing, "connect", uncompressed)
    publish(warehouse, published, VERSIONS, author_names=author_names)
    files = [path for path in published.parent.rglob("*") if path.is_file()]
    assert len(files) > 20, "the release, and what is kept of it"
    content = b"".join(path.read_bytes() for path in files).lower()
    assert b"dacosta" in content
    assert [name.encode() in content for name in GONE] == [author_names] * len(GONE)
