"""Tables with a page a row: CSV, whatever parts its columns, and Parquet."""

import csv
import io
import logging
import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from broadsheet.ingest.archive_page import ArchiveRecord
from broadsheet.ingest.column_names import METADATA_FIELDS, PAGE_FIELDS, URL_FIELDS, no_page, page_found
from broadsheet.ingest.source_files import SourceFile, page_name, too_large, unpacked
from broadsheet.ingest.stream_lines import lines_of
from broadsheet.ingest.text_decoding import RejectedError

log = logging.getLogger(__name__)

_PARQUET = b"PAR1"
_NAMED = (".csv", ".tsv")
_DELIMITERS = ",;\t|"
_HEADER = re.compile(r"""["']?[\w][\w .:/-]{0,60}["']?""")
_ROWS = 64
_LONGEST_SHARE = 4
"""A row may be so many times as long as a page."""
_USED = frozenset((*PAGE_FIELDS, *URL_FIELDS, *(name for names in METADATA_FIELDS for name in names)))


def recognises(head: bytes, file: SourceFile) -> bool:
    """Whether a file is a table: Parquet by its beginning, decompressed.

    CSV by its name: a page may well begin with words that could be a header, as a menu does.
    """
    return head.startswith(_PARQUET) or page_name(file.path.name).lower().endswith(_NAMED)


def read(raw: io.FileIO, file: SourceFile, max_bytes: int) -> Iterator[ArchiveRecord]:
    """Give the page of each row: where it begins in bytes, or which row it is in Parquet, from 0.

    Raises:
        RejectedError: no column holds a page, or the file is damaged.
    """
    try:
        with unpacked(raw, file) as stream:
            head = stream.read(len(_PARQUET))
        raw.seek(0)
        yield from _parquet(raw, file, max_bytes) if head == _PARQUET else _csv(raw, file, max_bytes)
    except (pa.ArrowException, csv.Error) as error:
        raise RejectedError("corrupt_archive", str(error).split("\n", maxsplit=1)[0]) from error


def _parquet(raw: io.FileIO, file: SourceFile, max_bytes: int) -> Iterator[ArchiveRecord]:
    table = pq.ParquetFile(raw)
    used = [field.name for field in table.schema_arrow if field.name.lower() in _USED]
    name = _page_column(file, used)
    row = 0
    for batch in table.iter_batches(_ROWS, columns=used):
        for fields in batch.to_pylist():
            yield page_found(row, fields, name, max_bytes)
            row += 1


def _csv(raw: io.FileIO, file: SourceFile, max_bytes: int) -> Iterator[ArchiveRecord]:
    csv.field_size_limit(_LONGEST_SHARE * max_bytes)
    with unpacked(raw, file) as stream:
        lines = _Lines(stream, max_bytes)
        first = next(iter(lines), "")
        delimiter = _delimiter(first.encode("utf-8", "surrogateescape")) or ","
        (names,) = csv.reader([first.removeprefix("\ufeff")], delimiter=delimiter)
        name = _page_column(file, names)
        rows = csv.reader(lines, delimiter=delimiter)
        while (begin := lines.end) is not None and (row := next(rows, None)) is not None:
            if row:
                yield page_found(begin, dict(zip(names, row, strict=False)), name, max_bytes, charset=None)


class _Lines:
    """Lines of a stream for the csv module; bytes that are not UTF-8 stand in them as surrogates.

    Attributes:
        end: where the last line ended, in bytes.
    """

    def __init__(self, stream: io.RawIOBase, max_bytes: int) -> None:
        self.end = 0
        self._lines = lines_of(stream, _LONGEST_SHARE * max_bytes)
        self._max_bytes = max_bytes

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        begin, line = next(self._lines)
        if line is None:
            raise too_large(self._max_bytes)
        self.end = begin + len(line) + 1
        return line.decode("utf-8", "surrogateescape") + "\n"


def _page_column(file: SourceFile, names: list[str]) -> str:
    by_name = {name.lower(): name for name in names}
    found = next((by_name[name] for name in PAGE_FIELDS if name in by_name), None)
    if found is None:
        raise no_page()
    log.info("%s: pages are taken from the column %r", file.source_path, found)
    return found


def _delimiter(head: bytes) -> str | None:
    """What parts the columns of a CSV file; None where the first line is no list of names with a page's among them."""
    line = head.partition(b"\n")[0].decode("utf-8-sig", "replace").strip()
    for delimiter in _DELIMITERS:
        names = line.split(delimiter)
        if len(names) > 1 and all(map(_HEADER.fullmatch, names)):
            return delimiter if {name.strip("\"'").lower() for name in names} & set(PAGE_FIELDS) else None
    return None
