"""The enriching stage as functions of tables: columns in, columns out, no database. Files of them are in parquet.py."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from broadsheet.nlp.cache import Model
from broadsheet.nlp.sentiment import P_COLUMNS, tone_columns
from broadsheet.nlp.splitting import sentences_of
from broadsheet.nlp.summaries import summarize

Split = Callable[[str], Sequence[tuple[int, int, str]]]

TONE_COLUMNS = {
    "label": pl.String(),
    **{name: pl.Float32() for name in P_COLUMNS},
    "polarity": pl.Float32(),
}
SUMMARY_COLUMNS = {
    "summary": pl.String(),
    "summary_spans": pl.List(pl.Struct({"char_start": pl.Int64(), "char_end": pl.Int64()})),
}


def score_frame(frame: pl.DataFrame, text_column: str, model: Model) -> pl.DataFrame:
    """Append label, p_negative, p_neutral, p_positive and polarity of each row's text.

    Args:
        frame: any rows.
        text_column: its column of texts.
        model: gives P(negative), P(neutral), P(positive); ToneModel does. Equal texts are scored once.

    Returns:
        The same rows in the same order; the new columns are null where the text is null or blank.

    Raises:
        ValueError: the column is missing or not text, or a column to append is already there.
    """
    check_columns(frame.schema, text_column, TONE_COLUMNS, _is_text)
    return frame.hstack(tone_of(frame[text_column].cast(pl.String).to_list(), model))


def summarize_frame(
    frame: pl.DataFrame, text_column: str, sentences: int, embedder: Model, split: Split = sentences_of
) -> pl.DataFrame:
    """Append each text's summary, and where in the text its sentences stand.

    Args:
        frame: any rows.
        text_column: its column of texts.
        sentences: how many a summary has at most, at least 1.
        embedder: gives unit vectors; Embedder does.
        split: gives start, end and folded text of every sentence.

    Returns:
        The same rows in the same order, with `summary` (the spans' slices, verbatim, joined by a space) and
        `summary_spans` (half-open ranges of code points, in text order); both null where the text is null or blank.

    Raises:
        ValueError: sentences is below 1, the column is missing or not text, or a column to append is already there.
    """
    check_columns(frame.schema, text_column, SUMMARY_COLUMNS, _is_text)
    return frame.hstack(summaries_of(frame[text_column].cast(pl.String).to_list(), sentences, embedder, split))


def tone_of(texts: Sequence[str | None], model: Model) -> pl.DataFrame:
    """The columns of score_frame for texts, row by row."""
    places: dict[str, int] = {}
    rows = [None if text is None or not text.strip() else places.setdefault(text, len(places)) for text in texts]
    if not places:
        return pl.DataFrame({name: [None] * len(texts) for name in TONE_COLUMNS}, schema=TONE_COLUMNS)
    tone = tone_columns(model.outputs(list(places)))
    return tone.select(pl.all().gather(pl.Series(rows, dtype=pl.UInt32)))


def summaries_of(
    texts: Sequence[str | None], sentences: int, embedder: Model, split: Split = sentences_of
) -> pl.DataFrame:
    """The columns of summarize_frame for texts, row by row."""
    if sentences < 1:
        raise ValueError(f"a summary has at least 1 sentence, not {sentences}")
    spans = [[] if text is None else _spans(text, split) for text in texts]
    flat = list(dict.fromkeys(sentence for found in spans for _, _, sentence in found))
    vectors = embedder.outputs(flat)
    place_of = {sentence: place for place, sentence in enumerate(flat)}
    summaries: list[str | None] = []
    chosen_spans: list[list[dict[str, int]] | None] = []
    for text, found in zip(texts, spans, strict=True):
        if text is None or not found:
            summaries.append(None)
            chosen_spans.append(None)
            continue
        own = vectors[np.array([place_of[sentence] for _, _, sentence in found])]
        chosen = summarize([sentence for _, _, sentence in found], own, count=sentences)
        ranges = [found[sentence.index][:2] for sentence in chosen]
        summaries.append(" ".join(text[start:end] for start, end in ranges))
        chosen_spans.append([{"char_start": start, "char_end": end} for start, end in ranges])
    return pl.DataFrame({"summary": summaries, "summary_spans": chosen_spans}, schema=SUMMARY_COLUMNS)


def check_columns(
    types: Mapping[str, Any], text_column: str, appended: Iterable[str], is_text: Callable[[Any], bool]
) -> None:
    """Refuse a table that the new columns cannot be made for.

    Args:
        types: type of each column, of Polars or Arrow.
        text_column: the column of texts.
        appended: the columns to make.
        is_text: whether a type is text.

    Raises:
        ValueError: the column is missing or not text, or a column to append is already there.
    """
    if text_column not in types:
        raise ValueError(f"there is no column {text_column!r}; there are: {', '.join(types) or 'none'}")
    if not is_text(types[text_column]):
        raise ValueError(f"column {text_column!r} is not text but {types[text_column]}")
    if taken := [name for name in appended if name in types]:
        raise ValueError(f"these columns are already there and would be overwritten: {', '.join(taken)}")


def _is_text(type_: pl.DataType) -> bool:
    return isinstance(type_, pl.String | pl.Categorical | pl.Enum)


def _spans(text: str, split: Split) -> list[tuple[int, int, str]]:
    """Sentences of a text; the whole of it where none is found, none where it is blank."""
    found = [(start, end, sentence) for start, end, sentence in split(text) if sentence.strip()]
    if found or not text.strip():
        return found
    start = len(text) - len(text.lstrip())
    return [(start, start + len(text.strip()), " ".join(text.split()))]
