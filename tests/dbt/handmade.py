"""Pages made by hand, and the rows that landing, parsing and enriching give for them."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import duckdb

FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2026, 11, day) for day in (20, 21, 22, 23))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOSTILE_TITLE = "Robert'); drop table marts.articles; --"
SQL_TEXT = "'; drop table x; --\nsecond line"
JINJA_TEXT = '{{ 1/0 }} {% raw %} "$dbt_comment_literal_block$"'


@dataclass(frozen=True)
class Tone:
    """A result of the sentiment model; powers of two, so that single precision keeps them."""

    label: str
    negative: float
    neutral: float
    positive: float

    @property
    def columns(self) -> dict[str, object]:
        """Columns that the sentiment tables share."""
        return {
            "label": self.label,
            "p_negative": self.negative,
            "p_neutral": self.neutral,
            "p_positive": self.positive,
            "polarity": self.positive - self.negative,
            "model_id": "tone",
            "model_revision": "r1",
            "tone_basis": "measured",
        }


@dataclass(frozen=True)
class Comment:
    """A comment of a page; without text it has no tone."""

    text: str
    tone: Tone | None
    author: str | None = None
    commenter_id: str | None = None
    confidence: float = 1.0


@dataclass(frozen=True)
class Strand:
    """Comments of a page that say like things, by their numbers; the first one tells it."""

    numbers: tuple[int, ...]
    commenter_count: int


@dataclass(frozen=True)
class Page:
    """A page as its parts, from which text, spans and offsets follow."""

    path: str
    day: date
    title: str | None
    body: str
    tone: Tone | None
    comments: list[Comment] = field(default_factory=list)
    encoding: str = "utf-8"
    confidence: float = 1.0
    strands: tuple[Strand, ...] = ()

    @property
    def parts(self) -> list[tuple[str, int | None, str]]:
        """Kind, comment_no and text of each span."""
        parts: list[tuple[str, int | None, str]] = []
        if self.title is not None:
            parts.append(("title", None, f"{self.title}\n"))
        parts.append(("blank", None, "\n"))
        if self.body:
            parts.append(("body", None, f"{self.body}\n"))
        for number, comment in enumerate(self.comments, start=1):
            if comment.author is not None:
                parts.append(("comment_author", number, f"{comment.author}\n"))
            if comment.text:
                parts.append(("comment_text", number, f"{comment.text}\n"))
        parts.append(("boilerplate", None, "Subscribe"))
        return parts

    @property
    def text(self) -> str:
        """The decoded page."""
        return "".join(text for _, _, text in self.parts)

    @property
    def content(self) -> bytes:
        """The page's file."""
        return self.text.encode(self.encoding)

    @property
    def page_id(self) -> str:
        """As raw.pages has it."""
        return hashlib.sha256(self.content).hexdigest()[:32]


BRIDGE = Page(
    "2026-11-20/bridge.txt",
    FRIDAY,
    HOSTILE_TITLE,
    "The bridge is shut.",
    Tone("negative", 0.5, 0.5, 0.0),
    [
        Comment("Good riddance 🌉", Tone("positive", 0.0, 0.25, 0.75), "Ann", "c1"),
        Comment(SQL_TEXT, Tone("negative", 0.5, 0.5, 0.0), confidence=0.25),
        Comment(JINJA_TEXT, Tone("neutral", 0.0, 0.75, 0.25), "ANN", "c1"),
        Comment("", None, "Bob", "c2"),
        Comment("Fine by me.", Tone("positive", 0.0, 0.5, 0.5)),
    ],
    confidence=0.5,
    strands=(Strand((1, 2), 1), Strand((5, 3), 1)),
)
QUIET = Page("2026-11-20/quiet.txt", FRIDAY, "Quiet", "Nothing happened.", Tone("positive", 0.0, 0.5, 0.5))
LETTERS = Page(
    "2026-11-21/letters.txt",
    SATURDAY,
    None,
    "",
    None,
    [Comment("Dreadful.", Tone("negative", 1.0, 0.0, 0.0), "Ann", "c1")],
    confidence=0.25,
)
DERBY = Page(
    "2026-11-21/derby.txt",
    SATURDAY,
    "Derby ⚽: a draw",
    "One each.",
    Tone("neutral", 0.0, 1.0, 0.0),
    [Comment("Naïve, but “fair”.", Tone("positive", 0.0, 0.5, 0.5), "Bob", "c2")],
    encoding="utf-8-sig",
)
CUTS = Page(
    "2026-11-22/cuts.txt",
    SUNDAY,
    "Cuts",
    "Fewer buses.",
    Tone("positive", 0.0, 0.5, 0.5),
    [
        Comment("Shame.", Tone("negative", 0.5, 0.25, 0.25), "Zoe", "c3"),
        Comment("Shame, I say.", Tone("negative", 0.75, 0.25, 0.0), "Zoe", "c3"),
    ],
)
PAGES = [BRIDGE, QUIET, LETTERS, DERBY, CUTS]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, **row: object) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))


def insert_page(connection: duckdb.DuckDBPyConnection, page: Page) -> None:
    """Write the rows that landing, parsing and enriching give for a page."""
    key = {"page_id": page.page_id, "landing_date": page.day}
    sha256 = hashlib.sha256(page.content).hexdigest()
    landed = {"content_sha256": sha256, "source_path": page.path}
    size = {"file_bytes": len(page.content), "encoding": page.encoding, "text": page.text}
    _insert(connection, "raw.pages", **key, **landed, **size, landed_at=NOON)
    _insert(connection, "raw.sightings", **landed, page_id=page.page_id, first_seen_at=NOON, last_seen_at=NOON)
    _insert(
        connection,
        "parsed.pages",
        **key,
        title=page.title,
        layout="name_paragraphs" if page.comments else "none",
        body_text=page.body,
        body_chars=len(page.body),
        body_words=len(page.body.split()),
        comment_count=len(page.comments),
        parser_version="1",
        confidence=page.confidence,
    )
    _insert_spans(connection, page)
    for number, comment in enumerate(page.comments, start=1):
        _insert_comment(connection, page, number, comment)
    _insert_strands(connection, page)
    if page.tone:
        shares = {"share_negative": 0.0, "share_neutral": 1.0, "share_positive": 0.0}
        _insert(connection, "enriched.article_sentiment", **key, **page.tone.columns, **shares, sentence_count=1)
        made_by = {"method": "extractive-mmr", "model_id": "embedding", "model_revision": "r2"}
        _insert(connection, "enriched.article_summaries", **key, **made_by, summary=page.body)


def _insert_spans(connection: duckdb.DuckDBPyConnection, page: Page) -> None:
    start, line = 0, 1
    for number, (kind, comment_no, text) in enumerate(page.parts, start=1):
        lines = text.count("\n")
        _insert(
            connection,
            "parsed.spans",
            page_id=page.page_id,
            landing_date=page.day,
            span_no=number,
            kind=kind,
            comment_no=comment_no,
            line_start=line,
            line_end=line + max(lines, 1) - 1,
            char_start=start,
            char_end=start + len(text),
        )
        start, line = start + len(text), line + lines


def _insert_comment(connection: duckdb.DuckDBPyConnection, page: Page, number: int, comment: Comment) -> None:
    key = {"comment_id": f"{page.page_id}-{number}", "page_id": page.page_id, "landing_date": page.day}
    before = "".join(text for _, no, text in page.parts[: _first_part(page, number)])
    own = "".join(text for _, no, text in page.parts if no == number)
    _insert(
        connection,
        "parsed.comments",
        **key,
        comment_no=number,
        author_name=comment.author,
        commenter_id=comment.commenter_id,
        text=comment.text,
        char_start=len(before),
        char_end=len(before) + len(own),
        start_cue="author_line" if comment.author else "extra_blank_line",
        confidence=comment.confidence,
    )
    if comment.tone:
        _insert(connection, "enriched.comment_sentiment", **key, **comment.tone.columns)


def _insert_strands(connection: duckdb.DuckDBPyConnection, page: Page) -> None:
    key = {"page_id": page.page_id, "landing_date": page.day}
    worded = [number for number, comment in enumerate(page.comments, start=1) if comment.text]
    everyone = {comment.commenter_id for comment in page.comments if comment.text} - {None}
    strand_of = {number: strand_no for strand_no, strand in enumerate(page.strands, 1) for number in strand.numbers}
    for number in worded:
        strand_no = strand_of.get(number)
        place = {"comment_id": f"{page.page_id}-{number}", "strand_no": strand_no, "likeness": strand_no and 0.75}
        _insert(connection, "enriched.strand_comments", **key, **place)
    for strand_no, strand in enumerate(page.strands, start=1):
        _insert(
            connection,
            "enriched.comment_strands",
            **key,
            strand_no=strand_no,
            comment_id=f"{page.page_id}-{strand.numbers[0]}",
            comment_count=len(strand.numbers),
            comment_share=len(strand.numbers) / len(worded),
            commenter_count=strand.commenter_count,
            commenter_share=strand.commenter_count / len(everyone) if everyone else None,
            cohesion=0.75,
            model_id="embedding",
            model_revision="r2",
        )


def _first_part(page: Page, comment_no: int) -> int:
    return next(index for index, (_, number, _) in enumerate(page.parts) if number == comment_no)


def insert_shares(connection: duckdb.DuckDBPyConnection) -> None:
    """Write a corrected share of a day and a declined one of a page."""
    made_by = {"model_id": "tone", "model_revision": "r1"}
    counts = {"negative_count": 1, "neutral_count": 1, "positive_count": 2}
    shares = {"share_negative": 0.375, "share_negative_low": 0.125, "share_negative_high": 0.625}
    _insert(connection, "enriched.comment_shares", landing_date=FRIDAY, **counts, **shares, **made_by)
    counts = {"negative_count": 1, "neutral_count": 0, "positive_count": 1}
    declined = {"page_id": CUTS.page_id, "declined": "2 texts are too few"}
    _insert(connection, "enriched.comment_shares", landing_date=CUTS.day, **counts, **declined, **made_by)


def insert_linked(connection: duckdb.DuckDBPyConnection) -> None:
    """Write two clusters, of articles and of comments, and a topic of three articles, to which a comment strays."""
    first, second = (f"{CUTS.page_id}-{number}" for number in (1, 2))
    for cluster_id, page, comment_id, similarity in (
        (BRIDGE.page_id, BRIDGE, None, 1.0),
        (BRIDGE.page_id, DERBY, None, 0.75),
        (first, CUTS, first, 1.0),
        (first, CUTS, second, 1.0),
    ):
        _insert(
            connection,
            "enriched.near_duplicates",
            cluster_id=cluster_id,
            kind="comment" if comment_id else "article",
            page_id=page.page_id,
            comment_id=comment_id,
            landing_date=page.day,
            is_exact=similarity == 1,
            similarity=similarity,
            is_representative=cluster_id in {page.page_id, comment_id},
        )
    made_by = {"model_id": "embedding", "model_revision": "r2"}
    _insert(connection, "enriched.topics", topic_id=1, language="en", label="bridge", terms=["bridge"], **made_by)
    for page, number in ((BRIDGE, None), (QUIET, None), (DERBY, None), (DERBY, 1), (CUTS, 1)):
        _insert(
            connection,
            "enriched.topic_members",
            kind="article" if number is None else "comment",
            page_id=page.page_id,
            comment_id=number and f"{page.page_id}-{number}",
            landing_date=page.day,
            topic_id=1,
            likeness=None if page is DERBY and number else 0.5,
            placed_by="article" if page is DERBY and number else "own",
        )


def insert_files(connection: duckdb.DuckDBPyConnection) -> None:
    """Write a second path of the first page, a refusal that stands and one that was resolved."""
    seen = {"first_seen_at": NOON, "last_seen_at": NOON}
    _insert(connection, "raw.sightings", source_path="2026-11-21/copy.txt", page_id=BRIDGE.page_id, **seen)
    refused = {"reason": "empty", "detail": "0 bytes, none of them text", "first_seen_at": NOON, "file_bytes": 0}
    for path, day, resolved_at in (("empty.txt", MONDAY, None), ("mended.txt", FRIDAY, NOON)):
        _insert(connection, "raw.sightings", source_path=path, page_id=None, **seen)
        _insert(connection, "raw.quarantine", **refused, source_path=path, landing_date=day, resolved_at=resolved_at)


def insert_release(connection: duckdb.DuckDBPyConnection) -> None:
    """Write an earlier release."""
    versions = {"code_version": "0.1.0", "parser_version": "1", "sentiment_revision": "r1", "embedding_revision": "r2"}
    counts = {
        "page_count": 5,
        "comment_count": 9,
        "refused_count": 1,
        "checks_passed": 9,
        "checks_warned": 0,
    }
    _insert(
        connection,
        "publishing.releases",
        release_id="R1",
        created_at=NOON,
        run_id="run",
        **versions,
        **counts,
        has_author_names=True,
        has_keyed_ids=False,
    )
