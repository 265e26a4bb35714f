"""enriched.sentence_sentiment: one tone for each sentence of a body."""

from broadsheet.quality.sentiment_checks import RANGES_ELSEWHERE, tone_checks
from broadsheet.quality.suites.check import Suite, key_unique, landing_date_kept, no_rows

_KEY = "page_id, sentence_no"

SUITE = Suite(
    "enriched.sentence_sentiment",
    ("page_id", "sentence_no"),
    (
        key_unique("page_id", "sentence_no"),
        landing_date_kept(_KEY),
        no_rows(
            "every_sentence_scored",
            "Every sentence of a body has a row, with a tone or the reason for none.",
            """select page_id, sentence_no from parsed.sentences as sentence
            anti join checked using (page_id, sentence_no) where sentence.comment_no is null""",
        ),
        no_rows(
            "sentence_known",
            "Every tone is that of a sentence of a body.",
            """select page_id, sentence_no from checked
            anti join (select page_id, sentence_no from parsed.sentences where comment_no is null)
                using (page_id, sentence_no)""",
        ),
        *tone_checks(_KEY),
    ),
    ranges_elsewhere=RANGES_ELSEWHERE,
)
