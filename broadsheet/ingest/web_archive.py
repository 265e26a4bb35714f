"""WARC and WET files: the pages that were fetched, and the text that was taken from them."""

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from broadsheet.ingest.archive_page import ArchiveRecord
from broadsheet.ingest.source_files import SourceFile, too_large
from broadsheet.ingest.text_decoding import RejectedError

_MAGIC = b"WARC/"
_GZIP = 31  # zlib's number for the format
_CUT = "the file ends within a record"
_PAGES = (WarcRecordType.response, WarcRecordType.resource, WarcRecordType.conversion)
_TEXTUAL = ("text/html", "application/xhtml+xml", "text/plain")
_BEGINNING = re.compile(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|(?<=\n)WARC/1\.")
"""A member of gzip, a frame of Zstandard, or a record that is not compressed: where reading can begin again."""
_PIECE_BYTES = 1 << 20
_OVERLAP_BYTES = 8
_SUCCESS = range(200, 300)
_MOST_FAULTS = 1_000


def recognises(head: bytes, _file: SourceFile) -> bool:
    """Whether a file is an archive of records, by its beginning, decompressed."""
    return head.startswith(_MAGIC)


def read(raw: io.FileIO, _file: SourceFile, max_bytes: int) -> Iterator[ArchiveRecord]:
    """Give the records that hold text or HTML, of fetches that succeeded; what else a crawl has is passed over.

    Where the file is damaged, as a cut member of gzip leaves it, a rejection says so, and reading goes on at the next
    place where a record can begin.

    Raises:
        RejectedError: too much of it is damaged.
    """
    start, faults, last = 0, 0, 0
    while True:
        raw.seek(start)
        known = last
        try:
            for record in ArchiveIterator(raw, auto_decode="all"):
                last = record.stream_pos
                if _is_page(record):
                    yield _found(record, last, max_bytes)
            error, begin = _CUT, _lost_after(raw, last)
        except (OSError, ValueError) as fault:
            error, begin = str(fault), _next_beginning(raw, max(last, start) + 1)
        else:
            if begin is None:
                return
        faults += 1
        if faults > _MOST_FAULTS:
            raise RejectedError("corrupt_archive", f"damaged in more than {_MOST_FAULTS} places")
        if last > known or not start:  # else no record stands between this fault and the one before
            place = last + 1 if begin is None else begin
            yield ArchiveRecord(place, None, rejection=RejectedError("corrupt_archive", f"about byte {place}: {error}"))
        if begin is None or error == _CUT:
            return
        start = begin


def _is_page(record: WarcRecord) -> bool:
    if record.record_type not in _PAGES:
        return False
    headers = record.http_headers
    if headers is not None and headers.status_code is not None and int(headers.status_code) not in _SUCCESS:
        return False
    return _kind(record) in _TEXTUAL


def _kind(record: WarcRecord) -> str:
    """The media type of a record; what states none is looked at."""
    stated = record.headers.get("Content-Type") if record.http_headers is None else record.http_content_type
    return str(stated or _TEXTUAL[0]).split(";")[0].strip().lower()


def _found(record: WarcRecord, offset: int, max_bytes: int) -> ArchiveRecord:
    headers = record.http_headers
    is_packed = headers is not None and (headers.get("Content-Encoding") or headers.get("Transfer-Encoding"))
    length = 0 if is_packed else min(record.content_length, max_bytes)
    url, data = record.headers.get("WARC-Target-URI"), record.reader.read(max_bytes + 1)
    if len(data) > max_bytes:
        return ArchiveRecord(offset, None, url, rejection=too_large(max_bytes))
    if len(data) < length:
        return ArchiveRecord(offset, None, url, rejection=RejectedError("corrupt_archive", "the record is cut short"))
    return ArchiveRecord(offset, data, url, record.http_charset)


def _lost_after(raw: io.FileIO, last: int) -> int | None:
    """Where a record begins behind the last one that was given, cut short by the file's end; None where none does."""
    begin = _next_beginning(raw, last + 1)
    if begin is None:
        return None
    raw.seek(begin)
    with suppress(zlib.error):
        if zlib.decompressobj(_GZIP).decompress(raw.read(_PIECE_BYTES), len(_MAGIC)) == _MAGIC:
            return begin
    return None


def _next_beginning(raw: io.FileIO, start: int) -> int | None:
    """Where the next record can begin; None at the end of the file."""
    raw.seek(start)
    before = b""
    while piece := raw.read(_PIECE_BYTES):
        if found := _BEGINNING.search(before + piece):
            return start - len(before) + found.start()
        start += len(piece)
        before = (before + piece)[-_OVERLAP_BYTES:]
    return None
