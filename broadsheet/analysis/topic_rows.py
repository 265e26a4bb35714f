"""Topics as functions of tables: vectors of a window, members and names of all of them."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import polars as pl

from broadsheet.analysis.comment_groups import MIN_DISCUSSION
from broadsheet.analysis.topic_names import LABEL_TERMS, UNNAMED, name_topics, words_of_article
from broadsheet.analysis.topics import Places, Topics, article_vector, pack, place_comments, unpack
from broadsheet.inference.embeddings import DIMENSIONS
from broadsheet.inference.engine import FloatArray

MIN_WORDS = 8
"""Of a shorter comment ("Well said, and about time too") the vector tells the register, not the subject."""
_MEMBERS = {
    "kind": pl.String,
    "page_id": pl.String,
    "comment_id": pl.String,
    "landing_date": pl.Date,
    "topic_id": pl.Int32,
    "likeness": pl.Float32,
    "placed_by": pl.String,
}


def article_vectors(
    sentences: pl.DataFrame, titles: pl.DataFrame, embed: Callable[[list[str]], FloatArray]
) -> pl.DataFrame:
    """One packed vector an article.

    Args:
        sentences: one row per sentence of a body, with page_id, landing_date and text.
        titles: page_id and title of the pages that have one.
        embed: gives a unit vector a text, shape (n, d).
    """
    vectors = embed([*sentences["text"], *titles["title"]])
    of_title = dict(zip(titles["page_id"], vectors[sentences.height :], strict=True))
    keys, made = [], []
    for (page_id,), body in sentences.with_row_index("row").group_by("page_id", maintain_order=True):
        own = vectors[body["row"].to_numpy()]
        made.append(article_vector(own, body["text"].str.len_chars().to_list(), of_title.get(str(page_id))))
        keys.append((page_id, body["landing_date"][0], None))
    return _packed(keys, made)


def comment_vectors(comments: pl.DataFrame, embed: Callable[[list[str]], FloatArray]) -> pl.DataFrame:
    """One packed vector a comment that can tell what it is about.

    Only on pages with at least 4 comments with text, whose vectors the strands have paid for.

    Args:
        comments: one row per comment with text, with page_id, landing_date, comment_id and text.
        embed: as in article_vectors.
    """
    telling = comments.filter(
        (pl.len().over("page_id") >= MIN_DISCUSSION) & (pl.col("text").str.count_matches(r"\S+") >= MIN_WORDS)
    )
    vectors = embed(telling["text"].to_list())
    return _packed(telling.select("page_id", "landing_date", "comment_id").rows(), list(vectors))


def article_members(articles: pl.DataFrame, topic: Places, likeness: FloatArray) -> pl.DataFrame:
    """Rows of enriched.topic_members of the articles that have a topic.

    Args:
        articles: n rows with page_id and landing_date.
        topic: place of each one's topic from 0, -1 where it has none.
        likeness: to the topic's articles.
    """
    made = articles.select("page_id", "landing_date").with_columns(
        pl.lit("article").alias("kind"),
        pl.lit(None, pl.String).alias("comment_id"),
        pl.Series("topic_id", topic + 1, dtype=pl.Int32),
        pl.Series("likeness", likeness, dtype=pl.Float32),
        pl.lit("own").alias("placed_by"),
    )
    return made.filter(pl.col("topic_id") > 0).select(*_MEMBERS)


def comment_members(comments: pl.DataFrame, topics: Topics, articles: pl.DataFrame) -> pl.DataFrame:
    """Rows of enriched.topic_members of the comments that have a topic.

    Args:
        comments: page_id, comment_id, landing_date, language and vector (packed; null where it has none).
        topics: as found.
        articles: page_id and topic_id, from 1, of the articles that have one.
    """
    joined = comments.join(articles, on="page_id", how="left", maintain_order="left")
    topic = joined["topic_id"].fill_null(0).to_numpy().astype(np.int64) - 1
    likeness = np.full(joined.height, np.nan, dtype=np.float32)
    rows = joined["vector"].is_not_null().arg_true().to_numpy()
    before = topic.copy()
    if len(rows):
        vectors = unpack(vectors_of(joined["vector"].gather(rows)))
        languages = joined["language"].fill_null("").gather(rows).to_list()
        topic[rows], likeness[rows] = place_comments(topics, vectors, languages, before[rows])
    made = joined.select("page_id", "comment_id", "landing_date").with_columns(
        pl.lit("comment").alias("kind"),
        pl.Series("topic_id", topic + 1, dtype=pl.Int32),
        pl.Series("likeness", likeness, dtype=pl.Float32).fill_nan(None),
        pl.Series("placed_by", np.where(topic == before, "article", "own"), dtype=pl.String),
    )
    return made.filter(pl.col("topic_id") > 0).select(*_MEMBERS)


def named(articles: pl.DataFrame, languages: Sequence[str]) -> pl.DataFrame:
    """Rows of enriched.topics, without the model's columns.

    Args:
        articles: topic_id (null for those of no topic), language, text and names (of those who commented).
        languages: of each topic, in the order of topic_id.
    """
    words = [
        words_of_article(text, language, names)
        for text, language, names in articles.select("text", "language", "names").iter_rows()
    ]
    worded = articles.select(
        "language", pl.col("topic_id").alias("topic"), pl.Series("words", words, pl.List(pl.String))
    )
    terms: dict[int, list[str]] = {}
    for (_,), own in worded.group_by("language", maintain_order=True):
        terms |= name_topics(own.select("topic", "words"))
    return pl.DataFrame(
        [_topic(number, language, terms) for number, language in enumerate(languages, start=1)],
        schema={"topic_id": pl.Int32, "language": pl.String, "label": pl.String, "terms": pl.List(pl.String)},
        orient="row",
    )


def vectors_of(packed: pl.Series) -> np.ndarray[tuple[int, int], np.dtype[np.int8]]:
    """A column of packed vectors, lists or arrays, none of them null, as an array of shape (n, d)."""
    return np.asarray(packed.explode().to_numpy(), dtype=np.int8).reshape(-1, DIMENSIONS)


def _topic(number: int, language: str, terms: Mapping[int, list[str]]) -> tuple[object, ...]:
    own = terms.get(number, [])
    return number, language or None, ", ".join(own[:LABEL_TERMS]) or UNNAMED, own


def _packed(keys: Sequence[tuple[object, ...]], vectors: Sequence[FloatArray]) -> pl.DataFrame:
    schema = {"page_id": pl.String, "landing_date": pl.Date, "comment_id": pl.String}
    frame = pl.DataFrame(keys, schema=schema, orient="row")
    values = pack(np.stack(vectors)) if len(vectors) else np.empty((0, DIMENSIONS), dtype=np.int8)
    return frame.with_columns(pl.Series("vector", values, dtype=pl.Array(pl.Int8, DIMENSIONS)))
