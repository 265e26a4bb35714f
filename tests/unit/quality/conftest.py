"""A small warehouse in which every check holds, and a way to break it."""

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from broadsheet.nlp.minhash import METHOD, sign
from broadsheet.nlp.prevalence import share_rows
from broadsheet.quality import CheckResult, validate
from broadsheet.warehouse.connection import Warehouse

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TONE = ("negative", 0.7, 0.2, 0.1, -0.6, "tiny", "abc")
IN_ENGLISH = ("en", "measured")
AS_TEXT = (1.0, None, "text", None)

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

Sheet = dict[str, list[tuple[object, ...]]]


def sha(text: str) -> str:
    """SHA-256 in hexadecimal, as DuckDB's own function gives it."""
    return hashlib.sha256(text.encode()).hexdigest()


FIRST_ID, SECOND_ID, LONG_ID = (sha("".join(block[2] for block in page))[:32] for page in (FIRST, SECOND, LONG))


@dataclass
class Rows:
    """Rows of the tables, as they are made."""

    tables: Sheet = field(default_factory=dict)

    def add(self, table: str, *row: object) -> None:
        """Append one row."""
        self.tables.setdefault(table, []).append(row)


def _add_page(rows: Rows, path: str, blocks: list[Block]) -> None:
    text = "".join(block[2] for block in blocks)
    page_id = sha(text)[:32]
    rows.add("raw.pages", page_id, sha(text), path, DAY, NOW, len(text.encode()), "utf-8", text, None, *AS_TEXT)
    rows.add("raw.sightings", path, sha(text), page_id, NOW, NOW, None, None)
    body = "\n\n".join(block[2].strip() for block in blocks if block[0] == "body")
    numbers = sorted({block[1] for block in blocks if block[1]})
    rows.add(
        "parsed.pages", page_id, DAY, blocks[0][2].strip(), None, None, "en", "names", body, len(body),
        len(body.split()), len(numbers), "1", 0.9,
    )  # fmt: skip
    if numbers:  # those with text, two in all, in one strand
        rows.add("enriched.comment_strands", page_id, DAY, 1, f"{page_id}-1", 2, 1.0, 2, 1.0, 0.75, "minilm", "def")
    body_sentences = _add_spans(rows, page_id, blocks)
    for number in numbers:
        _add_comment(rows, page_id, number, blocks)
    scored = len(body_sentences)
    _add_signature(rows, page_id, None, body)
    rows.add("enriched.topic_vectors", page_id, DAY, None, [127] + [0] * 383, "minilm", "def")
    rows.add("enriched.topic_members", "article", page_id, None, DAY, 1, 0.5, "own")
    rows.add("enriched.article_sentiment", page_id, DAY, *TONE[:5], scored, 1.0, 0.0, 0.0, *TONE[5:], "measured")
    _add_summary(rows, page_id, body_sentences, is_generated=blocks is LONG)


def _add_summary(rows: Rows, page_id: str, body: list[tuple[int, int, int, str]], *, is_generated: bool) -> None:
    """Every sentence verbatim, or one generated sentence that all of them carry."""
    generated = "Across the edge 🗞, to the end."
    summary = generated if is_generated else " ".join(text for *_, text in body)
    method, counts = ("abstractive-locked-1", (3, 2)) if is_generated else ("extractive-mmr", (0, 0))
    rows.add("enriched.article_summaries", page_id, DAY, summary, method, "minilm", "def", *counts)
    for rank, (sentence_no, start, end, folded) in enumerate(reversed(body), 1):
        own = (1, sentence_no, start, end, 0.5, 0.8, generated)
        whole = (rank, sentence_no, start, end, 0.5, 1.0, folded)
        rows.add("enriched.summary_sentences", page_id, DAY, *(own if is_generated else whole))


def _add_spans(rows: Rows, page_id: str, blocks: list[Block]) -> list[tuple[int, int, int, str]]:
    line, char = 1, 0
    counts: dict[int | None, int] = {}
    body: list[tuple[int, int, int, str]] = []
    for span_no, (kind, comment_no, text, sentences) in enumerate(blocks, 1):
        lines = max(text.count("\n"), 1)
        rows.add(
            "parsed.spans", page_id, DAY, span_no, kind, comment_no, line, line + lines - 1, char, char + len(text)
        )
        for sentence in sentences:
            number = counts[comment_no] = counts.get(comment_no, 0) + 1
            start = char + text.index(sentence)
            end, folded = start + len(sentence), " ".join(sentence.split())
            rows.add("parsed.sentences", page_id, DAY, comment_no, number, start, end, folded, sha(folded))
            rows.add("enriched.inferences", sha(folded), "sentiment", "tiny", "abc", [0.7, 0.2, 0.1], NOW, 2.5)
            if comment_no is None:
                rows.add("enriched.sentence_sentiment", page_id, DAY, number, *TONE, *IN_ENGLISH)
                body.append((number, start, end, folded))
        line, char = line + lines, char + len(text)
    return body


def _add_comment(rows: Rows, page_id: str, number: int, blocks: list[Block]) -> None:
    own = [index for index, block in enumerate(blocks) if block[1] == number]
    start = sum(len(block[2]) for block in blocks[: own[0]])
    end = sum(len(block[2]) for block in blocks[: own[-1] + 1])
    text = "".join(blocks[index][2] for index in own if blocks[index][0] == "comment_text").strip()
    comment_id, name = f"{page_id}-{number}", blocks[own[0]][2].strip()
    reply = (number - 1, 0.9, "at_name") if number > 1 else (None, None, None)
    about = (DAY, 3, start + 1, *reply, None)
    rows.add(
        "parsed.comments",
        *(comment_id, page_id, DAY, number, name, sha(name), text, start, end, "author_line", 0.8),
        *about,
    )
    if text:
        rows.add("enriched.comment_sentiment", comment_id, page_id, DAY, *TONE, *IN_ENGLISH)
        rows.add("enriched.strand_comments", page_id, DAY, comment_id, 1, 0.75)
        _add_signature(rows, page_id, comment_id, text)
        rows.add("enriched.topic_members", "comment", page_id, comment_id, DAY, 1, None, "article")


def _add_signature(rows: Rows, page_id: str, comment_id: str | None, text: str) -> None:
    signed = sign([text], "article" if comment_id is None else "comment").row(0)
    rows.add("enriched.text_signatures", page_id, DAY, comment_id, *signed, METHOD)


@pytest.fixture(scope="session")
def good_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three pages, a duplicate, a file refused and one refused without a hash; every check holds."""
    database = tmp_path_factory.mktemp("good") / "broadsheet.duckdb"
    rows = Rows()
    _add_page(rows, "2026-11-21/first.txt", FIRST)
    _add_page(rows, "second.txt", SECOND)
    _add_page(rows, "long.txt", LONG)
    rows.add("raw.sightings", "copy of second.txt", rows.tables["raw.pages"][1][1], SECOND_ID, NOW, NOW, None, None)
    for path, digest, reason in (("cat.gif", sha("cat"), "binary"), ("locked.txt", None, "unreadable")):
        rows.add("raw.quarantine", path, digest, 3, reason, "told to a person", DAY, NOW, None)
        rows.add("raw.sightings", path, digest, None, NOW, NOW, None, None)
    rows.add("enriched.topics", 1, "en", "rates, markets", ["rates", "markets"], "minilm", "def")
    for page_id, like in ((FIRST_ID, 1.0), (LONG_ID, 0.75)):  # as if one were a near copy of the other
        own = page_id == FIRST_ID
        rows.add("enriched.near_duplicates", FIRST_ID, "article", page_id, None, DAY, own, like, own)
    scored = rows.tables["enriched.comment_sentiment"]
    tones = pl.DataFrame(
        [(row[1], row[2], row[3], row[8], row[9]) for row in scored],
        schema=["page_id", "landing_date", "label", "model_id", "model_revision"],
        orient="row",
    )
    for row in share_rows(tones, None, "abc").rows():
        rows.add("enriched.comment_shares", *row)
    rows.add("enriched.inferences", sha("A headline"), "embedding", "minilm", "def", [1.0] + [0.0] * 383, NOW, 2.5)
    rows.add("enriched.generations", sha("A body"), "summary", "tiny", "abc", "Rates rise.", NOW, 4000.0)
    with Warehouse(database).writing() as connection:
        for table, values in rows.tables.items():
            marks = ", ".join("?" * len(values[0]))
            connection.executemany(f"insert into {table} values ({marks})", values)
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
