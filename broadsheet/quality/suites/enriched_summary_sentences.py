"""enriched.summary_sentences: each sentence of a summary rests on a place in the body."""

from broadsheet.quality.suites.check import Suite, between, key_unique, landing_date_kept, no_rows
from broadsheet.release.provenance import slice_of

_KEY = "page_id, rank, sentence_no"

SUITE = Suite(
    "enriched.summary_sentences",
    ("page_id", "rank", "sentence_no"),
    (
        key_unique("page_id", "rank", "sentence_no"),
        landing_date_kept(_KEY),
        no_rows(
            "ranks_numbered",
            "The sentences of a summary are ranked from 1 without a hole, and rest on no sentence of the body twice.",
            """select page_id from checked group by all
            having min(rank) <> 1 or max(rank) <> count(distinct rank) or count(distinct sentence_no) <> count(*)""",
        ),
        no_rows(
            "summary_known",
            "Every row belongs to a summary.",
            f"select {_KEY} from checked anti join enriched.article_summaries using (page_id)",
        ),
        no_rows(
            "sentence_known",
            "The offsets are those of the sentence of the body.",
            """select page_id, rank, sentence_no from checked
            anti join (select * from parsed.sentences where comment_no is null)
                using (page_id, sentence_no, char_start, char_end)""",
        ),
        no_rows(
            "inside_body",
            "Every sentence lies inside a body span.",
            """select chosen.page_id, chosen.rank, chosen.sentence_no from (select * from checked) as chosen
            asof left join (select page_id, char_start, char_end as body_end from parsed.spans where kind = 'body')
                as body
                on chosen.page_id = body.page_id and chosen.char_start >= body.char_start
            where body_end is null or chosen.char_end > body_end""",
        ),
        no_rows(
            "slice_in_summary",
            "The slice of the page's text, white space folded, is part of the summary, where it stands there verbatim.",
            f"select {_KEY} from checked join raw.pages as page using (page_id)\n"
            "join enriched.article_summaries as made using (page_id)\n"
            f"where support = 1 and not contains(made.summary, {slice_of('page.text', 'checked')})",
        ),
        no_rows(
            "verbatim_or_generated",
            "A sentence of support below 1 belongs to an abstractive summary, which has its text; one of support 1 is "
            "the sentence of the body.",
            """select page_id, rank, sentence_no from checked
            join enriched.article_summaries as made using (page_id)
            left join (select page_id, sentence_no, text from parsed.sentences where comment_no is null) as own
                using (page_id, sentence_no)
            where case when support < 1
                then not starts_with(made.method, 'abstractive')
                    or not coalesce(contains(made.summary, checked.text), false)
                else coalesce(checked.text, own.text) is distinct from own.text end""",
        ),
        no_rows(
            "one_text_a_rank",
            "All rows of one sentence of a summary have its text and support; a verbatim one has a single row.",
            """select page_id, rank from checked group by page_id, rank
            having count(distinct coalesce(text, '')) > 1 or min(support) <> max(support)
            or (max(support) = 1 and count(*) > 1) or count(*) > 3""",
        ),
        between("salience", -1, 1, severity="warn"),
    ),
)
