"""The enriching stage over Parquet files of any size: a bounded number of rows in memory, and never half a file."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from broadsheet.analysis.dataframe_api import (
    SCORE_COLUMNS,
    Split,
    check_columns,
    score_texts,
    summaries_of,
    summary_columns,
)
from broadsheet.analysis.languages import commonest_language
from broadsheet.analysis.sentiment import ToneModel
from broadsheet.analysis.text_sentences import sentences_of
from broadsheet.atomic_files import replacing
from broadsheet.inference.result_store import Model, Progress, TextGenerator

SCORE_ROWS = 2048
SUMMARIZE_ROWS = 128  # whole articles, some forty sentences each
WRITE_ROWS = 8  # seconds each, so that progress shows


def score_parquet(
    in_path: Path,
    out_path: Path,
    text_column: str,
    model: ToneModel,
    *,
    language: str | None = None,
    progress: Progress | None = None,
) -> int:
    """Write the file again with SCORE_COLUMNS of each row's text.

    Args:
        in_path: any Parquet file; its rows, their order, its columns and their types are kept.
        out_path: written whole or not at all; may be in_path.
        text_column: the column of texts.
        model: what to ask.
        language: of texts that are too short to tell theirs; the commonest language of the file where None.
        progress: called with (rows done, rows in all) at the start and after each part.

    Returns:
        The number of rows.

    Raises:
        ValueError: in_path is no Parquet file, the column is missing or not text, or a new column is already there.
        OSError: a file cannot be read or written.
    """
    main = language or _main_language(in_path, text_column)
    make = partial(score_texts, model=model, language=main)
    return _append(in_path, out_path, text_column, columns=SCORE_COLUMNS, make=make, rows=SCORE_ROWS, progress=progress)


def _main_language(path: Path, text_column: str) -> str | None:
    """The commonest language of a column's texts; None where that cannot be told, or there is no such column."""
    try:
        with pq.ParquetFile(path) as source:
            types = dict(zip(source.schema_arrow.names, source.schema_arrow.types, strict=True))
            if text_column not in types or not _is_text(types[text_column]):
                return None
            parts = source.iter_batches(batch_size=SCORE_ROWS, columns=[text_column])
            return commonest_language(text for part in parts for text in _texts(part.column(0), text_column))
    except pa.ArrowInvalid:
        return None


def summarize_parquet(
    in_path: Path,
    out_path: Path,
    text_column: str,
    *,
    sentences: int,
    embedder: Model,
    progress: Progress | None = None,
    split: Split = sentences_of,
    writer: TextGenerator | None = None,
) -> int:
    """Write the file again with `summary` and `summary_spans` of each row's text, and with a writer, how it was made.

    Args:
        in_path: as for score_parquet.
        out_path: as for score_parquet.
        text_column: the column of texts.
        sentences: how many a summary has at most, at least 1.
        embedder: as for summarize_frame.
        progress: as for score_parquet.
        split: as for summarize_frame.
        writer: as for summarize_frame.

    Returns:
        The number of rows.

    Raises:
        ValueError: sentences is below 1, or as for score_parquet.
        OSError: a file cannot be read or written.
    """
    if sentences < 1:
        raise ValueError(f"a summary has at least 1 sentence, not {sentences}")
    make = partial(summaries_of, sentences=sentences, embedder=embedder, split=split, writer=writer)
    return _append(
        in_path,
        out_path,
        text_column,
        columns=summary_columns(writer),
        make=make,
        rows=SUMMARIZE_ROWS if writer is None else WRITE_ROWS,
        progress=progress,
    )


def _append(
    in_path: Path,
    out_path: Path,
    text_column: str,
    *,
    columns: dict[str, pl.DataType],
    make: Callable[[Sequence[str | None]], pl.DataFrame],
    rows: int,
    progress: Progress | None,
) -> int:
    try:
        source = pq.ParquetFile(in_path)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{in_path} is not a Parquet file: {error}") from error
    with source:
        schema = source.schema_arrow
        if schema.names.count(text_column) > 1:
            raise ValueError(f"there are several columns {text_column!r}")
        check_columns(dict(zip(schema.names, schema.types, strict=True)), text_column, columns, _is_text)
        new_fields = list(pl.DataFrame(schema=columns).to_arrow().schema)
        total, done = source.metadata.num_rows, 0
        whole = pa.schema([*schema, *new_fields], metadata=schema.metadata)
        with replacing(out_path) as partial, pq.ParquetWriter(partial, whole) as writer:
            if progress is not None:
                progress(0, total)
            for part in source.iter_batches(batch_size=rows):
                made = make(_texts(part.column(text_column), text_column)).to_arrow()
                arrays = [*part.columns, *(column.combine_chunks() for column in made.columns)]
                writer.write_table(pa.Table.from_arrays(arrays, schema=writer.schema))
                done += part.num_rows
                if progress is not None:
                    progress(done, total)
    return done


def _texts(column: pa.Array, name: str) -> list[str | None]:
    try:
        texts: list[str | None] = column.to_pylist()
    except UnicodeDecodeError as error:
        raise ValueError(f"column {name!r} holds bytes that are not UTF-8: {error}") from error
    return texts


def _is_text(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return any(is_kind(type_) for is_kind in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))
