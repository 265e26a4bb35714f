"""What copies are told by. Hashing lives in broadsheet.nlp; here is only the window."""

import dagster as dg
import polars as pl

from assets.metadata import dataset, materialized
from assets.partitions import WRITER, landing_days, one_run, twice, window_of
from assets.resources import Home, Progress
from broadsheet.nlp.signatures import METHOD, sign, without_names
from broadsheet.warehouse.windows import chunks, read_window, replace_window

TABLE = "enriched.text_signatures"
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


@dg.multi_asset(
    name="text_signatures",
    specs=[dataset(TABLE, deps=["parsed.pages", "parsed.comments", "parsed.sentences"], code_version=METHOD)],
    partitions_def=landing_days,
    backfill_policy=one_run,
    pool=WRITER,
    retry_policy=twice,
)
def text_signatures(
    context: dg.AssetExecutionContext, home: Home, progress: dg.ResourceParam[Progress]
) -> dg.MaterializeResult[None]:
    """Sign each body and comment. One row per text."""
    written = 0
    with home.warehouse.reading() as connection:
        parts = chunks(connection, window_of(context))
    with progress.track("signing texts") as report:
        for done, part in enumerate(parts):
            report(done, len(parts))
            with home.warehouse.reading() as connection:
                bodies = read_window(connection, _BODIES, part)
                comments = without_names(
                    read_window(connection, _COMMENTS, part), read_window(connection, _NAMES, part)
                )
            rows = pl.concat([_signed(bodies, "article"), _signed(comments, "comment")])
            with home.warehouse.writing() as connection:
                written += replace_window(connection, TABLE, rows, part)
        report(len(parts), len(parts))
    with home.warehouse.reading() as connection:
        return materialized(context, connection, TABLE, {"rows_in_window": written})


def _signed(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows.drop("text").hstack(sign(rows["text"].to_list(), kind)).with_columns(method=pl.lit(METHOD))
