"""Pages in HTML, web archives and JSON lines: told by their content, each record with where it stands."""

import csv
import gzip
import io
import json
import random
import time
import zlib
from collections.abc import Iterable
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from broadsheet.ingest.html_text import to_text
from broadsheet.ingest.landing import IngestReport
from broadsheet.ingest.page_records import PageText, page_text, read_records
from broadsheet.ingest.source_files import SourceFile
from broadsheet.ingest.text_decoding import RejectedError
from tests.unit.newsroom import Newsroom

WORDS = "Das Wehr an der Aue bleibt für länger gesperrt, sagte Bürgermeister Müller am Dienstag den Anwohnern. "
HTML = f"""<!DOCTYPE html>
<html lang="de"><head><title>Wehr gesperrt | Bote</title><meta charset="iso-8859-1">
<link rel="canonical" href="https://bote.example/wehr"><style>p {{ color: red }}</style>
<script>var never = "shown to a reader";</script></head>
<body><h1>Das Wehr &amp; die Brücke</h1><p>{WORDS}</p><p hidden>unsichtbar</p>
<div style="display: none">auch nicht</div>
<p>Zweiter   Absatz<br>mit Umbruch.</p><img src="https://track.example/pixel.gif" alt="" width=1 height=1>
<h2>2 Kommentare</h2><ul><li><b>Otto</b> am 3. März 2021<p>Schade um das Wehr!</p></li>
<li><b>Ida</b> am 4. März 2021<p>Finde ich <a href="javascript:alert(1)">nicht</a>.</p></li></ul></body></html>
"""


def records(newsroom: Newsroom, name: str, content: bytes, most: int = 1_000_000) -> list[PageText | RejectedError]:
    """The pages of a file, or why there is none."""
    path = newsroom.write(name, content)
    found = list[PageText | RejectedError]()
    for record in read_records(SourceFile(path, name), newsroom.source, most):
        try:
            found.append(page_text(record, 0.8))
        except RejectedError as rejection:
            found.append(rejection)
    return found


def fetched(body: bytes, number: int, kind: str = "text/html; charset=utf-8", status: str = "200 OK") -> bytes:
    """A record of WARC as a crawler writes it."""
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://bote.example/{number}\r\n"
        f"WARC-Date: 2021-03-02T00:00:00Z\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def page(number: int, words: str = WORDS) -> bytes:
    """A short document, each of another content."""
    noise = random.Random(number).randbytes(200).hex()
    return f'<html><body class="{noise}"><h1>Seite {number}</h1><p>{words}</p></body></html>'.encode()


def test_html_becomes_what_its_readers_are_shown() -> None:
    text, address = to_text(HTML)
    assert address == "https://bote.example/wehr"
    assert text.startswith(f"Das Wehr & die Brücke\n\n{WORDS.strip()}\n\nZweiter Absatz\nmit Umbruch.\n")
    for hidden in ("never", "color", "unsichtbar", "auch nicht", "javascript", "track"):
        assert hidden not in text
    assert text.index("Otto") < text.index("Schade") < text.index("Ida")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_html_is_told_by_its_content_and_a_charset_that_lies_is_overruled(newsroom: Newsroom, encoding: str) -> None:
    (found,) = records(newsroom, "named_wrong.txt", HTML.replace("iso-8859-1", "koi8-r").encode(encoding))
    assert isinstance(found, PageText)
    if encoding == "utf-16":  # its bytes are no tags
        assert found.format == "text"
        return
    assert (found.format, found.url, found.decoded.encoding) == ("html", "https://bote.example/wehr", encoding)
    assert WORDS.strip() in found.decoded.text
    assert "declared as koi8-r" in str(found.decoded.note)


def test_a_page_of_text_that_has_tags_in_it_stays_as_it_is(newsroom: Newsroom) -> None:
    text = f"<script>alert(1)</script>\n\n{WORDS}\n<html> is how a document begins"
    (found,) = records(newsroom, "a.html", text.encode())
    assert isinstance(found, PageText)
    assert (found.format, found.decoded.text) == ("text", text)


@pytest.mark.parametrize(
    "html",
    [
        f"<html><body>{'<div>' * 100_000}{WORDS}",
        f"<html><body><p>{WORDS * 50_000}",
        f"<html><body><p {'a=b ' * 300_000}>{WORDS}",
        f"<html><body>{'<table><tr><td>' * 5_000}{WORDS}",
    ],
    ids=["deep", "one line", "attributes", "tables"],
)
def test_html_made_to_hurt_takes_seconds(html: str) -> None:
    began = time.process_time()
    text, _ = to_text(html)
    assert WORDS.strip() in text
    assert time.process_time() - began < 10


def test_html_without_a_word_is_rejected(newsroom: Newsroom) -> None:
    (found,) = records(newsroom, "a.html", b"<html><body><script>x</script></body></html>")
    assert isinstance(found, RejectedError)
    assert found.reason == "empty"


def _packed(pieces: Iterable[bytes], how: str) -> bytes:
    if how == "zst":
        return b"".join(pa.compress(piece, codec="zstd", asbytes=True) for piece in pieces)
    return b"".join(gzip.compress(piece, mtime=0) if how == "gz" else piece for piece in pieces)


@pytest.mark.parametrize("how", ["gz", "zst", "plain"])
def test_a_web_archive_gives_its_pages_with_their_place_and_address(newsroom: Newsroom, how: str) -> None:
    pieces = [
        *(fetched(page(number), number) for number in range(3)),
        fetched(b"\x89PNG", 3, "image/png"),
        fetched(page(4), 4, status="404 Not Found"),
        fetched(page(5, WORDS).decode().encode("cp1252"), 5, "text/html"),
    ]
    path = newsroom.write("crawl.warc", _packed(pieces, how))  # whatever it is called
    found = list(read_records(SourceFile(path, "crawl.warc"), newsroom.source, 1_000_000))
    assert [record.url for record in found] == [f"https://bote.example/{number}" for number in (0, 1, 2, 5)]
    sizes = [len(_packed([piece], how)) for piece in pieces]
    assert [record.source_path for record in found] == [f"crawl.warc#{sum(sizes[:n])}" for n in (0, 1, 2, 5)]
    assert all(WORDS.strip() in page_text(record, 0.8).decoded.text for record in found)


def test_a_broken_member_of_an_archive_is_rejected_and_the_rest_read(newsroom: Newsroom) -> None:
    members = [gzip.compress(fetched(page(number), number), mtime=0) for number in range(6)]
    broken = members[2]
    members[2] = broken[:60] + b"\xff" * 20 + broken[80:]
    members[5] = members[5][:-40]
    with pytest.raises(zlib.error):
        gzip.decompress(members[2])
    found = records(newsroom, "crawl.warc.gz", b"".join(members))
    rejected = [each for each in found if isinstance(each, RejectedError)]
    assert len(found) - len(rejected) == 4
    assert {rejection.reason for rejection in rejected} == {"corrupt_archive"}
    assert f"about byte {len(members[0]) + len(members[1])}" in rejected[0].detail
    assert len(rejected) == 2


def test_text_that_was_taken_from_pages_is_read_from_wet_files(newsroom: Newsroom) -> None:
    text = WORDS.encode()
    head = (
        "WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Target-URI: https://bote.example/a\r\nContent-Type: text/plain\r\n"
    )
    (found,) = records(
        newsroom, "a.wet.gz", gzip.compress(f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text)
    )
    assert isinstance(found, PageText)
    assert (found.decoded.text, found.format, found.url) == (WORDS, "text", "https://bote.example/a")


def test_json_lines_give_the_page_of_the_field_that_holds_one(newsroom: Newsroom) -> None:
    lines = [
        json.dumps({"id": 1, "url": "https://bote.example/1", "html": HTML}),
        json.dumps({"id": 2, "title": "Wehr zu", "authors": ["A. Maas"], "date": "2021-03-02", "text": WORDS}),
        "",
        "{broken",
        json.dumps({"id": 3}),
        json.dumps({"id": 4, "text": "x" * 3_000}),
    ]
    content = ("\n".join(lines)).encode()
    path = newsroom.write("rows.jsonl.gz", gzip.compress(content))
    found = list(read_records(SourceFile(path, "rows.jsonl.gz"), newsroom.source, 2_000))
    offsets = [int(record.source_path.split("#")[1]) for record in found]
    assert [content[offset:].split(b"\n")[0].decode() for offset in offsets] == [line for line in lines if line]
    assert page_text(found[0], 0.8).format == "html"
    assert found[0].url == "https://bote.example/1"
    assert page_text(found[1], 0.8).decoded.text == f"Wehr zu\n\nA. Maas\n\n2021-03-02\n\n{WORDS}"
    assert [record.rejection and record.rejection.reason for record in found[2:]] == [
        "undecodable",
        "empty",
        "too_large",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_gives_a_page_a_row_in_whatever_encoding(newsroom: Newsroom, delimiter: str) -> None:
    told = io.StringIO(newline="")
    rows = [["id", "Text", "url"], ["1", f'{WORDS}\n\n"Ja", sagte sie.', "https://bote.example/1"], ["2", WORDS, ""]]
    csv.writer(told, delimiter=delimiter).writerows(rows)
    content = told.getvalue().encode("cp1252")
    path = newsroom.write("rows.csv", content)
    found = list(read_records(SourceFile(path, "rows.csv"), newsroom.source, 1_000_000))
    assert [page_text(record, 0.8).decoded.text for record in found] == [rows[1][1], rows[2][1]]
    assert [record.url for record in found] == ["https://bote.example/1", None]
    offsets = [int(record.source_path.split("#")[1]) for record in found]
    assert [content[offset : offset + 2] for offset in offsets] == [f"{n}{delimiter}".encode() for n in (1, 2)]


def test_parquet_gives_a_page_a_row_and_tables_without_one_are_rejected(newsroom: Newsroom) -> None:
    tables: dict[str, dict[str, list[Any]]] = {"a": {"html": [HTML, None], "n": [1, 2]}, "b": {"n": [1, 2]}}
    for name, columns in tables.items():
        pl.DataFrame(columns).write_parquet(newsroom.source / f"{name}.parquet")
    found, none = records(newsroom, "a.parquet", (newsroom.source / "a.parquet").read_bytes())
    assert isinstance(found, PageText)
    assert found.format == "html"
    assert isinstance(none, RejectedError)
    (rejected,) = records(newsroom, "b.parquet", (newsroom.source / "b.parquet").read_bytes())
    assert isinstance(rejected, RejectedError)
    assert "no field holds a page" in rejected.detail
    (rejected,) = records(newsroom, "b.csv", b"id,score\n1,2\n")
    assert isinstance(rejected, RejectedError)
    (menu,) = records(newsroom, "a.txt", f"Home,Text,Article\n\n{WORDS}".encode())
    assert isinstance(menu, PageText), "a page of text may begin like a header"
    (broken,) = records(newsroom, "c.parquet", b"PAR1" + b"x" * 500)
    assert isinstance(broken, RejectedError)
    assert broken.reason == "corrupt_archive"


def test_lines_that_are_too_long_are_passed_over_in_bounded_memory(newsroom: Newsroom) -> None:
    long = b'{"text": "' + b"x" * 5_000_000 + b'"}'
    short = json.dumps({"text": WORDS}).encode()
    found = records(newsroom, "rows.jsonl", short + b"\n" + long + b"\n" + short, most=100_000)
    assert [isinstance(each, RejectedError) for each in found] == [False, True, False]


def test_a_page_is_one_as_html_in_an_archive_and_in_a_line(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.html", page(1))
    newsroom.write("2026-11-09/crawl.warc.gz", gzip.compress(fetched(page(1), 1)) + gzip.compress(fetched(page(2), 2)))
    newsroom.write("2026-11-09/rows.jsonl", json.dumps({"html": page(1).decode()}))
    assert newsroom.ingest() == IngestReport(files=4, landed=2, duplicates=2)
    assert newsroom.rows("select count(*), count(distinct page_id) from raw.sightings") == [(4, 2)]
    assert newsroom.rows("select distinct format, landing_date from raw.pages") == [("html", date(2026, 11, 9))]
    assert newsroom.ingest() == IngestReport(files=3, known=3), "an archive that is as it was is not read again"


def test_records_that_leave_an_archive_vanish_and_rejected_ones_are_closed(newsroom: Newsroom) -> None:
    newsroom.write("crawl.warc", fetched(page(1), 1) + fetched(page(2), 2) + fetched(b" ", 3))
    assert newsroom.ingest() == IngestReport(files=3, landed=2, rejected=1)
    assert newsroom.rows("select reason from raw.quarantine where resolved_at is null") == [("empty",)]
    assert newsroom.ingest().rejected == 1, "it is rejected"
    newsroom.write("crawl.warc", fetched(page(1), 1))
    assert newsroom.ingest() == IngestReport(files=1, known=1)
    assert newsroom.rows("select count(*) from raw.sightings where vanished_at is null") == [(1,)]
    assert newsroom.rows("select count(*) from raw.superseded_pages") == [(0,)]
    assert newsroom.rows("select count(*) from raw.quarantine where resolved_at is null") == [(0,)]
    assert newsroom.ingest() == IngestReport(files=1, known=1)


def test_an_archive_that_could_not_be_read_and_now_can_leaves_no_case_open(newsroom: Newsroom) -> None:
    newsroom.write("crawl.warc.gz", b"no archive at all")
    assert newsroom.ingest() == IngestReport(files=1, rejected=1)
    newsroom.write("crawl.warc.gz", gzip.compress(fetched(page(1), 1)))
    assert newsroom.ingest() == IngestReport(files=1, landed=1)
    assert newsroom.rows("select count(*) from raw.quarantine where resolved_at is null") == [(0,)]


@pytest.mark.parametrize("count", [101, 1_001])
def test_as_many_pages_come_out_of_an_archive_as_went_in(newsroom: Newsroom, count: int) -> None:
    newsroom.write("crawl.warc.gz", b"".join(gzip.compress(fetched(page(n), n), 1) for n in range(count)))
    newsroom.write("same.warc", fetched(page(0), 0) * count)
    assert newsroom.ingest() == IngestReport(files=2 * count, landed=count, duplicates=count)
