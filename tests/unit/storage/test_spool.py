"""Parts that workers write: replaced by who does them again, passed over where they were cut short."""

import os
import time
from pathlib import Path

import polars as pl
import pytest

from broadsheet.storage.spool import Spool


def test_a_part_done_again_replaces_itself(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "spool"))
    assert spool.parts() == []
    for value in (1, 2):
        spool.write("a", pl.DataFrame({"value": [value]}))
    spool.write("b", pl.DataFrame({"value": [3]}))
    assert [part["value"].to_list() for part in spool.read()] == [[2], [3]]


def test_a_part_that_was_cut_short_is_passed_over(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "spool"))
    for name in "abc":
        spool.write(name, pl.DataFrame({"value": [name]}))
    whole = (tmp_path / "spool" / "b.parquet").read_bytes()
    for kept in (0, 1, len(whole) // 2, len(whole) - 1):
        (tmp_path / "spool" / "b.parquet").write_bytes(whole[:kept])
        assert [part["value"].to_list() for part in spool.read()] == [["a"], ["c"]]


def test_a_part_that_cannot_be_fetched_is_an_error_and_is_not_taken_for_cut_short(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "spool"))
    spool.write("a", pl.DataFrame({"value": [1]}))
    (tmp_path / "spool" / "b.parquet").mkdir()
    with pytest.raises(OSError, match=r"b\.parquet"):
        list(spool.read())


def test_only_the_parts_that_were_taken_in_are_removed(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "spool"))
    for name in "abc":
        spool.write(name, pl.DataFrame({"value": [name]}))
    taken = spool.parts()
    spool.write("meanwhile", pl.DataFrame({"value": ["d"]}))
    Path(taken[0]).unlink()  # another process took it in first
    assert [part["value"].to_list() for part in spool.read(taken)] == [["b"], ["c"]]
    spool.remove(taken)
    assert [part["value"].to_list() for part in spool.read()] == [["d"]]


def test_what_a_killed_writer_left_half_written_is_no_part_and_goes_once_it_is_old(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "spool"))
    spool.write("a", pl.DataFrame({"value": [1]}))
    fresh, old = (tmp_path / "spool" / f".{name}.partial" for name in ("fresh", "old"))
    fresh.touch()
    old.touch()
    os.utime(old, (time.time() - 3600,) * 2)
    assert len(spool.parts()) == 1
    spool.remove(spool.parts())
    assert (fresh.exists(), old.exists(), spool.parts()) == (True, False, [])


def test_a_part_that_cannot_be_put_in_place_leaves_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "spool" / "a.parquet").mkdir(parents=True)
    with pytest.raises(OSError, match=r"a\.parquet"):
        Spool(str(tmp_path / "spool")).write("a", pl.DataFrame({"value": [1]}))
    assert [path.name for path in (tmp_path / "spool").iterdir()] == ["a.parquet"]


def test_a_cleared_spool_is_empty_and_its_folder_gone(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "spool" / "deep"))
    spool.clear()
    spool.write("a", pl.DataFrame({"value": [1]}))
    spool.clear()
    assert spool.parts() == []
    assert not (tmp_path / "spool" / "deep").exists()


def test_any_file_system_of_fsspec_will_do() -> None:
    spool = Spool("memory://spool-of-a-test")
    spool.write("a", pl.DataFrame({"value": [1]}))
    spool.write("b", pl.DataFrame({"value": [2]}))
    assert [part["value"].to_list() for part in spool.read()] == [[1], [2]]
    spool.remove(spool.parts()[:1])
    assert [part["value"].to_list() for part in spool.read()] == [[2]]
    spool.clear()
    assert spool.parts() == []


def test_a_cleared_spool_keeps_what_is_not_its_own(tmp_path: Path) -> None:
    spool = Spool(str(tmp_path / "spool"))
    spool.write("a", pl.DataFrame({"value": [1]}))
    Spool(f"{spool.url}/deep").write("b", pl.DataFrame({"value": [2]}))
    (tmp_path / "spool" / "notes.txt").write_text("mine", encoding="utf-8")
    spool.clear()
    assert [path.name for path in (tmp_path / "spool").rglob("*")] == ["notes.txt"]
