"""Enriching as a function of tables: texts and their vectors in, the rows of enriched.* tables out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import polars as pl

from broadsheet.analysis.checked_summaries import Summary, sum_up
from broadsheet.analysis.comment_groups import MIN_DISCUSSION, group_comments
from broadsheet.analysis.sentiment import ToneModel, tone_of
from broadsheet.inference.engine import FloatArray
from broadsheet.inference.result_store import ModelIdentity
from broadsheet.storage.schema import frame_schema

_OF_MODEL = ("model_id", "model_revision")


@dataclass(frozen=True)
class SummaryTables:
    """Rows of enriched.article_summaries, without the model's columns, and of enriched.summary_sentences."""

    summaries: pl.DataFrame
    sentences: pl.DataFrame


@dataclass(frozen=True)
class GeneratedSummaries:
    """What a model wrote, by page.

    Attributes:
        sentences: generated sentences of each page.
        vectors: the unit vector, shape (d,), of each generated sentence, by its text.
    """

    sentences: Mapping[str, Sequence[str]] = field(default_factory=dict)
    vectors: Mapping[str, FloatArray] = field(default_factory=dict)


_NOTHING = GeneratedSummaries()


def summary_tables(
    sentences: pl.DataFrame,
    vectors: FloatArray,
    titles: Mapping[str, FloatArray],
    count: int,
    written: GeneratedSummaries = _NOTHING,
) -> SummaryTables:
    """Sum up every article.

    Args:
        sentences: one row per sentence of a body, in order, with page_id, landing_date, sentence_no, char_start,
            char_end and text.
        vectors: shape (n, d), one unit vector a sentence.
        titles: unit vector, shape (d,), of the title of each page that has one.
        count: sentences in a summary, at most.
        written: what a model wrote, to be held against the article; nothing for extraction alone.
    """
    summaries: list[dict[str, object]] = []
    chosen: list[dict[str, object]] = []
    numbered = sentences.with_row_index("row")
    for (page_id,), body in numbered.group_by("page_id", maintain_order=True):
        generated = list(written.sentences.get(str(page_id), ()))
        made = sum_up(
            body["text"].to_list(),
            vectors[body["row"].to_numpy()],
            titles.get(str(page_id)),
            count=count,
            generated=generated,
            generated_vectors=np.array([written.vectors[text] for text in generated]),
        )
        keys = {"page_id": page_id, "landing_date": body["landing_date"][0]}
        summaries.append({**keys, **_summary_row(made)})
        places = body.select("sentence_no", "char_start", "char_end")
        chosen.extend(
            {
                **keys,
                **places.row(place, named=True),
                "rank": one.rank,
                "salience": one.salience,
                "support": one.support,
                "text": one.text,
            }
            for one in made.pieces
            for place in one.places
        )
    return SummaryTables(
        pl.DataFrame(summaries, schema=frame_schema("enriched.article_summaries", *_OF_MODEL)),
        pl.DataFrame(chosen, schema=frame_schema("enriched.summary_sentences")),
    )


@dataclass(frozen=True)
class CommentGroupTables:
    """Rows of enriched.comment_strands, without the model's columns, and of enriched.strand_comments."""

    strands: pl.DataFrame
    comments: pl.DataFrame


def comment_group_tables(comments: pl.DataFrame, embed: Callable[[list[str]], FloatArray]) -> CommentGroupTables:
    """Find the strands of every page's comments.

    Args:
        comments: one row per comment with text, in page order, with page_id, landing_date, comment_id, commenter_id and
            text.
        embed: gives a unit vector a text, shape (n, d); asked only for the comments of pages with at least 4.
    """
    strands: list[dict[str, object]] = []
    members: list[dict[str, object]] = []
    discussed = comments.filter(pl.len().over("page_id") >= MIN_DISCUSSION).with_row_index("row")
    vectors = embed(discussed["text"].to_list())
    for (page_id,), page in discussed.group_by("page_id", maintain_order=True):
        ids = page["comment_id"].to_list()
        found = group_comments(page["text"].to_list(), vectors[page["row"].to_numpy()], page["commenter_id"].to_list())
        keys = {"page_id": page_id, "landing_date": page["landing_date"][0]}
        for number, strand in enumerate(found, start=1):
            strands.append(
                {
                    **keys,
                    "strand_no": number,
                    "comment_id": ids[strand.representative],
                    "comment_count": len(strand.members),
                    "comment_share": strand.comment_share,
                    "commenter_count": strand.commenter_count,
                    "commenter_share": strand.commenter_share,
                    "cohesion": strand.cohesion,
                }
            )
            members.extend(
                {"comment_id": ids[place], "strand_no": number, "likeness": float(likeness)}
                for place, likeness in zip(strand.members, strand.likeness, strict=True)
            )
    placed = pl.DataFrame(members, schema=frame_schema("enriched.strand_comments", "page_id", "landing_date"))
    everyone = comments.select("page_id", "landing_date", "comment_id").join(placed, on="comment_id", how="left")
    return CommentGroupTables(
        pl.DataFrame(strands, schema=frame_schema("enriched.comment_strands", *_OF_MODEL)), everyone
    )


def tone_rows(
    texts: pl.DataFrame,
    model: ToneModel,
    infer: Callable[[ToneModel, list[str]], FloatArray],
    language: Callable[[str, str | None], str | None] = lambda _text, page: page,
) -> pl.DataFrame:
    """Tone of texts, as rows.

    Args:
        texts: a table's keys, landing_date, text and language, that of the page.
        model: what to ask.
        infer: gives the model's outputs, shape (n, 3); asked only for texts in a language that it knows.
        language: tells that of a text, given the page's; the page's where it is not given.
    """
    read = texts["text"].to_list()
    languages = [language(*pair) for pair in zip(read, texts["language"].to_list(), strict=True)]
    tone = tone_of(read, languages, model.languages, partial(infer, model))
    return texts.drop("text", "language").hstack(tone).with_columns(**model_columns(model))


def model_columns(model: ModelIdentity) -> dict[str, pl.Expr]:
    """The columns that say which model made a row."""
    return {"model_id": pl.lit(model.model_id), "model_revision": pl.lit(model.model_revision)}


def _summary_row(made: Summary) -> dict[str, object]:
    return {
        "summary": " ".join(piece.text for piece in made.pieces),
        "method": made.method,
        "generated_count": made.generated_count,
        "dropped_count": made.dropped_count,
    }
