"""Ingesting a folder: every file lands once or is rejected with its reason, whatever happens in between."""

from datetime import date
from pathlib import Path

import pytest

from broadsheet.ingest.landing import IngestReport, ingest, replay
from broadsheet.ingest.source_folder import SourceError, check_source
from broadsheet.ingest.text_decoding import Decoded
from broadsheet.storage.date_partitions import Window
from tests.unit.newsroom import EVER, Newsroom


def test_a_second_ingest_lands_nothing_and_keeps_every_row(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", "first page")
    newsroom.write("b.txt", "second page")
    assert newsroom.ingest() == IngestReport(files=2, landed=2)
    before = newsroom.rows("select * from raw.pages order by all")
    assert newsroom.ingest() == IngestReport(files=2, known=2)
    assert newsroom.rows("select * from raw.pages order by all") == before


def test_a_duplicate_lands_once_and_keeps_both_paths(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", "the same page")
    newsroom.write("2026-11-10/b.txt", "the same page")
    assert newsroom.ingest() == IngestReport(files=2, landed=1, duplicates=1)
    assert newsroom.rows("select source_path, landing_date from raw.pages") == [("2026-11-09/a.txt", date(2026, 11, 9))]
    assert newsroom.rows("select count(*), count(distinct page_id) from raw.sightings") == [(2, 1)]


def test_a_changed_file_becomes_a_new_page_and_the_old_one_stays(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", "as it was")
    newsroom.ingest()
    newsroom.write("2026-11-09/a.txt", "as it is")
    assert newsroom.ingest().landed == 1
    assert newsroom.rows("select text from raw.pages order by landed_at") == [("as it was",), ("as it is",)]


def test_files_of_other_days_are_left_for_their_own_window(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", "monday")
    newsroom.write("2026-11-10/b.txt", "tuesday")
    newsroom.ingest(Window(date(2026, 11, 10), date(2026, 11, 10)))
    assert newsroom.rows("select text from raw.pages") == [("tuesday",)]


def test_every_file_is_a_page_a_duplicate_or_rejected(newsroom: Newsroom) -> None:
    newsroom.write("a.txt", "page")
    newsroom.write("b.txt", "page")
    newsroom.write("c.txt", b"")
    newsroom.write("d.txt", b"\x89PNG" + bytes(range(256)))
    report = newsroom.ingest()
    assert report == IngestReport(files=4, landed=1, duplicates=1, rejected=2)
    assert newsroom.rows("select count(*) from raw.sightings") == [(4,)]
    reasons = newsroom.rows("select source_path, reason from raw.quarantine order by 1")
    assert reasons == [("c.txt", "empty"), ("d.txt", "binary")]


def test_rejected_bytes_are_kept(newsroom: Newsroom) -> None:
    content = b"\x89PNG" + bytes(range(256))
    newsroom.write("d.txt", content)
    newsroom.ingest()
    ((sha256,),) = newsroom.rows("select content_sha256 from raw.quarantine")
    assert (newsroom.settings.quarantined_bytes / str(sha256)).read_bytes() == content


def test_the_bytes_of_a_repaired_page_are_kept_and_what_was_changed_is_said(newsroom: Newsroom) -> None:
    content = "Die Brücke über die Aue bleibt gesperrt, für länger.\n".encode() * 9 + "So ein Müll für alle!".encode(
        "cp1252"
    )
    newsroom.write("2026-11-09/a.txt", content)
    assert newsroom.ingest().landed == 1
    ((sha256, encoding, confidence, note),) = newsroom.rows(
        "select content_sha256, encoding, encoding_confidence, encoding_note from raw.pages"
    )
    assert encoding == "utf-8 with cp1252"
    assert 0.8 <= float(str(confidence)) < 1
    assert "line 10" in str(note)
    assert (newsroom.settings.quarantined_bytes / str(sha256)).read_bytes() == content


@pytest.mark.parametrize("storage", [None, "place"])
def test_what_an_older_decoder_read_otherwise_is_replaced_on_days_that_are_read_again_and_only_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, storage: str | None
) -> None:
    newsroom = Newsroom(tmp_path, storage and tmp_path / storage)
    text = "Färjan går över sundet två gånger om dagen, sade Åsa Öberg."
    for day in (9, 10):
        newsroom.write(f"2026-11-{day:02}/a.txt", f"{text} {day}".encode("cp1252"))
    newsroom.write("2026-11-09/b.txt", "another page")
    with monkeypatch.context() as older:
        older.setattr(
            "broadsheet.ingest.page_records.decode", lambda data, *_: Decoded(data.decode("cp1250"), "cp1250")
        )
        newsroom.ingest()
    assert newsroom.ingest() == IngestReport(files=3, known=3), "nothing changes by itself"
    monday = date(2026, 11, 9)
    report = ingest(newsroom.source, newsroom.warehouse, newsroom.settings, window=EVER, again=[monday])
    assert report.redecoded == 1
    assert "1 known pages are decoded otherwise now" in report.sentence()
    assert newsroom.rows("select text, encoding, encoding_note from raw.pages order by source_path") == [
        (f"{text} 9", "cp1252", None),
        ("another page", "cp1250", None),
        (f"{text} 10".encode("cp1252").decode("cp1250"), "cp1250", None),
    ]


def test_a_rejected_file_stands_once_however_often_it_is_met(newsroom: Newsroom) -> None:
    newsroom.write("c.txt", b"")
    newsroom.ingest()
    newsroom.ingest()
    assert newsroom.rows("select count(*) from raw.quarantine") == [(1,)]


@pytest.mark.parametrize("change", ["mend", "remove"])
def test_a_rejection_is_resolved_when_the_file_is_mended_or_gone(newsroom: Newsroom, change: str) -> None:
    path = newsroom.write("c.txt", b"")
    newsroom.ingest()
    if change == "mend":
        path.write_text("now a page")
    else:
        path.unlink()
    newsroom.ingest()
    assert newsroom.rows("select count(*) from raw.quarantine where resolved_at is null") == [(0,)]


def test_no_time_of_a_row_lies_before_its_first_when_the_clock_was_set_back(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/a.txt", "a page")
    mended, gone = newsroom.write("2026-11-09/mended.txt", ""), newsroom.write("2026-11-09/gone.txt", " ")
    newsroom.ingest()
    with newsroom.warehouse.writing() as connection:  # all this was tomorrow
        connection.execute(
            "update raw.sightings set first_seen_at = first_seen_at + interval 1 day,"
            " last_seen_at = last_seen_at + interval 1 day"
        )
        connection.execute("update raw.quarantine set first_seen_at = first_seen_at + interval 1 day")
    mended.write_text("another page")
    gone.unlink()
    newsroom.ingest()
    assert newsroom.rows("select source_path from raw.sightings where last_seen_at < first_seen_at") == []
    resolved = newsroom.rows("select count(*) from raw.quarantine where resolved_at >= first_seen_at")
    assert resolved == [(2,)]


def test_replay_lands_what_a_raised_limit_lets_in_on_its_own_day(newsroom: Newsroom) -> None:
    newsroom.write("2026-11-09/long.txt", "x" * 100)
    strict = newsroom.settings.model_copy(update={"max_file_bytes": 10})
    assert ingest(newsroom.source, newsroom.warehouse, strict, window=EVER).rejected == 1
    assert replay(newsroom.source, newsroom.warehouse, newsroom.settings).landed == 1
    assert newsroom.rows("select landing_date from raw.pages") == [(date(2026, 11, 9),)]
    assert newsroom.rows("select count(*) from raw.quarantine where resolved_at is null") == [(0,)]


def test_replay_uses_the_kept_bytes_when_the_source_is_gone(newsroom: Newsroom) -> None:
    path = newsroom.write("2026-11-09/photo.txt", b"\x89PNG" + bytes(range(256)))
    newsroom.ingest()
    path.unlink()
    assert replay(None, newsroom.warehouse, newsroom.settings).rejected == 1
    assert newsroom.rows("select reason from raw.quarantine where resolved_at is null") == [("binary",)]


def test_hostile_text_is_stored_as_it_is(newsroom: Newsroom) -> None:
    text = (
        "'; drop table raw.pages; -- {{ 1/0 }} <script>alert(1)</script> \x00 \u202e \U0001f469\u200d\U0001f52c\n" * 4
    )
    newsroom.write("'; drop table x; --.txt", text)
    newsroom.ingest()
    assert newsroom.rows("select text from raw.pages") == [(text,)]


def test_a_source_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist; name the folder"):
        check_source(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(SourceError, match="is a file; name the folder"):
        check_source(tmp_path / "file")


def _pages(newsroom: Newsroom) -> dict[str, str]:
    """What is said of each page, by the word that its text ends with."""
    rows = newsroom.rows("""
        select
            split_part(trim(pages.text), ' ', -1),
            coalesce((
                select if(is_left_out, 'superseded', 'superseded, asked for') from raw.superseded_pages as older
                where older.page_id = pages.page_id
            ), if((
                select count(*) = count(vanished_at) from raw.sightings as seen where seen.page_id = pages.page_id
            ), 'vanished', 'current'))
        from raw.pages as pages
    """)
    return {str(word): str(told) for word, told in rows}


def test_an_older_version_of_a_path_is_superseded_until_it_is_back(newsroom: Newsroom) -> None:
    for path in ("2026-11-09/a.txt", "2026-11-09/b.txt"):
        newsroom.write(path, "a page that is kept under two paths, version one")
    newsroom.ingest()
    newsroom.write("2026-11-09/a.txt", "a page that is kept under one path, version two")
    newsroom.ingest()
    assert _pages(newsroom) == {"one": "current", "two": "current"}, "the other path still holds it"
    newsroom.write("2026-11-09/b.txt", "a page that is kept under one path, version three")
    assert "1 pages were superseded by newer versions, 0 files are gone" in newsroom.ingest().sentence()
    assert newsroom.ingest().superseded == 0, "it was told"
    assert _pages(newsroom) == {"one": "superseded", "two": "current", "three": "current"}
    newsroom.write("2026-11-09/b.txt", b"\x00\x01" * 99)
    newsroom.ingest()
    assert _pages(newsroom)["three"] == "current", "what cannot be read supersedes nothing"
    newsroom.write("2026-11-09/a.txt", "a page that is kept under two paths, version one")
    newsroom.ingest()
    assert _pages(newsroom) == {"one": "current", "two": "superseded", "three": "current"}
    asking = newsroom.settings.model_copy(update={"publish_superseded": True})
    ingest(newsroom.source, newsroom.warehouse, asking, window=EVER)
    assert _pages(newsroom)["two"] == "superseded, asked for"


def test_a_path_that_is_gone_is_marked_after_a_whole_look_and_unmarked_when_it_is_back(newsroom: Newsroom) -> None:
    text = "a page that comes and goes, version one"
    gone = newsroom.write("2026-11-09/a.txt", text)
    newsroom.write("2026-11-10/b.txt", "a page that stays, version two")
    newsroom.ingest()
    gone.unlink()
    assert newsroom.ingest(Window(date(2026, 11, 10), date(2026, 11, 10))).vanished == 1, "the listing is whole"
    assert _pages(newsroom) == {"one": "vanished", "two": "current"}
    newsroom.write("2026-11-09/a.txt", text)
    newsroom.ingest(Window(date(2026, 11, 10), date(2026, 11, 10)))
    assert _pages(newsroom) == {"one": "current", "two": "current"}


def test_neither_an_empty_folder_nor_one_that_cannot_be_listed_nor_another_one_makes_pages_vanish(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    files = [newsroom.write(f"2026-11-09/{name}.txt", f"a page, version {name}") for name in ("one", "two")]
    newsroom.ingest()
    other = tmp_path / "other"
    other.mkdir()
    (other / "three.txt").write_text("a page of another folder, version three")
    ingest(other, newsroom.warehouse, newsroom.settings, window=EVER)
    assert set(_pages(newsroom).values()) == {"current"}
    away = newsroom.source.rename(tmp_path / "away")
    newsroom.source.mkdir()
    newsroom.ingest()
    assert set(_pages(newsroom).values()) == {"current"}
    newsroom.source.rmdir()
    away.rename(newsroom.source)
    files[0].unlink()
    newsroom.ingest()
    assert _pages(newsroom) == {"one": "vanished", "two": "current", "three": "current"}


def test_sightings_from_before_folders_were_told_apart_belong_to_the_folder_that_has_the_path(
    newsroom: Newsroom,
) -> None:
    newsroom.write("2026-11-09/a.txt", "a page, version one")
    newsroom.ingest()
    with newsroom.warehouse.writing() as connection:
        connection.execute("update raw.sightings set source_id = null")
    newsroom.write("2026-11-09/a.txt", "a page, version two")
    newsroom.ingest()
    assert _pages(newsroom) == {"one": "superseded", "two": "current"}
