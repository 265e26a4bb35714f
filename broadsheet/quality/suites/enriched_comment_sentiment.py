"""enriched.comment_sentiment: one tone for each comment with text."""

from broadsheet.quality.sentiment_checks import RANGES_ELSEWHERE, tone_checks
from broadsheet.quality.suites.check import Suite, landing_date_kept, no_rows, unique

SUITE = Suite(
    "enriched.comment_sentiment",
    ("comment_id",),
    (
        unique("comment_id"),
        landing_date_kept("comment_id"),
        no_rows(
            "every_comment_scored",
            "Every comment with text has a row, with a tone or the reason for none.",
            """select comment_id from parsed.comments as comment anti join checked using (comment_id)
            where comment.text <> ''""",
        ),
        no_rows(
            "comment_known",
            "Every tone is that of a comment with text, on the same page.",
            """select comment_id from checked
            anti join (select comment_id, page_id from parsed.comments where text <> '')
                using (comment_id, page_id)""",
        ),
        *tone_checks("comment_id"),
    ),
    ranges_elsewhere=RANGES_ELSEWHERE,
)
