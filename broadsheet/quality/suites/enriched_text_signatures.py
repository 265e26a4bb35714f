"""enriched.text_signatures: every body and every comment with text has one."""

from broadsheet.quality.suites.check import Suite, between, key_unique, landing_date_kept, no_rows

MIN_NEAR_WORDS = 12
_KEY = "page_id, comment_id"

SUITE = Suite(
    "enriched.text_signatures",
    ("page_id", "comment_id"),
    (
        key_unique("page_id", "comment_id"),
        landing_date_kept(_KEY),
        no_rows(
            "every_text_signed",
            "Every page with a body and every comment with text has a row, with a signature or too short for one.",
            """select page_id, comment_id from (
                select page_id, null::varchar as comment_id from parsed.pages where body_text <> ''
                union all select page_id, comment_id from parsed.comments where text <> ''
            ) as wanted
            where (page_id, coalesce(comment_id, '')) not in (
                select (page_id, coalesce(comment_id, '')) from checked
            )""",
        ),
        no_rows(
            "text_known",
            "Every row is that of a page with a body, or of a comment with text on that page.",
            """select checked.page_id, checked.comment_id from checked
            left join parsed.pages as page on checked.page_id = page.page_id and page.body_text <> ''
            left join parsed.comments as comment
                on checked.comment_id = comment.comment_id and checked.page_id = comment.page_id and comment.text <> ''
            where if(checked.comment_id is null, page.page_id, comment.comment_id) is null""",
        ),
        no_rows(
            "signature_where_long_enough",
            f"A text has a signature where it has {MIN_NEAR_WORDS} words, and only there.",
            f"select {_KEY} from checked where (signature is null) <> (word_count < {MIN_NEAR_WORDS})",
        ),
        no_rows(
            "equal_texts_sign_equally",
            "Texts of one kind with the same folded_hash have the same signature.",
            """select min(page_id) as page_id, min(comment_id) as comment_id from checked
            group by comment_id is null, folded_hash having count(distinct hash(signature)) > 1""",
        ),
        between("word_count", 0),
        no_rows(
            "one_method",
            "All rows were made by one version of the method; only those of the newest are linked.",
            "select string_agg(distinct method, ', ') as observed from checked having count(distinct method) > 1",
            severity="warn",
            is_of_all=True,
        ),
    ),
)
