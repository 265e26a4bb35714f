"""enriched.article_sentiment: one tone for each page with a body, made from its sentences."""

from broadsheet.quality.sentiment_checks import RANGES_ELSEWHERE, tone_checks
from broadsheet.quality.suites.check import TOLERANCE, Suite, landing_date_kept, no_rows, unique

SUITE = Suite(
    "enriched.article_sentiment",
    ("page_id",),
    (
        unique("page_id"),
        landing_date_kept("page_id"),
        no_rows(
            "every_body_scored",
            "Every page with a body has a row, with a tone or the reason for none.",
            "select page_id from parsed.pages as page anti join checked using (page_id) where page.body_text <> ''",
        ),
        no_rows(
            "body_known",
            "Every tone is that of a page with a body.",
            """select page_id from checked
            anti join (select page_id from parsed.pages where body_text <> '') using (page_id)""",
        ),
        *tone_checks("page_id"),
        no_rows(
            "sentences_reconcile",
            "sentence_count and the shares are those of enriched.sentence_sentiment.",
            f"""select page_id from checked
            left join (
                select page_id, count(*) as sentences, count(label) as scored,
                    count_if(label = 'negative') as negatives, count_if(label = 'neutral') as neutrals,
                    count_if(label = 'positive') as positives
                from enriched.sentence_sentiment group by all
            ) using (page_id)
            where sentence_count <> coalesce(sentences, 0)
            or abs(share_negative - negatives / scored) > {TOLERANCE}
            or abs(share_neutral - neutrals / scored) > {TOLERANCE}
            or abs(share_positive - positives / scored) > {TOLERANCE}""",
        ),
        no_rows(
            "means_reconcile",
            f"p_* are the means of the sentences' own, weighted by their code points, within {TOLERANCE}.",
            f"""select page_id from checked
            join (
                select page_id, sum(length(text)) as chars, sum(length(text) * tone.p_negative) as negative,
                    sum(length(text) * tone.p_neutral) as neutral, sum(length(text) * tone.p_positive) as positive
                from enriched.sentence_sentiment as tone
                join parsed.sentences as sentence using (page_id, sentence_no)
                where sentence.comment_no is null group by page_id
            ) using (page_id)
            where abs(p_negative - negative / chars) > {TOLERANCE} or abs(p_neutral - neutral / chars) > {TOLERANCE}
            or abs(p_positive - positive / chars) > {TOLERANCE}""",
        ),
    ),
    ranges_elsewhere=RANGES_ELSEWHERE,
)
