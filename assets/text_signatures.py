"""What copies are told by. Hashing lives in broadsheet.nlp; here are only the pages."""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from assets.metadata import dataset
from assets.pages import Work, brought_up_to_date
from assets.partitions import WRITER, landing_days, one_run, twice
from assets.resources import Home, Progress
from broadsheet import datasets
from broadsheet.nlp.minhash import METHOD, sign, without_names
from broadsheet.warehouse.page_rows import read_pages

TABLE = datasets.SIGNED
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
) -> Iterator[dg.MaterializeResult[None]]:
    """Sign each body and comment. One row per text."""
    yield from brought_up_to_date(context, home, work(home, progress))


def work(home: Home, progress: Progress) -> Work:
    """What the table is made by."""

    def make(pages: pl.DataFrame) -> list[pl.DataFrame]:
        with progress.track("signing texts"), home.warehouse.reading() as connection:
            bodies = read_pages(connection, _BODIES, pages)
            comments = without_names(read_pages(connection, _COMMENTS, pages), read_pages(connection, _NAMES, pages))
        return [pl.concat([_signed(bodies, "article"), _signed(comments, "comment")])]

    return Work(datasets.text_signatures, make)


def _signed(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows.drop("text").hstack(sign(rows["text"].to_list(), kind)).with_columns(method=pl.lit(METHOD))
