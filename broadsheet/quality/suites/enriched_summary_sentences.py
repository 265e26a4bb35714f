"""enriched.summary_sentences: each sentence of a summary rests on a place in the body."""

from broadsheet.quality.suites.check import Suite, between, key_unique, landing_date_kept, no_rows, slice_of

_KEY = "page_id, rank"

SUITE = Suite(
    "enriched.summary_sentences",
    ("page_id", "rank"),
    (
        key_unique("page_id", "rank"),
        landing_date_kept(_KEY),
        no_rows(
            "ranks_numbered",
            "The sentences of a summary are ranked from 1 without a hole, none chosen twice.",
            """select page_id from checked group by all
            having min(rank) <> 1 or max(rank) <> count(*) or count(distinct sentence_no) <> count(*)""",
        ),
        no_rows(
            "summary_known",
            "Every row belongs to a summary.",
            "select page_id, rank from checked anti join enriched.article_summaries using (page_id)",
        ),
        no_rows(
            "sentence_known",
            "The offsets are those of the sentence of the body.",
            """select page_id, rank from checked
            anti join (select * from parsed.sentences where comment_no is null)
                using (page_id, sentence_no, char_start, char_end)""",
        ),
        no_rows(
            "inside_body",
            "Every sentence lies inside a body span.",
            """select chosen.page_id, chosen.rank from (select * from checked) as chosen
            asof left join (select page_id, char_start, char_end as body_end from parsed.spans where kind = 'body')
                as body
                on chosen.page_id = body.page_id and chosen.char_start >= body.char_start
            where body_end is null or chosen.char_end > body_end""",
        ),
        no_rows(
            "slice_in_summary",
            "The slice of the page's text, white space folded, is part of the summary.",
            "select page_id, rank from checked join raw.pages as page using (page_id)\n"  # noqa: S608 - no data
            "join enriched.article_summaries as made using (page_id)\n"
            f"where not contains(made.summary, {slice_of('page.text', 'checked')})",
        ),
        between("support", 0, 1),
        between("salience", -1, 1, severity="warn"),
    ),
)
