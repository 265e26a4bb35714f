"""Scoring and summarising as functions of data frames: columns in, columns out, no database. Files: parquet_api.py."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import polars as pl

from broadsheet.analysis.checked_summaries import SourcedSentence, generated_sentences, sum_up
from broadsheet.analysis.languages import language_of
from broadsheet.analysis.sentiment import TONE_COLUMNS, ToneModel, tone_of
from broadsheet.analysis.text_sentences import sentences_of
from broadsheet.inference.result_store import Model, TextGenerator

Split = Callable[[str], Sequence[tuple[int, int, str]]]

SCORE_COLUMNS = {**TONE_COLUMNS, "tone_language": pl.String(), "tone_basis": pl.String()}
SUMMARY_COLUMNS = {
    "summary": pl.String(),
    "summary_spans": pl.List(pl.Struct({"char_start": pl.Int64(), "char_end": pl.Int64()})),
}
FAITHFULNESS_COLUMNS = {
    **SUMMARY_COLUMNS,
    "summary_method": pl.String(),
    "summary_dropped": pl.Int32(),
}
"""With a model that writes: how the summary was made, and how many of its sentences the lock kept out."""


def summarize_frame(
    frame: pl.DataFrame,
    text_column: str,
    sentences: int,
    embedder: Model,
    *,
    split: Split = sentences_of,
    writer: TextGenerator | None = None,
) -> pl.DataFrame:
    """Append each text's summary, and where in the text its sentences stand.

    Args:
        frame: any rows.
        text_column: its column of texts.
        sentences: how many a summary has at most, at least 1.
        embedder: gives unit vectors; Embedder does.
        split: gives start, end and folded text of every sentence.
        writer: writes summaries, of which what the text carries is kept; Summarizer does. None for extraction alone.

    Returns:
        The same rows in the same order, with `summary` (the spans' slices, verbatim, joined by a space) and
        `summary_spans` (half-open ranges of code points, in text order). With a writer, the spans are those that carry
        the summary, and `summary_method` and `summary_dropped` say how it was made and how many generated sentences
        were dropped. All null where the text is null or blank.

    Raises:
        ValueError: sentences is below 1, the column is missing or not text, or a column to append is already there.
    """
    check_columns(frame.schema, text_column, summary_columns(writer), _is_text)
    return frame.hstack(
        summaries_of(frame[text_column].cast(pl.String).to_list(), sentences, embedder, split=split, writer=writer)
    )


def score_texts(texts: Sequence[str | None], model: ToneModel, language: str | None = None) -> pl.DataFrame:
    """The tone of texts, row by row.

    Args:
        texts: any texts. Equal ones are scored once.
        model: what to ask.
        language: of texts that are too short to tell theirs.

    Returns:
        SCORE_COLUMNS, one row a text: label, p_negative, p_neutral, p_positive and polarity; the language that was
        told; and what the tone rests on, as broadsheet.analysis.languages.BASES has it. The tone is null where that is
        unsupported, and all is where the text is null or blank.
    """
    places: dict[str, int] = {}
    rows = [None if text is None or not text.strip() else places.setdefault(text, len(places)) for text in texts]
    languages = [language_of(text, language) for text in places]
    tone = tone_of(list(places), languages, model.languages, model.outputs).rename({"language": "tone_language"})
    return tone.select(pl.all().gather(pl.Series(rows, dtype=pl.UInt32)))


def summary_columns(writer: TextGenerator | None) -> dict[str, pl.DataType]:
    """The columns that summaries have, with or without a model that writes."""
    return SUMMARY_COLUMNS if writer is None else FAITHFULNESS_COLUMNS


def summaries_of(
    texts: Sequence[str | None],
    sentences: int,
    embedder: Model,
    *,
    split: Split = sentences_of,
    writer: TextGenerator | None = None,
) -> pl.DataFrame:
    """The columns of summarize_frame for texts, row by row."""
    if sentences < 1:
        raise ValueError(f"a summary has at least 1 sentence, not {sentences}")
    spans = [[] if text is None else _spans(text, split) for text in texts]
    written = _write(spans, writer)
    flat = list(dict.fromkeys([*(sentence for found in spans for *_, sentence in found), *chain(*written)]))
    vectors = embedder.outputs(flat)
    place_of = {sentence: place for place, sentence in enumerate(flat)}
    rows: list[dict[str, object]] = []
    for text, found, generated in zip(texts, spans, written, strict=True):
        if text is None or not found:
            rows.append({})
            continue
        own = [sentence for *_, sentence in found]
        made = sum_up(
            own,
            vectors[[place_of[sentence] for sentence in own]],
            count=sentences,
            generated=generated,
            generated_vectors=vectors[[place_of[sentence] for sentence in generated]],
        )
        rows.append(
            {
                "summary": " ".join(_text_of(piece, text, found) for piece in made.pieces),
                "summary_spans": [
                    {"char_start": found[place][0], "char_end": found[place][1]}
                    for place in sorted(place for piece in made.pieces for place in piece.places)
                ],
                "summary_method": made.method,
                "summary_dropped": made.dropped_count,
            }
        )
    columns = summary_columns(writer)
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)


def _write(spans: Sequence[Sequence[tuple[int, int, str]]], writer: TextGenerator | None) -> list[list[str]]:
    """Sentences that the model writes on each text; none without a model. Equal texts are asked about once."""
    articles = ["\n".join(sentence for *_, sentence in found) for found in spans]
    if writer is None:
        return [[] for _ in articles]
    distinct = [article for article in dict.fromkeys(articles) if article]
    made = dict(zip(distinct, writer.generate(distinct), strict=True))
    return [generated_sentences(made.get(article, "")) for article in articles]


def _text_of(piece: SourcedSentence, text: str, found: Sequence[tuple[int, int, str]]) -> str:
    """A verbatim sentence as it stands in the text, line ends included; a generated one as written."""
    if piece.support < 1:
        return piece.text
    start, end, _ = found[piece.places[0]]
    return text[start:end]


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
