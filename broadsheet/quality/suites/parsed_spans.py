"""parsed.spans: the spans of a page tile its text, from 0 to its length."""

from broadsheet.parse.parsed_page import Kind
from broadsheet.quality.suites.check import (
    Suite,
    greater,
    in_set,
    key_unique,
    landing_date_kept,
    no_rows,
    page_known,
)

_KEY = "page_id, span_no"
_NEIGHBOURS = """(select *,
    lag(char_end) over page as previous_char_end, lag(line_end) over page as previous_line_end
    from checked window page as (partition by page_id order by span_no))"""

SUITE = Suite(
    "parsed.spans",
    ("page_id", "span_no"),
    (
        key_unique("page_id", "span_no"),
        page_known("parsed.pages", _KEY),
        landing_date_kept("page_id, span_no"),
        in_set("kind", tuple(kind.value for kind in Kind)),
        no_rows(
            "spans_numbered",
            "Spans are numbered from 1 without a hole.",
            "select page_id from checked group by all having min(span_no) <> 1 or max(span_no) <> count(*)",
        ),
        greater("char_end", "char_start"),
        no_rows(
            "first_span_at_0",
            "The first span of a page starts at 0.",
            "select page_id, span_no from checked\n"
            "qualify char_start <> 0 and row_number() over (partition by page_id order by span_no) = 1",
        ),
        no_rows(
            "no_gap",
            "No span starts after the end of the one before.",
            f"select {_KEY} from {_NEIGHBOURS} where char_start > previous_char_end",
        ),
        no_rows(
            "no_overlap",
            "No span starts before the end of the one before.",
            f"select {_KEY} from {_NEIGHBOURS} where char_start < previous_char_end",
        ),
        no_rows(
            "last_span_at_end",
            "The last span of a page ends where its text ends.",
            """select page_id, last.span_no
            from (
                select page_id, max(span_no) as span_no, arg_max(char_end, span_no) as char_end
                from checked group by page_id
            ) as last
            join raw.pages as page using (page_id)
            where last.char_end <> length(page.text)""",
        ),
        no_rows(
            "lines_follow",
            "Each span starts on the line after the one before; the first on line 1.",
            f"select {_KEY} from {_NEIGHBOURS}\n"
            "where line_start <> coalesce(previous_line_end, 0) + 1 or line_end < line_start",
        ),
        no_rows(
            "text_has_spans",
            "Every parsed page with text has spans.",
            """select page_id from raw.pages as page semi join parsed.pages using (page_id)
            anti join checked using (page_id) where page.text <> ''""",
        ),
        no_rows(
            "comment_no_with_comments",
            "comment_no is there for comment spans, and for no other.",
            "select page_id, span_no from checked where (comment_no is not null) <> starts_with(kind, 'comment_')",
        ),
        no_rows(
            "no_comment_lost",
            "Every comment that spans tell of has a row in parsed.comments.",
            """select page_id, min(span_no) as span_no from checked
            anti join parsed.comments using (page_id, comment_no)
            where comment_no is not null group by page_id, comment_no""",
        ),
    ),
)
