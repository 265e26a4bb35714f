"""What `broadsheet preview` compares: figures of the release, its pages parsed again, a model on trial."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import polars as pl

from broadsheet.analysis.sentiment import ToneModel, polarity
from broadsheet.inference.engine import FloatArray
from broadsheet.inference.result_store import Progress
from broadsheet.parse.parsed_rows import parse_tables
from broadsheet.privacy.masking import keyed_id
from broadsheet.release.change_impact import Figures, Parsed
from broadsheet.storage.connection import Warehouse, connect
from pipelines.cli.errors import explain

_PART = 100  # pages read at a time, so that no run waits for long
# page_id begins a SHA-256, so its order is as good as drawn by lot, and the same each time.
_SAMPLE = "select * from marts.articles order by page_id limit $size"
_ARTICLES = f"""
select
    articles.page_id, articles.landing_date, articles.title, articles.tone_label, articles.tone_polarity,
    articles.comments_mean_polarity, articles.comments_share_negative, tone_gap.gap, articles.comment_count,
    articles.parser_version,
    articles.sentiment_model_id as model_id,
    articles.sentiment_model_revision as model_revision
from ({_SAMPLE}) as articles
left join marts.tone_gap as tone_gap using (page_id)
order by articles.page_id
"""
_COMMENTS = f"""
select page_id, comment_no, char_start, label, model_id, model_revision from marts.comments
semi join ({_SAMPLE}) as articles using (page_id)
"""
_PLACES = """
select ids.page_id, comments.comment_no, comments.char_start
from parsed.comments as comments join ids on comments.page_id = ids.plain
"""
_PAGES = "select page_id, landing_date, text from raw.pages semi join wanted using (page_id)"


@dataclass(frozen=True)
class Published:
    """The sample as it is published: its figures, what made them, and of how many articles it is taken."""

    figures: Figures
    models: list[str]
    parsers: list[str]
    article_count: int
    has_keyed_ids: bool


class Candidate(ToneModel):
    """A model on trial: what it gives is looked at before the cache takes it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._path = folder
        try:
            self.name = f"{self.model_id} {self.model_revision}"
            self.languages  # noqa: B018 - read now, so that a folder without them is told of at once
        except (OSError, ValueError, AttributeError) as error:
            raise self._unusable(error) from error

    def outputs(self, texts: Sequence[str]) -> FloatArray:
        """The probabilities, found to be such."""
        try:
            probabilities = super().outputs(texts)
            polarity(probabilities)
        except Exception as error:  # whatever a foreign model makes ONNX Runtime, tokenizers or numpy raise
            raise self._unusable(error) from error
        return probabilities

    def _unusable(self, error: Exception) -> click.ClickException:
        return click.ClickException(f"{self._path} holds no sentiment model that can be used: {explain(error)}")


def read_release(release: Path, sample: int) -> Published:
    """Read the sample from the release."""
    with connect(release, read_only=True) as connection:
        ((article_count,),) = connection.execute("select count(*) from marts.articles").fetchall()
        articles = connection.sql(_ARTICLES, params={"size": sample}).pl()
        comments = connection.sql(_COMMENTS, params={"size": sample}).pl()
        last = connection.sql("from publishing.releases order by release_id desc limit 1").pl()
    made_by = pl.concat([rows.select("model_id", "model_revision") for rows in (articles, comments)]).drop_nulls()
    return Published(
        Figures(articles, comments),
        sorted({" ".join(row) for row in made_by.iter_rows()}),
        sorted(set(articles["parser_version"])),
        article_count,
        has_keyed_ids="has_keyed_ids" in last.columns and last["has_keyed_ids"].to_list() == [True],
    )


def unkeyed(figures: Figures, warehouse: Warehouse, key: bytes) -> Figures:
    """Figures of a release without names, with the ids and places that its pages and comments have in the working file.

    Pages that are not there any more are left out.
    """
    with warehouse.reading() as connection:
        plain = connection.sql("select page_id as plain from raw.pages").pl()
        ids = plain.with_columns(
            pl.Series("page_id", [keyed_id(page_id, key) for page_id in plain["plain"]], pl.String)
        ).join(figures.articles, on="page_id", how="semi")
        connection.register("ids", ids.to_arrow())
        places = connection.sql(_PLACES).pl()
    comments = figures.comments.drop("char_start").join(places, on=["page_id", "comment_no"])
    return Figures(
        *(
            rows.join(ids, on="page_id").drop("page_id").rename({"plain": "page_id"})
            for rows in (figures.articles, comments)
        )
    )


def parse_again(warehouse: Warehouse, sample: pl.DataFrame, report: Progress) -> Parsed:
    """Parse the sample's pages as the working file has them; those of a release may be masked."""
    found, bodies, comments = [], [], []
    for start in range(0, max(sample.height, 1), _PART):
        report(start, sample.height)
        part = sample.slice(start, _PART)
        with warehouse.reading() as connection:
            connection.register("wanted", part.to_arrow())
            pages = connection.sql(_PAGES).pl()
        parsed = parse_tables(pages, b"")  # the key of pseudonyms, which no figure needs
        found.append(part.join(parsed.pages.select("page_id", "language"), on="page_id"))
        bodies.append(parsed.sentences.filter(pl.col("comment_no").is_null()))
        comments.append(parsed.comments)
    report(sample.height, sample.height)
    return Parsed(pl.concat(found), pl.concat(bodies).sort("page_id", "sentence_no"), pl.concat(comments))
