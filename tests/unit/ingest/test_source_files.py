"""Finding and reading files of a folder that cannot be trusted."""

import gzip
import io
import os
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from broadsheet.ingest import source_files
from broadsheet.ingest.source_files import (
    Content,
    SourceFile,
    content_of,
    date_in_path,
    find_files,
    opened,
    page_name,
)
from broadsheet.ingest.text_decoding import RejectedError

FIRST, LAST = date(2010, 1, 1), date(2026, 11, 21)


def _content(file: SourceFile, source: Path, max_bytes: int) -> Content:
    with opened(file, source) as raw:
        return content_of(raw, file, max_bytes)


def _rejection(path: Path, source: Path, max_bytes: int = 1000) -> str:
    with pytest.raises(RejectedError) as rejection:
        _content(SourceFile(path, path.name), source, max_bytes)
    return rejection.value.reason


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("2026-11-09/a.txt", date(2026, 11, 9)),
        ("x/2026/11/09/deep/a.txt", date(2026, 11, 9)),
        ("2025-01-01/2026-11-09/a.txt", date(2026, 11, 9)),
        ("a-2026-11-09.txt", None),
        ("2026-13-09/a.txt", None),
        ("2026-11/09/a.txt", None),
        ("2999-01-01/a.txt", None),
        ("1999-01-01/a.txt", None),
        ("12026-11-09/a.txt", None),
        ("2026-11-09-late/a.txt", None),
    ],
)
def test_the_date_is_that_of_a_folder_between_the_first_day_and_today(path: str, day: date | None) -> None:
    assert date_in_path(path, FIRST, LAST) == day


def test_pages_are_found_at_any_depth_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    for name in (
        "a/b/one.txt",
        "two.TXT",
        "three.txt.gz",
        "four.txt.zst",
        "five.HTM",
        "six.warc.gz",
        "seven.jpg",
        "txt",
    ):
        (tmp_path / name).write_text("x")
    found = [file.source_path for file in find_files(tmp_path)]
    assert sorted(found) == ["a/b/one.txt", "five.HTM", "four.txt.zst", "six.warc.gz", "three.txt.gz", "two.TXT"]


def test_names_that_are_not_utf8_are_escaped_and_still_read(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\n'x.txt"
    Path(os.fsdecode(name)).write_text("content")
    (file,) = find_files(tmp_path)
    assert file.source_path == "\\xff\n'x.txt"
    assert _content(file, tmp_path, 1000).data == b"content"


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    assert [file.source_path for file in find_files(tmp_path)] == ["loop.txt"]
    assert _rejection(tmp_path / "loop.txt", tmp_path) == "outside_source"


def test_links_out_of_the_source_are_rejected_and_links_within_are_read(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (source / "page.txt").write_text("page")
    (source / "out.txt").symlink_to(tmp_path / "secret.txt")
    (source / "up").symlink_to(tmp_path)
    (source / "in.txt").symlink_to("page.txt")
    assert [file.source_path for file in find_files(source)] == ["in.txt", "out.txt", "page.txt", "up"]
    assert _rejection(source / "out.txt", source) == "outside_source"
    assert _rejection(source / "up", source) == "outside_source"
    assert _content(SourceFile(source / "in.txt", "in.txt"), source, 100).data == b"page"


def test_a_named_pipe_is_rejected_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert _rejection(tmp_path / "pipe.txt", tmp_path) == "not_a_file"


def test_a_file_that_vanished_is_unreadable(tmp_path: Path) -> None:
    assert _rejection(tmp_path / "gone.txt", tmp_path) == "unreadable"


@pytest.mark.parametrize("change", ["grows", "is cut", "is written over"])
def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 500)
    read = source_files.read_at_most

    def changed(stream: io.RawIOBase, limit: int) -> bytes:
        data = read(stream, limit)
        with path.open("ab" if change == "grows" else "rb+") as other:
            other.write(b"y" * 500)
            other.truncate(100 if change == "is cut" else None)
        return data

    with monkeypatch.context() as patched:
        patched.setattr(source_files, "read_at_most", changed)
        assert _rejection(path, tmp_path) == "unreadable"
    _content(SourceFile(path, path.name), tmp_path, 10_000)


def test_the_limit_counts_bytes_after_decompression(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes(b"x" * 1001)
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"\0" * 50_000_000))
    assert _rejection(tmp_path / "big.txt", tmp_path) == "too_large"
    assert _rejection(tmp_path / "bomb.txt.gz", tmp_path) == "too_large"


def test_the_same_text_has_one_hash_however_it_is_compressed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"the same text")
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(b"the same text"))
    with pa.CompressedOutputStream(str(tmp_path / "a.txt.zst"), "zstd") as stream:
        stream.write(b"the same text")
    hashes = {_content(file, tmp_path, 100).sha256 for file in find_files(tmp_path)}
    assert len(hashes) == 1


@pytest.mark.parametrize("name", ["a.txt.gz", "a.txt.zst"])
def test_broken_archives_are_rejected(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"this is no archive")
    assert _rejection(tmp_path / name, tmp_path) == "corrupt_archive"
    (tmp_path / "cut.txt.gz").write_bytes(gzip.compress(os.urandom(500))[:-20])
    assert _rejection(tmp_path / "cut.txt.gz", tmp_path) == "corrupt_archive"


def test_a_page_keeps_its_name_without_the_suffix() -> None:
    assert [page_name(name) for name in ("a.b.txt", "a.TXT.gz", "a.txt.zst")] == ["a.b", "a", "a"]
