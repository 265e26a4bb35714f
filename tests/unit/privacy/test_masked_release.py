"""Releases without commenters' names: none in any text or byte, and nothing in them by which names could be tried."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.privacy.masked_release import NamesError, copy_masked
from broadsheet.privacy.masking import MASK, keyed_id, keyed_sha256
from broadsheet.privacy.tombstones import Tombstones
from broadsheet.release import publish as publishing
from broadsheet.release.history import archived_releases, folder_of
from broadsheet.release.publish import Versions, publish
from broadsheet.storage.connection import Warehouse, connect
from broadsheet.storage.date_partitions import Window, replace_window
from tests.unit.marts import MARTS

VERSIONS = Versions("run", "0.1", "1", "tone", "vectors")
KEY = b"the key of this home"

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
ID_COLUMNS = ("page_id", "comment_id", "cluster_id", "content_sha256")


def tone_of(text: str) -> list[float]:
    """Stands for a model: three numbers that depend on every character."""
    digest = hashlib.sha256(text.encode()).digest()
    return [byte / 255 for byte in digest[:3]]


def home(folder: Path, texts: list[str], paths: list[str] | None = None, *, parsed: int | None = None) -> Warehouse:
    """A working file with pages, their parse, their tone and their marts; the first day has one page."""
    days = [DAYS[min(number, 1)] for number in range(len(texts))]
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    pages = pl.DataFrame(
        {
            "page_id": [sha256[:32] for sha256 in hashes],
            "content_sha256": hashes,
            "source_path": paths or [f"{number}.txt" for number in range(len(texts))],
            "landing_date": days,
            "landed_at": datetime(2026, 11, 21, 1, 2, 3, 4, tzinfo=UTC),
            "file_bytes": [len(text.encode()) for text in texts],
            "encoding": "utf-8",
            "text": texts,
        }
    )
    warehouse = Warehouse(folder / "broadsheet.duckdb")
    with warehouse.writing() as connection:
        for table, rows in [("raw.pages", pages), *parse_tables(pages[:parsed], KEY)]:
            replace_window(connection, table, rows, Window(*DAYS))
        read = connection.sql(
            "select comment_id, page_id, landing_date, coalesce(scored_text, text) as text from parsed.comments"
        ).pl()
        tones = pl.DataFrame(
            [tone_of(text) for text in read["text"]], ["p_negative", "p_neutral", "p_positive"], orient="row"
        )
        scored = (
            read.drop("text")
            .hstack(tones)
            .with_columns(
                label=pl.lit("neutral"),
                polarity=pl.col("p_positive") - pl.col("p_negative"),
                model_id=pl.lit("m"),
                model_revision=pl.lit("tone"),
                language=pl.lit("en"),
                tone_basis=pl.lit("measured"),
            )
        )
        replace_window(connection, "enriched.comment_sentiment", scored, Window(*DAYS))
        for text in set(read["text"]):
            key = hashlib.sha256(text.encode()).hexdigest()
            connection.execute(
                "insert into enriched.inferences (text_sha256, task, model_id, model_revision, output, inferred_at)"
                " values (?, 'sentiment', 'm', 'tone', ?, now())",
                [key, tone_of(text)],
            )
        connection.execute(MARTS)
        connection.execute(MORE.replace("$sha256", f"'{hashlib.sha256(texts[0].encode()).hexdigest()}'"))
    return warehouse


MORE = """
insert into raw.sightings by name
    select source_path, content_sha256, page_id, landed_at as first_seen_at, landed_at as last_seen_at from raw.pages;
insert into raw.quarantine by name
    select 'refused.txt' as source_path, $sha256 as content_sha256, 1234 as file_bytes, 'undecodable' as reason,
    'byte 987 is not utf-8: invalid' as detail, '2026-11-09' as landing_date, now() as first_seen_at;
insert into quality.check_results by name
    select 'run' as run_id, now() as checked_at, 'raw.pages' as table_name, 'a_check' as check_name,
    'warn' as severity, false as is_success, 1 as unexpected_count, list(page_id) as failing_ids, 'near 5' as error
    from raw.pages;
alter table marts.comments add column text_chars bigint;
update marts.comments set text_chars = length(text);
create table marts.comment_strands as
    select page_id, landing_date, 1 as strand_no, comment_id, author_name, text
    from parsed.comments where comment_no = 2;
create table marts.commenters (commenter_id varchar not null, display_name varchar);
comment on column marts.commenters.display_name is 'Spelling.';
insert into marts.commenters by name
    select commenter_id, min(author_name) as display_name from parsed.comments
    where commenter_id is not null group by all;
insert into enriched.near_duplicates by name
    select
        (select min(page_id) from parsed.pages) as cluster_id, 'article' as kind, page_id, landing_date,
        true as is_exact, 1 as similarity, page_id = (select min(page_id) from parsed.pages) as is_representative
    from parsed.pages where landing_date = (select arg_min(landing_date, page_id) from parsed.pages);
create table marts.near_duplicates as from enriched.near_duplicates;
create table marts.coverage as
    with sums as (
        select
            landing_date, sum(char_end - char_start)::bigint as text_chars,
            sum(char_end - char_start) filter (where kind in ('title', 'byline', 'date')) as heading,
            sum(char_end - char_start) filter (where kind like 'comment_%') as talk, {}
        from parsed.spans group by all
    )
    select
        landing_date, text_chars, coalesce(heading, 0) / text_chars as share_chars_heading,
        coalesce(talk, 0) / text_chars as share_chars_comment, {}
    from sums
""".format(
    ", ".join(
        f"sum(char_end - char_start) filter (where kind = '{kind}') as {kind}"
        for kind in ("body", "caption", "boilerplate", "other", "blank")
    ),
    ", ".join(
        f"coalesce({kind}, 0) / text_chars as share_chars_{kind}"
        for kind in ("body", "caption", "boilerplate", "other", "blank")
    ),
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    texts = [PAGE, PAGE.replace("Millrace", "Millpond").replace("\n", "\r\n"), PAGE + "\nnot parsed yet\n"]
    return home(tmp_path, texts, ["0.txt", "Perpetua-Oxenholme_weir.txt", "2.txt"], parsed=2)


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


def _keyed(column: str, value: object) -> object:
    return (keyed_sha256 if column == "content_sha256" else keyed_id)(value, KEY) if isinstance(value, str) else value


def test_names_are_in_no_table_and_all_else_is(
    warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "copy_masked", partial(copy_masked, max_chars=1))  # a day at a time
    publish(warehouse, published, VERSIONS, mask_key=KEY)
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
        "publishing.partitions",
        "publishing.taken",
    }
    for table in public.keys() - {"publishing.releases", "marts.releases"}:
        assert public[table].schema == private[table].schema
        assert public[table].height == private[table].height
        changed = [
            name
            for name in public[table].columns
            if Counter(map(str, public[table][name]))
            != Counter(str(_keyed(name, value) if name in ID_COLUMNS else value) for value in private[table][name])
        ]
        assert set(changed) <= CHANGED.get(table, set()), table
    nobody = {table: public[table][name] for table in public for name in public[table].columns if name in NAME_COLUMNS}
    assert nobody.keys() == {"parsed.comments", "marts.comments", "marts.comment_strands", "marts.commenters"}
    assert all(column.null_count() == len(column) > 0 for column in nobody.values())


_PLACES = {"char_start", "char_end"}
_OF_COMMENT = {"author_name", "text", *_PLACES, "quote_char_end", "confidence"}
CHANGED = {
    "raw.pages": {"text", "file_bytes", "source_path"},
    "raw.sightings": {"source_path"},
    "raw.quarantine": {"file_bytes", "detail"},
    "parsed.spans": _PLACES,
    "parsed.comments": _OF_COMMENT | {"scored_text"},
    "parsed.sentences": {"text", "text_sha256", *_PLACES},
    "enriched.near_duplicates": {"cluster_id"},
    "parsed.pages": {"confidence"},
    "quality.check_results": {"failing_ids", "error"},
    "marts.articles": {"confidence"},
    "marts.comments": _OF_COMMENT | {"scored_text", "text_chars"},
    "marts.comment_strands": {"author_name", "text"},
    "marts.commenters": {"display_name"},
    "marts.near_duplicates": {"cluster_id"},
    "marts.coverage": {"text_chars", "mean_confidence"}
    | {f"share_chars_{kind}" for kind in ("heading", "body", "comment", "boilerplate", "other", "blank")},
}


def test_a_published_number_is_walked_back_to_the_releases_own_text(warehouse: Warehouse, published: Path) -> None:
    publish(warehouse, published, VERSIONS, mask_key=KEY)
    with connect(published, read_only=True) as connection:
        pages = connection.sql("from raw.pages").pl()
        sentences = connection.sql(
            "select s.*, p.text as page from parsed.sentences s join raw.pages p using (page_id)"
        )
        rows = sentences.pl()
        sources = connection.sql("select s.* from marts.comments as c, source_of(c.comment_id) as s").pl()
        coverage = connection.sql("select landing_date, text_chars from marts.coverage").pl()
        lines = connection.sql("select page_id, line_start, line_end, char_start, char_end from parsed.spans").pl()
        described = connection.sql("select comment from duckdb_columns() where column_name = 'display_name'").fetchall()
    assert rows.height > 10
    assert any(MASK in text for text in rows["text"])
    for row in rows.iter_rows(named=True):
        assert " ".join(row["page"][row["char_start"] : row["char_end"]].split()) == row["text"]
        assert hashlib.sha256(row["text"].encode()).hexdigest() == row["text_sha256"]
    text_of = dict(pages.select("page_id", "text").iter_rows())
    assert pages["file_bytes"].to_list() == [len(text.encode()) for text in pages["text"]]
    assert sources.height == 6
    for row in sources.iter_rows(named=True):  # the bytes of the text that the release holds
        data = text_of[row["comment_id"][:32]].encode()
        assert data[row["byte_start"] : row["byte_end"]].decode() == row["source_text"]
    for row in lines.iter_rows(named=True):
        before = text_of[row["page_id"]][: row["char_start"]]
        assert before.count("\n") + 1 == row["line_start"]
    days = dict(
        pages.filter(pl.col("page_id").is_in(lines["page_id"].to_list()))
        .select("landing_date", pl.col("text").str.len_chars())
        .iter_rows()
    )
    assert dict(coverage.iter_rows()) == days
    assert described == [("Spelling.",)] * 2, "of the table and of its view"


def test_past_releases_with_names_or_plain_ids_go_when_names_are_no_longer_published(
    warehouse: Warehouse, published: Path
) -> None:
    publish(warehouse, published, VERSIONS)
    older = publish(warehouse, published, VERSIONS, mask_key=KEY).release_id
    with warehouse.writing() as connection:  # as one made before ids were keyed
        connection.execute("update publishing.releases set has_keyed_ids = false")
    made = [publish(warehouse, published, VERSIONS, mask_key=KEY).release_id for _ in range(2)]
    assert older not in made
    assert archived_releases(folder_of(published)) == made
    with connect(published, read_only=True) as connection:
        for release_id in made:
            query = "select count(*), count(author_name) from as_of(?, 'comments')"
            ((comments, named),) = connection.execute(query, [release_id]).fetchall()
            assert comments > named == 0


@pytest.mark.parametrize("mask_key", [None, KEY])
def test_names_are_in_no_byte_of_the_file(
    warehouse: Warehouse, published: Path, monkeypatch: pytest.MonkeyPatch, mask_key: bytes | None
) -> None:
    def uncompressed(database: Path, *, read_only: bool = False) -> object:
        connection = connect(database, read_only=read_only)
        connection.execute("set force_compression = 'uncompressed'")  # else a name may be there in other bytes
        return connection

    monkeypatch.setattr(publishing, "connect", uncompressed)
    publish(warehouse, published, VERSIONS, mask_key=mask_key)
    files = [path for path in published.parent.rglob("*") if path.is_file()]
    assert len(files) > 20, "the release, and what is kept of it"
    content = b"".join(path.read_bytes() for path in files).lower()
    plain = _tables(warehouse.database)["raw.pages"]["page_id"].to_list()
    assert b"dacosta" in content
    assert [name.encode() in content for name in (*GONE, *plain)] == [mask_key is None] * (len(GONE) + len(plain))


def test_a_tombstone_of_a_release_without_names_is_keyed_once_and_still_known(
    warehouse: Warehouse, published: Path, tmp_path: Path
) -> None:
    sha256 = hashlib.sha256(b"gone").hexdigest()
    with warehouse.writing() as connection:
        connection.execute(
            "insert into raw.erasures by name select 'page' as kind, ?[:32] as page_id, ? as content_sha256,"
            " now() as erased_at, 1 as page_count, 0 as comment_count",
            [sha256, sha256],
        )
    publish(warehouse, published, VERSIONS, mask_key=KEY)
    lost = tmp_path / "lost"
    lost.mkdir()
    published.parent.rename(lost / "published")
    for _ in range(2):  # a home that is lost again, and whose tombstones are keyed already
        (lost / "broadsheet.duckdb").unlink(missing_ok=True)
        with Warehouse(lost / "broadsheet.duckdb").reading() as connection:
            rows = connection.execute("select page_id, content_sha256, is_keyed from raw.erasures").fetchall()
        assert rows == [(keyed_id(sha256[:32], KEY), keyed_sha256(sha256, KEY), True)]
        contents = frozenset(content for _, content, _ in rows)
        assert Tombstones(contents, frozenset(), KEY).has_page(sha256)
        assert not Tombstones(contents, frozenset(), KEY).has_page(hashlib.sha256(b"other").hexdigest())
        with Warehouse(lost / "broadsheet.duckdb").writing() as connection:
            connection.execute(MARTS)
        publish(Warehouse(lost / "broadsheet.duckdb"), lost / "published" / "broadsheet.duckdb", VERSIONS, mask_key=KEY)


@pytest.mark.parametrize(
    "older",
    [
        "update parsed.comments set scored_text = null",  # parsed before names were kept from models
        "update enriched.comment_sentiment set p_negative = 0.123",  # parsed anew, not scored anew
        "delete from enriched.inferences where text_sha256 in (select sha256(scored_text) from parsed.comments)",
    ],
)
def test_no_figure_that_was_made_with_names_is_released_without(
    warehouse: Warehouse, published: Path, older: str
) -> None:
    publish(warehouse, published, VERSIONS)
    before = published.read_bytes()
    with warehouse.writing() as connection:
        connection.execute(older)
    with pytest.raises(NamesError, match="backfill --stale"):
        publish(warehouse, published, VERSIONS, mask_key=KEY)
    assert published.read_bytes() == before


# Another name in each: short and long, of one word and of four, in other scripts, with stops, marks and digits.
DICTIONARY: tuple[str, ...] = (
    *("Bo", "Al Li", "Una Pell", "Zebulon Quixworth", "Wilhelmina Carruthers", "Dr. J. R. Smith-Jones", "solder_sam"),
    *("Ann-Marie O'Neill", "Максим Орлов", "李小龙", "Ægir Þórsson", "Rene\u0301e Dubois", "reader1962", "MARTHA HOBB"),
    *("Jan van der Meer", "Kit", "Oleander Featherstonehaugh", "İpek Çelik", "m.k.", "The Walrus"),
)
OTHERS = (
    *("Perpetua Oxenholme", "Ned Dacosta", "Ivy Thistlewood", "Omar Sallow", "Greta Winterbourne", "Paul Marchbank"),
    *("Ruth Alderney", "Sid Colquhoun", "Tess Burnaby"),
)
WORDS = (
    "I have walked past it every day for years, and it leaks by the old gate when the river is high.",
    "As {0} says, it leaks by the gate. I wrote to {0} about it in March, and nobody answered me.",
    "The hall roof can wait, I think. @{0} you should stand for the council one day.",
    "Nobody asked those of us who live by the mill, and we are the ones with wet cellars.",
    "It was mended in my father's day too, and it held for thirty years without a drop.",
)


def _page(name: str, count: int) -> str:
    """A page with so many commenters, of whom the first is the one whose name is guessed."""
    names = [name, *OTHERS[: count - 1]]
    comments = [
        f"{who} says:\nNovember 9, 2026 at {8 + number}:12 am\n\n{WORDS[number % 5].format(name)}\n\nReply\n"
        for number, who in enumerate(names)
    ]
    head = PAGE[: PAGE.index("3 thoughts")].replace("Posted by Winifred Threnody\n", "")
    return f"{head}{count} thoughts on “The weir is to be mended by the spring”\n\n" + "\n".join(comments)


def _guesses(text: str) -> Iterator[tuple[str, object]]:
    """What can be worked out of a page without the key, by what it is called."""
    data = text.encode()
    for name in ("md5", "sha1", "sha256", "blake2b"):
        digest = hashlib.new(name, data).hexdigest()
        yield from ((name, digest), (f"{name} 32", digest[:32]), (f"{name} id", f"{digest[:32]}-1"))
    yield from (("chars", len(text)), ("bytes", len(data)), ("utf-16", len(text.encode("utf-16-le"))))
    page_id = hashlib.sha256(data).hexdigest()[:32]
    pages = pl.DataFrame({"page_id": [page_id], "landing_date": [DAYS[0]], "text": [text]})
    for table, rows in parse_tables(pages, b""):
        for column in rows.columns:
            yield from ((f"{table}.{column} {number}", value) for number, value in enumerate(rows[column]) if value)
            if rows.schema[column] == pl.String:
                texts = list(filter(None, rows[column]))
                yield from ((f"{table}.{column} chars {number}", len(value)) for number, value in enumerate(texts))
                yield from ((f"{table}.{column} tone {number}", tone_of(value)) for number, value in enumerate(texts))


def _values(tables: Mapping[str, pl.DataFrame]) -> set[str]:
    """Every value of every column, and the elements of lists; and the tones that rows hold."""
    found = set()
    for rows in tables.values():
        for column in rows.columns:
            values = rows[column].explode() if rows.schema[column] == pl.List else rows[column]
            found |= set(map(str, values.drop_nulls()))
        if "p_negative" in rows.columns:
            found |= {
                str([round(value, 4) for value in row])
                for row in rows.select("p_negative", "p_neutral", "p_positive").drop_nulls().iter_rows()
            }
    return found


def _hits(tables: Mapping[str, pl.DataFrame], count: int) -> Counter[str]:
    """How many values of the release stand out for each name of the dictionary: it explains them, and few others do."""
    published = _values(tables)
    explained: dict[str, set[str]] = {}
    for name in DICTIONARY:
        for what, value in _guesses(_page(name, count)):
            told = str([round(each, 4) for each in value]) if isinstance(value, list) else str(value)
            if told in published:
                explained.setdefault(f"{what} = {told}", set()).add(name)
    return Counter(name for names in explained.values() if len(names) < 3 for name in names)


@pytest.mark.parametrize("count", [1, 3, 10])
def test_a_list_of_names_finds_nobody(tmp_path: Path, count: int) -> None:
    """Whom the attack suspects has nothing to do with whose name it was; in a release with names it is found."""
    nameless = []
    for name in ("Zebulon Quixworth", "m.k."):
        folder = tmp_path / name
        folder.mkdir()
        warehouse, target = home(folder, [_page(name, count)]), folder / "published" / "broadsheet.duckdb"
        publish(warehouse, target, VERSIONS)
        ((found, _),) = _hits(_tables(target), count).most_common(1)
        assert found == name
        publish(warehouse, target, VERSIONS, mask_key=KEY)
        nameless.append(_hits(_tables(target), count))
    assert nameless[0] == nameless[1]


def test_two_pages_that_differ_by_a_name_are_released_alike(tmp_path: Path) -> None:
    """The name has a stop in it or none, is long or short, in one script or another: no table tells which."""
    released = []
    for name in ("Zebulon Quixworth", "Dr. J. R. Smith-Jones", "Максим Орлов"):
        folder = tmp_path / name
        folder.mkdir()
        publish(home(folder, [_page(name, 3)]), folder / "published" / "broadsheet.duckdb", VERSIONS, mask_key=KEY)
        released.append(_tables(folder / "published" / "broadsheet.duckdb"))
    for table in released[0].keys() - {"publishing.releases", "marts.releases"}:
        told = [rows[table].drop(*UNLIKE, strict=False).rows() for rows in released]
        assert told[0] == told[1] == told[2], table


UNLIKE = (*ID_COLUMNS, "commenter_id", "first_seen_at", "checked_at")
"""Keyed with the name or the page, or a time of the day."""
