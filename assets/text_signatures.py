"""The signatures that near duplicates are found by. Hashing lives in broadsheet.analysis; here are only its inputs."""

from collections.abc import Sequence

import polars as pl

from assets.page_dataset import Inputs, PageAsset, PageRun
from broadsheet import dataset_registry
from broadsheet.analysis.minhash import METHOD, sign, without_names

_BODIES = """
select page_id, landing_date, null::varchar as comment_id, body_text as text from parsed.pages where body_text <> ''
"""
# What a comment quotes from elsewhere is no copy made by its writer.
_COMMENTS = """
select
    comment.page_id,
    comment.landing_date,
    comment.comment_id,
    case
        when comment.quote_char_end is null then coalesce(comment.scored_text, comment.text) else coalesce(own.text, '')
    end as text,
    comment.quote_char_end is not null and comment.scored_text is not null as is_named
from parsed.comments as comment
left join (
    select
        quoting.comment_id,
        string_agg(sentence.text, ' ' order by sentence.sentence_no) as text
    from parsed.comments as quoting
    inner join parsed.sentences as sentence using (page_id, comment_no)
    where sentence.char_start >= quoting.quote_char_end
    group by quoting.comment_id
) as own using (comment_id)
where comment.text <> ''
"""
_NAMES = "select page_id, landing_date, author_name from parsed.comments where author_name is not null"


def _sign(inputs: Inputs, run: PageRun) -> Sequence[pl.DataFrame]:
    with run.track():
        comments = without_names(inputs["comments"], inputs["names"])
        return [pl.concat([_signed(inputs["bodies"], "article"), _signed(comments, "comment")])]


def _signed(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows.drop("text").hstack(sign(rows["text"].to_list(), kind)).with_columns(method=pl.lit(METHOD))


page_asset = PageAsset(
    dataset=dataset_registry.text_signatures,
    inputs={"bodies": _BODIES, "comments": _COMMENTS, "names": _NAMES},
    compute=_sign,
    description="Sign each body and comment. One row per text.",
    code_version=METHOD,
    task="signing texts",
)
text_signatures = page_asset.definition()
