"""parsed.pages: one row a page, whose counts agree with the spans, comments and sentences made from it."""

from broadsheet.quality.suites.check import (
    Check,
    Suite,
    landing_date_kept,
    no_rows,
    page_known,
    unique,
)
from broadsheet.release.provenance import folded_sql


def _few_without(what: str, expectation: str, **arguments: object) -> Check:
    """At most a fifth of the pages lack something. It warns: pages may be of any kind, and none may stop the others."""
    description = f"At most {_FEW:.0%} of the pages have no {what}."
    arguments["mostly"] = 1 - _FEW
    return Check(f"few_without_{what}", description, expectation, arguments, "warn", is_of_all=True)


_FEW = 0.2

SUITE = Suite(
    "parsed.pages",
    ("page_id",),
    (
        unique("page_id"),
        page_known("raw.pages", "page_id"),
        no_rows(
            "every_page_parsed",
            "Every page that was ingested has been parsed.",
            "select page_id from raw.pages anti join checked using (page_id)",
        ),
        landing_date_kept("page_id"),
        _few_without("title", "ExpectColumnValuesToNotBeNull", column="title"),
        _few_without("body", "ExpectColumnValuesToBeBetween", column="body_chars", min_value=1),
        no_rows(
            "title_has_span",
            "A page has a title if, and only if, one of its spans is title.",
            """select page_id from checked
            left join (select distinct page_id, true as has_span from parsed.spans where kind = 'title')
                using (page_id)
            where (title is not null) <> coalesce(has_span, false)""",
        ),
        no_rows(
            "comment_count_reconciles",
            "comment_count = rows in parsed.comments = comments that the spans distinguish.",
            """select page_id from checked
            left join (select page_id, count(*) as rows from parsed.comments group by all) using (page_id)
            left join (select page_id, count(distinct comment_no) as told from parsed.spans group by all)
                using (page_id)
            where comment_count <> coalesce(rows, 0) or comment_count <> coalesce(told, 0)""",
        ),
        no_rows(
            "body_chars_count",
            "body_chars is the length of body_text.",
            "select page_id from checked where body_chars <> length(body_text)",
        ),
        no_rows(
            "body_words_count",
            "body_words is the number of words of body_text.",
            "select page_id from checked where body_words <> case when body_text = '' then 0\n"
            f"else length({folded_sql('body_text')}) - length(replace({folded_sql('body_text')}, ' ', '')) + 1 end",
        ),
        no_rows(
            "body_has_span",
            "A page has a body if, and only if, one of its spans is body.",
            """select page_id from checked
            left join (select distinct page_id, true as has_span from parsed.spans where kind = 'body')
                using (page_id)
            where (body_text <> '') <> coalesce(has_span, false)""",
        ),
        no_rows(
            "body_has_sentence",
            "A page with a body has at least one sentence of it.",
            """select page_id from checked
            anti join (select page_id from parsed.sentences where comment_no is null) using (page_id)
            where body_text <> ''""",
        ),
        no_rows(
            "language_two_letters",
            "language is a two-letter ISO 639-1 code.",
            "select page_id from checked where not regexp_full_match(language, '[a-z]{2}')",
            severity="warn",
        ),
    ),
)
