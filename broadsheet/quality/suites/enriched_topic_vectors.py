"""enriched.topic_vectors: every article has a vector, and what has one is known."""

from broadsheet.quality.sentiment_checks import one_revision
from broadsheet.quality.suites.check import Suite, key_unique, landing_date_kept, no_rows

_KEY = "page_id, comment_id"

SUITE = Suite(
    "enriched.topic_vectors",
    ("page_id", "comment_id"),
    (
        key_unique("page_id", "comment_id"),
        landing_date_kept(_KEY),
        no_rows(
            "every_body_has_a_vector",
            "Every page with a body has a vector.",
            """select page_id, null as comment_id from parsed.pages as page
            anti join (select page_id from checked where comment_id is null) using (page_id)
            where page.body_text <> ''""",
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
            "vector_has_a_direction",
            "The largest component of a vector is 127 or -127.",
            f"select {_KEY} from checked where greatest(list_max(vector::int[]), -list_min(vector::int[])) <> 127",
        ),
        one_revision(_KEY),
    ),
)
