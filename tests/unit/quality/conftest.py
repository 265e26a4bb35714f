"""A small warehouse in which every check holds, and what breaks it: a new table has its rows and its damage here."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from broadsheet.analysis.minhash import METHOD, sign
from broadsheet.analysis.prevalence import share_rows
from broadsheet.quality import CheckResult, validate
from broadsheet.storage.connection import Warehouse

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TINY = {"model_id": "tiny", "model_revision": "abc"}
MINILM = {"model_id": "minilm", "model_revision": "def"}
TONE = {"label": "negative", "p_negative": 0.7, "p_neutral": 0.2, "p_positive": 0.1, "polarity": -0.6, **TINY}
IN_ENGLISH = {"language": "en", "tone_basis": "measured"}

# Kind, comment_no, lines of the span, sentences in it. No-break spaces, hostile text and code points beyond the BMP.
Block = tuple[str, int | None, str, list[str]]
FIRST: list[Block] = [
    ("title", None, "A headline 🗞\n", []),
    ("blank", None, "\n", []),
    ("body", None, "Rates\u00a0 rise '; drop table raw.pages; --\nagain. Markets {fall} :name 50 %.\n",
     ["Rates\u00a0 rise '; drop table raw.pages; --\nagain.", "Markets {fall} :name 50 %."]),
    ("blank", None, "\u3000\n", []),
    ("body", None, "A third 🗞 sentence.\n", ["A third 🗞 sentence."]),
    ("comment_author", 1, "Ann\n", []),
    ("comment_text", 1, "<script>Well</script> said. Or not?\n", ["<script>Well</script> said.", "Or not?"]),
    ("comment_author", 2, "Bob\n", []),
    ("comment_text", 2, "I disagree.\n", ["I disagree."]),
    ("comment_author", 3, "Cy", []),
]  # fmt: skip
SECOND: list[Block] = [
    ("title", None, "Another one\r\n", []),
    ("body", None, "Only one\r\nsentence.\r\n", ["Only one\r\nsentence."]),
]

# Longer than the pieces that slices are cut from: a sentence across an edge, and one longer than a piece.
LONG: list[Block] = [
    ("title", None, "é" * 990 + "\n", []),
    (
        "body",
        None,
        "Across\tthe edge. " + "Word 🗞\n" * 300 + "End.\n",
        ["Across\tthe edge.", "Word 🗞\n" * 300 + "End."],
    ),
]

Row = dict[str, object]
Sheet = dict[str, list[Row]]


def sha(text: str) -> str:
    """SHA-256 in hexadecimal, as DuckDB's own function gives it."""
    return hashlib.sha256(text.encode()).hexdigest()


FIRST_ID, SECOND_ID, LONG_ID = (sha("".join(block[2] for block in page))[:32] for page in (FIRST, SECOND, LONG))


REFUSED = "source_path, content_sha256, file_bytes, reason, detail, landing_date, first_seen_at"
PAGE = f"page_id = '{FIRST_ID}'"
OTHER = f"page_id = '{SECOND_ID}'"
F, S = FIRST_ID, SECOND_ID


@dataclass
class Rows:
    """Rows of the tables, as they are made."""

    tables: Sheet = field(default_factory=dict)

    def add(self, table: str, **row: object) -> None:
        """Append one row, by the names of its columns; those of a table have all the same, and the rest is null."""
        self.tables.setdefault(table, []).append(row)


def _add_page(rows: Rows, path: str, blocks: list[Block]) -> None:
    text = "".join(block[2] for block in blocks)
    page_id = sha(text)[:32]
    of_page = {"page_id": page_id, "landing_date": DAY}
    rows.add(
        "raw.pages",
        **of_page,
        content_sha256=sha(text),
        source_path=path,
        landed_at=NOW,
        file_bytes=len(text.encode()),
        encoding="utf-8",
        text=text,
        encoding_confidence=1.0,
        format="text",
    )
    _add_sighting(rows, path, sha(text), page_id)
    body = "\n\n".join(block[2].strip() for block in blocks if block[0] == "body")
    numbers = sorted({block[1] for block in blocks if block[1]})
    rows.add(
        "parsed.pages",
        **of_page,
        title=blocks[0][2].strip(),
        language="en",
        layout="names",
        body_text=body,
        body_chars=len(body),
        body_words=len(body.split()),
        comment_count=len(numbers),
        parser_version="1",
        confidence=0.9,
    )
    if numbers:  # those with text, two in all, in one group
        rows.add(
            "enriched.comment_strands",
            **of_page,
            strand_no=1,
            comment_id=f"{page_id}-1",
            comment_count=2,
            comment_share=1.0,
            commenter_count=2,
            commenter_share=1.0,
            cohesion=0.75,
            **MINILM,
        )
    body_sentences = _add_spans(rows, page_id, blocks)
    for number in numbers:
        _add_comment(rows, page_id, number, blocks)
    scored = len(body_sentences)
    _add_signature(rows, page_id, None, body)
    rows.add("enriched.topic_vectors", **of_page, vector=[127] + [0] * 383, **MINILM)
    _add_member(rows, page_id, None, likeness=0.5, placed_by="own")
    shares = {"share_negative": 1.0, "share_neutral": 0.0, "share_positive": 0.0}
    rows.add("enriched.article_sentiment", **of_page, **TONE, sentence_count=scored, **shares, tone_basis="measured")
    _add_summary(rows, page_id, body_sentences, is_generated=blocks is LONG)


def _add_summary(rows: Rows, page_id: str, body: list[tuple[int, int, int, str]], *, is_generated: bool) -> None:
    """Every sentence verbatim, or one generated sentence that all of them carry."""
    generated = "Across the edge 🗞, to the end."
    summary = generated if is_generated else " ".join(text for *_, text in body)
    of_page = {"page_id": page_id, "landing_date": DAY}
    rows.add(
        "enriched.article_summaries",
        **of_page,
        summary=summary,
        method="abstractive-locked-1" if is_generated else "extractive-mmr",
        generated_count=3 if is_generated else 0,
        dropped_count=2 if is_generated else 0,
        **MINILM,
    )
    for rank, (sentence_no, start, end, folded) in enumerate(reversed(body), 1):
        rows.add(
            "enriched.summary_sentences",
            **of_page,
            rank=1 if is_generated else rank,
            sentence_no=sentence_no,
            char_start=start,
            char_end=end,
            salience=0.5,
            support=0.8 if is_generated else 1.0,
            text=generated if is_generated else folded,
        )


def _add_spans(rows: Rows, page_id: str, blocks: list[Block]) -> list[tuple[int, int, int, str]]:
    line, char = 1, 0
    counts: dict[int | None, int] = {}
    body: list[tuple[int, int, int, str]] = []
    of_page = {"page_id": page_id, "landing_date": DAY}
    for span_no, (kind, comment_no, text, sentences) in enumerate(blocks, 1):
        lines = max(text.count("\n"), 1)
        rows.add(
            "parsed.spans",
            **of_page,
            span_no=span_no,
            kind=kind,
            comment_no=comment_no,
            line_start=line,
            line_end=line + lines - 1,
            char_start=char,
            char_end=char + len(text),
        )
        for sentence in sentences:
            number = counts[comment_no] = counts.get(comment_no, 0) + 1
            start = char + text.index(sentence)
            end, folded = start + len(sentence), " ".join(sentence.split())
            rows.add(
                "parsed.sentences",
                **of_page,
                comment_no=comment_no,
                sentence_no=number,
                char_start=start,
                char_end=end,
                text=folded,
                text_sha256=sha(folded),
            )
            _add_paid(rows, "inferences", folded, "sentiment", output=[0.7, 0.2, 0.1], **TINY)
            if comment_no is None:
                rows.add("enriched.sentence_sentiment", **of_page, sentence_no=number, **TONE, **IN_ENGLISH)
                body.append((number, start, end, folded))
        line, char = line + lines, char + len(text)
    return body


def _add_comment(rows: Rows, page_id: str, number: int, blocks: list[Block]) -> None:
    own = [index for index, block in enumerate(blocks) if block[1] == number]
    start = sum(len(block[2]) for block in blocks[: own[0]])
    end = sum(len(block[2]) for block in blocks[: own[-1] + 1])
    text = "".join(blocks[index][2] for index in own if blocks[index][0] == "comment_text").strip()
    comment_id, name = f"{page_id}-{number}", blocks[own[0]][2].strip()
    of_comment = {"comment_id": comment_id, "page_id": page_id, "landing_date": DAY}
    rows.add(
        "parsed.comments",
        **of_comment,
        comment_no=number,
        author_name=name,
        commenter_id=sha(name),
        text=text,
        char_start=start,
        char_end=end,
        start_cue="author_line",
        confidence=0.8,
        posted_date=DAY,
        vote_count=3,
        quote_char_end=start + 1,
        reply_to_no=number - 1 if number > 1 else None,
        p_reply=0.9 if number > 1 else None,
        reply_cue="at_name" if number > 1 else None,
    )
    if text:
        rows.add("enriched.comment_sentiment", **of_comment, **TONE, **IN_ENGLISH)
        rows.add("enriched.strand_comments", **of_comment, strand_no=1, likeness=0.75)
        _add_signature(rows, page_id, comment_id, text)
        _add_member(rows, page_id, comment_id, likeness=None, placed_by="article")


def _add_sighting(rows: Rows, path: str, digest: str | None, page_id: str | None) -> None:
    seen = {"first_seen_at": NOW, "last_seen_at": NOW}
    rows.add("raw.sightings", source_path=path, content_sha256=digest, page_id=page_id, **seen)


def _add_signature(rows: Rows, page_id: str, comment_id: str | None, text: str) -> None:
    (signed,) = sign([text], "article" if comment_id is None else "comment").iter_rows(named=True)
    of_text = {"page_id": page_id, "landing_date": DAY, "comment_id": comment_id}
    rows.add("enriched.text_signatures", **of_text, **signed, method=METHOD)


def _add_member(rows: Rows, page_id: str, comment_id: str | None, **placed: object) -> None:
    kind = "article" if comment_id is None else "comment"
    of_text = {"kind": kind, "page_id": page_id, "comment_id": comment_id, "landing_date": DAY}
    rows.add("enriched.topic_members", **of_text, topic_id=1, **placed)


def _add_paid(rows: Rows, table: str, text: str, task: str, **output: object) -> None:
    rows.add(f"enriched.{table}", text_sha256=sha(text), task=task, inferred_at=NOW, **output)


# One statement and more for every check that no case of test_broken_rows.py breaks by itself.
WRECK = f"""
insert into raw.pages by name from raw.pages where page_id = '{LONG_ID}';
insert into raw.pages by name select * replace ('lonely' as page_id, 'x' as source_path, 0 as file_bytes)
    from raw.pages where {PAGE};
insert into raw.sightings by name from raw.sightings where page_id = '{LONG_ID}';
insert into raw.quarantine ({REFUSED}) select source_path, content_sha256, 1, 'empty', '', '2026-11-21', now()
    from raw.sightings where source_path = 'second.txt';
update raw.sightings set content_sha256 = upper(content_sha256), last_seen_at = '2000-01-01'
    where source_path = 'copy of second.txt';
update raw.quarantine set content_sha256 = 'short' where source_path = 'cat.gif';
update raw.quarantine set resolved_at = '2000-01-01' where source_path = 'locked.txt';
insert into raw.quarantine by name from raw.quarantine where source_path = 'cat.gif';

update parsed.spans set page_id = 'ghost' where page_id = '{LONG_ID}' and span_no = 2;
update parsed.spans set landing_date = '2000-01-01', char_end = char_start where {PAGE} and span_no = 1;
update parsed.pages set landing_date = '2000-01-01', title = null, language = 'eng', confidence = 2, body_chars = 0;
insert into parsed.comments by name from parsed.comments where {PAGE} and comment_no = 1;
insert into parsed.comments
    (comment_id, page_id, landing_date, comment_no, text, char_start, char_end, start_cue, confidence)
    select 'ghost-7', 'ghost', landing_date, 7, 'x', 0, 1, 'none', 1
    from parsed.comments where {PAGE} and comment_no = 3;
update parsed.comments set comment_id = 'odd', char_start = 0, char_end = -1, start_cue = 'shout', confidence = -1
    where {PAGE} and comment_no = 2;
insert into parsed.sentences by name
    select * replace ('ghost' as page_id, 0 as char_start, 1 as char_end, '' as text)
    from parsed.sentences where {OTHER};
update parsed.sentences set landing_date = '2000-01-01', char_end = char_start where {PAGE} and comment_no is null;
update parsed.sentences set char_end = 1000000 where {PAGE} and comment_no = 2;
delete from parsed.sentences where {OTHER};

insert into enriched.sentence_sentiment by name from enriched.sentence_sentiment where {PAGE};
insert into enriched.comment_sentiment by name select * replace (page_id || '-9' as comment_id)
    from enriched.comment_sentiment where comment_id = '{F}-1';
insert into enriched.article_sentiment by name select * replace ('ghost' as page_id)
    from enriched.article_sentiment where {PAGE};
insert into enriched.article_sentiment by name from enriched.article_sentiment where page_id = 'ghost';
insert into enriched.article_summaries by name select * replace ('ghost' as page_id)
    from enriched.article_summaries where {PAGE};
insert into enriched.article_summaries by name from enriched.article_summaries where page_id = 'ghost';
update enriched.article_summaries set landing_date = '2000-01-01', summary = '', model_revision = 'old' where {PAGE};
insert into enriched.summary_sentences by name from enriched.summary_sentences where {PAGE} and rank = 1;
update enriched.summary_sentences set landing_date = '2000-01-01', support = 2, salience = 'nan' where {OTHER};
insert into enriched.comment_shares by name from enriched.comment_shares;
update enriched.comment_shares set share_negative = 2, share_negative_low = 3, share_negative_high = 1,
    share_neutral = 2, share_neutral_low = 3, share_neutral_high = 1,
    share_positive = 2, share_positive_low = 3, share_positive_high = 1;
insert into enriched.strand_comments by name select * replace (page_id || '-9' as comment_id)
    from enriched.strand_comments where comment_id = '{F}-1';
insert into enriched.strand_comments by name from enriched.strand_comments where comment_id = '{F}-1';
update enriched.strand_comments set landing_date = '2000-01-01', likeness = 2;
insert into enriched.comment_strands by name select * replace (2 as strand_no, 'old' as model_revision)
    from enriched.comment_strands;
insert into enriched.comment_strands by name select * replace (3 as strand_no) from enriched.comment_strands;
update enriched.comment_strands set landing_date = '2000-01-01', comment_count = 1, comment_share = 2,
    commenter_count = -1, commenter_share = 2, cohesion = 2;
update enriched.text_signatures set landing_date = '2000-01-01', word_count = -1, method = 'old' where {PAGE};
insert into enriched.text_signatures by name from enriched.text_signatures where {PAGE} and comment_id is null;
update enriched.topic_vectors set landing_date = '2000-01-01', model_revision = 'old' where {PAGE};
insert into enriched.topic_vectors by name from enriched.topic_vectors where {PAGE};
insert into enriched.topics by name select * replace (5 as topic_id, 'old' as model_revision) from enriched.topics;
insert into enriched.topics by name from enriched.topics where topic_id = 5;
insert into enriched.topic_members by name select * exclude (i) replace (page_id || i as page_id, 5 as topic_id)
    from enriched.topic_members, range(9) as r(i) where kind = 'article';
insert into enriched.topic_members by name from enriched.topic_members where kind = 'comment';
update enriched.topic_members set landing_date = '2000-01-01', placed_by = 'chance', likeness = 2 where {PAGE};
update enriched.topic_members set kind = 'poem' where comment_id = '{F}-1';
update enriched.near_duplicates set landing_date = '2000-01-01', kind = 'poem', similarity = 2;
update enriched.near_duplicates set comment_id = 'x' where {PAGE};
update enriched.sentence_sentiment set tone_basis = 'hearsay', polarity = null where {PAGE} and sentence_no = 3;
update enriched.article_sentiment set tone_basis = null where {OTHER};
update enriched.article_sentiment set tone_basis = 'hearsay' where {PAGE};
update enriched.article_sentiment set share_negative = 2, share_neutral = -1, share_positive = 2;
delete from enriched.article_sentiment where page_id = '{LONG_ID}';
insert into enriched.generations by name from enriched.generations;
update enriched.generations set text_sha256 = 'short', task = 'chat';
update enriched.inferences set text_sha256 = 'short', task = 'chat' where model_revision = 'def';
update enriched.inferences set output = [0.5, 0.6, -0.1];
insert into enriched.inferences by name
    select * replace ('embedding' as task, 'minilm' as model_id, 'x' as model_revision, [1.0] as output)
    from enriched.inferences where task = 'sentiment' limit 1;
""" + "".join(
    f"update enriched.{table} set label = 'angry', landing_date = '2000-01-01' where {some};"
    f"update enriched.{table} set p_negative = 2, p_neutral = -1, p_positive = 3, model_revision = 'old' where {other};"
    for table, some, other in (
        ("sentence_sentiment", f"{PAGE} and sentence_no = 1", f"{PAGE} and sentence_no = 2"),
        ("comment_sentiment", f"comment_id = '{F}-1'", f"comment_id = '{F}-2'"),
        ("article_sentiment", PAGE, OTHER),
    )
)


@pytest.fixture(scope="session")
def good_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages, a duplicate, a file refused and one refused without a hash; every check holds."""
    database = tmp_path_factory.mktemp("good") / "broadsheet.duckdb"
    rows = Rows()
    _add_page(rows, "2026-11-21/first.txt", FIRST)
    _add_page(rows, "second.txt", SECOND)
    _add_page(rows, "long.txt", LONG)
    _add_sighting(rows, "copy of second.txt", sha("".join(block[2] for block in SECOND)), SECOND_ID)
    for path, digest, reason in (("cat.gif", sha("cat"), "binary"), ("locked.txt", None, "unreadable")):
        found = {"reason": reason, "detail": "told to a person", "landing_date": DAY, "first_seen_at": NOW}
        rows.add("raw.quarantine", source_path=path, content_sha256=digest, file_bytes=3, **found)
        _add_sighting(rows, path, digest, None)
    named = {"label": "rates, markets", "terms": ["rates", "markets"]}
    rows.add("enriched.topics", topic_id=1, language="en", **named, **MINILM)
    for page_id, like in ((FIRST_ID, 1.0), (LONG_ID, 0.75)):  # as if one were a near copy of the other
        own = page_id == FIRST_ID
        linked = {"is_exact": own, "similarity": like, "is_representative": own}
        of_text = {"cluster_id": FIRST_ID, "kind": "article", "page_id": page_id, "landing_date": DAY}
        rows.add("enriched.near_duplicates", **of_text, **linked)
    tones = pl.DataFrame(rows.tables["enriched.comment_sentiment"])
    for row in share_rows(tones, None, "abc").iter_rows(named=True):
        rows.add("enriched.comment_shares", **row)
    _add_paid(rows, "inferences", "A headline", "embedding", output=[1.0] + [0.0] * 383, **MINILM)
    _add_paid(rows, "generations", "A body", "summary", output="Rates rise.", **TINY)
    with Warehouse(database).writing() as connection:
        for table, values in rows.tables.items():
            names, marks = ", ".join(values[0]), ", ".join("?" * len(values[0]))
            connection.executemany(
                f"insert into {table} ({names}) values ({marks})", [[*row.values()] for row in values]
            )
    return database


@pytest.fixture
def database(good_warehouse: Path, tmp_path: Path) -> Path:
    """A copy of the good warehouse, to break."""
    return Path(shutil.copyfile(good_warehouse, tmp_path / "it's $HOME?#x.duckdb"))


Broken = dict[str, CheckResult]


@pytest.fixture
def broken(database: Path) -> Callable[..., Broken]:
    """Run SQL on the copy, check the tables, and return what does not hold, as {table.check: result}."""

    def run(sql: str, *tables: str) -> Broken:
        with duckdb.connect(str(database)) as connection:
            connection.execute(sql)
        results = [result for table in tables for result in validate(database, table)]
        return {f"{result.table_name}.{result.check_name}": result for result in results if not result.is_success}

    return run
