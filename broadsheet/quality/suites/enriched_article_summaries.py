"""enriched.article_summaries: one summary for each page with a body, made of its own sentences or carried by them."""

from broadsheet.quality.sentiment_checks import one_revision
from broadsheet.quality.suites.check import Suite, landing_date_kept, no_rows, unique

SUITE = Suite(
    "enriched.article_summaries",
    ("page_id",),
    (
        unique("page_id"),
        landing_date_kept("page_id"),
        no_rows(
            "every_body_summarised",
            "Every page with a body has a summary.",
            "select page_id from parsed.pages as page anti join checked using (page_id) where page.body_text <> ''",
        ),
        no_rows(
            "body_known",
            "Every summary is that of a page with a body.",
            """select page_id from checked
            anti join (select page_id from parsed.pages where body_text <> '') using (page_id)""",
        ),
        no_rows("summary_not_empty", "No summary is empty.", "select page_id from checked where summary = ''"),
        no_rows(
            "summary_is_its_sentences",
            "A summary is its sentences, in page order of what carries them, joined by a space.",
            """select page_id from checked
            left join (
                select page_id, string_agg(text, ' ' order by char_start) as joined
                from (
                    select page_id, rank, min(chosen.char_start) as char_start,
                        any_value(coalesce(chosen.text, sentence.text)) as text
                    from enriched.summary_sentences as chosen
                    join parsed.sentences as sentence using (page_id, sentence_no)
                    where sentence.comment_no is null group by page_id, rank
                ) group by page_id
            ) using (page_id)
            where joined is distinct from checked.summary""",
        ),
        no_rows(
            "dropped_among_generated",
            "No more sentences were dropped than were generated.",
            """select page_id from checked
            where not coalesce(dropped_count, 0) between 0 and coalesce(generated_count, 0)""",
        ),
        no_rows(
            "method_follows",
            "A generated sentence is in a summary only where one passed, and the method says so.",
            """select page_id from checked where starts_with(method, 'abstractive')
            <> (coalesce(generated_count, 0) > coalesce(dropped_count, 0))""",
        ),
        one_revision("page_id"),
    ),
)
