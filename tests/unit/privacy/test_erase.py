"""Pages and commenters are erased from raw text on, for good, and nothing else is."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from broadsheet.backfill_plan import unfinished_days
from broadsheet.inference.result_store import INFERENCES
from broadsheet.parse.parsed_rows import parse_tables, text_sha256
from broadsheet.privacy.erase import Kind, Target, erase, find, prepare, proof
from broadsheet.privacy.file_stores import kept_bytes_with
from broadsheet.privacy.occurrences import authored_columns, occurrences
from broadsheet.storage.date_partitions import replace_window
from broadsheet.storage.layers import Layers
from tests.conftest import Broadsheet
from tests.unit.newsroom import EVER, Newsroom

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PAGE = """A bridge is closed

The bridge at the mill is closed for a year. The council said on Monday that the piers have to be rebuilt from the bed.

The mayor called it a nuisance. Lorries will have to take the long way round by the station until next winter.

Comments

Ann Marlow says:
March 3, 2026 at 10:00
I cross it every morning with a wheelbarrow full of turnips.

Bob says:
March 3, 2026 at 11:00
Ann Marlow is always late. I for one shall swim.
"""
OTHER = PAGE.replace("bridge", "ferry").replace("Ann Marlow says", "Cid says").replace("turnips", "radishes")
DERIVED = ("parsed.spans", "parsed.pages", "parsed.comments", "parsed.sentences")


def _take_in(newsroom: Newsroom) -> None:
    """Ingest, parse, and pay for every text."""
    newsroom.ingest()
    with newsroom.warehouse.writing() as connection:
        pages = connection.sql("select page_id, landing_date, text from raw.pages").pl()
        for table, rows in parse_tables(pages, newsroom.settings.pseudonym_key()):
            replace_window(connection, table, rows, EVER)
    with newsroom.warehouse.writing() as connection:
        connection.execute("""
            insert into enriched.inferences (text_sha256, task, model_id, model_revision, output, inferred_at)
            select distinct sha256(text), 'sentiment', 'tiny', 'abc', [0.2, 0.5, 0.3], now()
            from (select text from parsed.sentences union all select text from parsed.comments)
        """)
        scored = connection.sql("""
            select comment_id, page_id, landing_date, 'neutral' as label, 0.2 as p_negative, 0.5 as p_neutral,
                0.3 as p_positive, 0.1 as polarity, 'tiny' as model_id, 'abc' as model_revision,
                'en' as language, 'measured' as tone_basis
            from parsed.comments
        """).pl()
        replace_window(connection, "enriched.comment_sentiment", scored, EVER)
        connection.execute("""
            insert into enriched.generations (text_sha256, task, model_id, model_revision, output, inferred_at)
            select sha256(string_agg(text, chr(10) order by sentence_no)), 'summary', 'tiny', 'abc',
                'Turnips cross the ' || page_id || '.', now()
            from parsed.sentences where comment_no is null group by page_id
        """)


@pytest.fixture(params=[None, pytest.param("layers", marks=pytest.mark.long)], ids=["in one file", "layers apart"])
def room(tmp_path: Path, request: pytest.FixtureRequest) -> Newsroom:
    newsroom = Newsroom(tmp_path, request.param and tmp_path / request.param)
    newsroom.write("2026-11-09/bridge.txt", PAGE)
    newsroom.write("2026-11-10/ferry.txt", OTHER)
    _take_in(newsroom)
    return newsroom


def _target(room: Newsroom, kind: Kind, where: str) -> Target:
    table = "raw.pages" if kind == "page" else "parsed.comments"
    ((identity,),) = room.rows(f"select distinct {kind}_id from {table} where {where}")
    (target,) = find(room.warehouse, room.settings.pseudonym_key(), kind, str(identity)[:8])
    return target


def _erase(room: Newsroom, target: Target) -> None:
    erase(room.warehouse, room.settings.pseudonym_key(), target, NOW)


def _everything(room: Newsroom) -> str:
    """Every row of every table, as one text."""
    with room.warehouse.reading() as connection:
        names = connection.execute("""
            select schema_name || '.' || table_name from duckdb_tables()
            union all select schema_name || '.' || view_name from duckdb_views() where not internal
        """).fetchall()
        return "\n".join(str(connection.execute(f"from {name}").fetchall()) for (name,) in names)


def _proven(room: Newsroom, target: Target) -> int:
    with room.warehouse.reading() as connection:
        ((rows,),) = connection.execute(proof(connection, target)).fetchall()
    return int(rows)


def test_a_page_leaves_every_table_and_others_keep_every_row(room: Newsroom) -> None:
    target = _target(room, "page", "text like '%bridge%'")
    assert (target.path_count, target.page_count, target.comment_count) == (1, 1, 2)
    before = {table: room.rows(f"from {table} where page_id <> '{target.id}' order by all") for table in DERIVED}
    assert _proven(room, target) > 10
    _erase(room, target)
    assert _proven(room, target) == 0
    assert "turnips" not in _everything(room)
    assert "bridge" not in _everything(room)
    assert {table: room.rows(f"from {table} order by all") for table in DERIVED} == before
    assert room.rows("select * exclude (content_sha256, is_keyed) from raw.erasures") == [
        ("page", target.id, None, target.landing_date, NOW, 1, 2)
    ]


def test_what_is_paid_for_goes_with_its_last_page(room: Newsroom) -> None:
    shared, own = ("I for one shall swim.", "I cross it every morning with a wheelbarrow full of turnips.")
    for spool in room.warehouse.spools(INFERENCES):  # of a run that was cut short
        with room.warehouse.writing() as connection:
            spool.write("left", connection.sql("from enriched.inferences").pl())
            connection.execute("delete from enriched.inferences")
    _erase(room, _target(room, "page", "text like '%bridge%'"))
    paid = {sha for (sha,) in room.rows("select text_sha256 from enriched.inferences")}
    assert text_sha256(shared) in paid
    assert text_sha256(own) not in paid
    assert len(room.rows("from enriched.generations")) == 1


def test_an_erased_page_is_refused_wherever_it_comes_back(room: Newsroom) -> None:
    target = _target(room, "page", "text like '%bridge%'")
    _erase(room, target)
    room.write("2026-11-12/again.txt", PAGE)
    met = room.ingest()
    assert (met.files, met.landed, met.rejected, met.known) == (3, 0, 2, 1)
    assert room.rows("select source_path, reason from raw.quarantine order by 1") == [
        ("2026-11-09/bridge.txt", "erased"),
        ("2026-11-12/again.txt", "erased"),
    ]
    assert not list(room.settings.quarantined_bytes.glob("*"))
    assert len(room.rows("from raw.pages")) == 1
    assert room.ingest().rejected == 2
    assert _proven(room, target) == 0
    assert find(room.warehouse, room.settings.pseudonym_key(), "page", target.id)[0].is_gone


def test_a_refused_file_can_be_erased(room: Newsroom) -> None:
    room.write("2026-11-09/cat.txt", b"\x00\x01\x02" * 50)
    room.ingest()
    ((sha,),) = room.rows("select content_sha256 from raw.quarantine")
    (target,) = find(room.warehouse, room.settings.pseudonym_key(), "page", str(sha)[:32])
    _erase(room, target)
    assert room.rows("from raw.quarantine") == []
    room.ingest()
    assert room.rows("select reason from raw.quarantine") == [("erased",)]


def test_a_commenter_is_taken_out_of_the_text_and_the_page_stays(room: Newsroom) -> None:
    ids = room.rows("select page_id, content_sha256, file_bytes from raw.pages order by all")
    ferry = {table: room.rows(f"from {table} where landing_date = '2026-11-10' order by all") for table in DERIVED}
    target = _target(room, "commenter", "author_name = 'Ann Marlow'")
    assert (target.page_count, target.comment_count, target.names) == (1, 1, ["Ann Marlow"])
    _erase(room, target)
    assert _proven(room, target) == 0
    assert "turnips" not in _everything(room)
    assert room.rows("select page_id, content_sha256, file_bytes from raw.pages order by all") == ids
    assert room.rows("select landing_date::varchar from raw.pages where redacted_at = '2026-11-22 00:00:00+00'") == [
        ("2026-11-09",)
    ]
    ((text,),) = room.rows("select text from raw.pages where redacted_at is not null")
    assert "Ann" not in str(text)
    assert room.rows("select comment_no, author_name from parsed.comments where landing_date = '2026-11-09'") == [
        (1, "Bob")
    ]
    assert ferry == {
        table: room.rows(f"from {table} where landing_date = '2026-11-10' order by all") for table in DERIVED
    }
    assert {str(day) for day in unfinished_days(room.warehouse, room.settings)} >= {"2026-11-09"}
    assert len(room.rows("from enriched.generations")) == 2


def test_comments_of_an_erased_commenter_are_taken_out_of_what_comes_later(room: Newsroom) -> None:
    _erase(room, _target(room, "commenter", "author_name = 'Ann Marlow'"))
    room.write("2026-11-12/later.txt", OTHER.replace("Cid says", "ANN  MARLOW says").replace("radishes", "leeks"))
    room.write("2026-11-09/bridge.txt", PAGE.replace("turnips", "swedes"))  # a changed version of the page
    _take_in(room)
    assert not any(word in _everything(room) for word in ("leeks", "swedes", "turnips", "MARLOW"))
    assert len(room.rows("from raw.pages where redacted_at is not null")) == 3
    assert {str(name) for (name,) in room.rows("select author_name from parsed.comments")} == {"Bob", "Cid"}


def test_what_a_newer_parser_finds_of_them_can_be_erased_again(room: Newsroom) -> None:
    target = _target(room, "commenter", "author_name = 'Ann Marlow'")
    with room.warehouse.writing() as connection:  # as an older parser left it
        others = connection.sql("from parsed.comments where author_name <> 'Ann Marlow'").pl()
        pages = connection.sql("select * replace ('0' as parser_version) from parsed.pages").pl()
        replace_window(connection, "parsed.comments", others, EVER)
        replace_window(connection, "parsed.pages", pages, EVER)
    _erase(room, target)
    assert "turnips" not in _everything(room)
    assert find(room.warehouse, room.settings.pseudonym_key(), "commenter", target.id)[0].is_gone


def test_cut_short_it_leaves_everything_and_the_next_call_does_it(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, before = _target(room, "page", "text like '%bridge%'"), _everything(room)
    with monkeypatch.context() as patch:
        patch.setattr("broadsheet.privacy.erase._delete_inferences", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            _erase(room, target)
    assert _everything(room) == before
    for _ in range(2):  # the second time there is nothing left to do, and one tombstone
        _erase(room, target)
        assert len(room.rows("from raw.erasures")) == 1
    assert find(room.warehouse, room.settings.pseudonym_key(), "page", target.id)[0].is_gone


@pytest.mark.parametrize("kind", ["page", "commenter"])
@pytest.mark.parametrize("written", [0, 4])
def test_killed_among_the_layers_it_is_not_done_and_the_next_call_finishes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Kind, written: int
) -> None:
    room = Newsroom(tmp_path, tmp_path / "layers")
    room.write("2026-11-09/bridge.txt", PAGE)
    _take_in(room)
    target = _target(room, kind, "text like '%turnips%'")
    steps = count()

    def dying(work: Callable[..., None]) -> Callable[..., None]:
        def step(*given: object) -> None:
            if next(steps) == written:
                raise SystemExit
            work(*given)

        return step

    with monkeypatch.context() as patch:
        for name in ("put", "remove"):
            patch.setattr(Layers, name, dying(getattr(Layers, name)))
        with pytest.raises(SystemExit):
            _erase(room, target)
    (again,) = find(room.warehouse, room.settings.pseudonym_key(), kind, target.id)
    assert not again.is_gone
    _erase(room, again)
    assert find(room.warehouse, room.settings.pseudonym_key(), kind, target.id)[0].is_gone
    assert (_proven(room, target), "turnips" in _everything(room)) == (0, False)


QUOTING = (
    PAGE.replace("Ann Marlow says", "Gil says")
    .replace("I cross it every morning with a wheelbarrow full of turnips.", "A boat would do, if you ask me.")
    .replace(
        "Ann Marlow is always late. I for one shall swim.",
        "Well: \u201ci CROSS it every morning, with a wheelbarrow\u201d, wrote \uff21\uff2e\uff2e MARLOW elsewhere.",
    )
)


def _listed(room: Newsroom, target: Target, *, everywhere: bool = False) -> list[tuple[str, str, tuple[str, ...]]]:
    """What stays on the pages of 11 November."""
    prepared = prepare(room.warehouse, room.settings.pseudonym_key(), target, everywhere=everywhere)
    pages = {page for (page,) in room.rows("select page_id from raw.pages where source_path like '2026-11-11/%'")}
    with room.warehouse.reading() as connection:
        stays = prepared.remaining(connection)
    return sorted((each.table, each.column, each.kinds) for each in stays if each.row_id[:32] in pages)


def test_what_others_wrote_elsewhere_is_listed_and_goes_where_that_is_wanted(room: Newsroom) -> None:
    room.write("2026-11-11/quoting.txt", QUOTING)
    room.write("2026-11-11/about.txt", OTHER.replace("The mayor called", "Ann Marlow, the mayor, called"))
    _take_in(room)
    target, before = _target(room, "commenter", "author_name = 'Ann Marlow'"), _everything(room)
    in_article = ("parsed.pages", "body_text", ("name",))
    in_comments = [("parsed.comments", "text", told) for told in (("name",), ("name", "text"), ("text",))]
    assert _listed(room, target) == [*in_comments, in_article]
    assert _listed(room, target, everywhere=True) == [in_article]
    assert _everything(room) == before, "a dry run changes nothing"
    erase(room.warehouse, room.settings.pseudonym_key(), target, NOW, everywhere=True)
    found = _everything(room)
    assert "wheelbarrow" not in found
    assert "\uff21\uff2e\uff2e" not in found
    assert "elsewhere." in found
    assert "Ann Marlow, the mayor, called" in found
    assert _proven(room, target) == 0


def test_the_proof_reads_every_text_of_every_table_and_the_bytes_of_refused_files(room: Newsroom) -> None:
    target = _target(room, "commenter", "author_name = 'Ann Marlow'")
    identifying = prepare(room.warehouse, room.settings.pseudonym_key(), target).identifying
    with room.warehouse.writing() as connection:
        connection.execute("create schema marts; create table marts.topics (topic_id integer, terms varchar[])")
        connection.execute("insert into marts.topics (topic_id, terms) values (1, ['ferry', 'ann marlow'])")
        before = {(each.table, each.column) for each in occurrences(connection, identifying)}
    columns = {("raw.pages", "text"), ("parsed.comments", "author_name"), ("marts.topics", "terms")}
    assert before >= columns
    erase(room.warehouse, room.settings.pseudonym_key(), target, NOW, everywhere=True)
    with room.warehouse.reading() as connection:
        after = {(each.table, each.column) for each in occurrences(connection, identifying)}
    assert after == {("marts.topics", "terms")}, "made anew by the run that follows"
    room.settings.quarantined_bytes.mkdir(parents=True, exist_ok=True)
    (room.settings.quarantined_bytes / ("1" * 64)).write_bytes("by ANN\nMARLOW".encode("utf-16-le"))
    assert [path.name for path in kept_bytes_with(room.settings, identifying)] == ["1" * 64]


def test_a_comment_merged_into_the_one_before_goes_though_no_row_is_theirs_there(room: Newsroom) -> None:
    merged = OTHER.replace("Cid says", "Hal says").replace(
        "I for one shall swim.", "I for one shall swim.\nAnn Marlow\n11:30\nMy swedes are late again."
    )
    room.write("2026-11-13/merged.txt", merged)
    _take_in(room)
    assert room.rows("select count(*) from parsed.comments where author_name = 'Ann Marlow'") == [(1,)]
    _erase(room, _target(room, "commenter", "author_name = 'Ann Marlow'"))
    assert "swedes" not in _everything(room)


@pytest.mark.parametrize("prefix", ["", "%", "'; drop table raw.pages; --", "deadbeef", "\u202e", "../"])
def test_no_prefix_but_digits_of_an_id_finds_anything(room: Newsroom, prefix: str) -> None:
    for kind in ("page", "commenter"):
        assert len(find(room.warehouse, room.settings.pseudonym_key(), kind, prefix)) == (0 if prefix else 2)


def test_erased_pages_and_commenters_hold_no_name_and_no_text(room: Newsroom) -> None:
    _erase(room, _target(room, "commenter", "author_name = 'Ann Marlow'"))
    with room.warehouse.reading() as connection:
        rows: pl.DataFrame = connection.sql("from raw.erasures").pl()
    texts = [value for value in rows.row(0) if isinstance(value, str)]
    assert all(value in {"page", "commenter"} or len(value) in {32, 64} for value in texts)


def test_what_was_cut_short_is_finished_before_anything_else_is_erased(room: Newsroom, broadsheet: Broadsheet) -> None:
    cut_short, other = (_target(room, "page", f"text like '%{word}%'") for word in ("bridge", "ferry"))
    room.settings.erasing.write_text(f"--page {cut_short.id}")
    finishing = f"--home {room.settings.home} erase --page {cut_short.id}"
    refused = broadsheet("erase", "--page", other.id, "--yes", home=room.settings.home)
    assert (refused.returncode, finishing in refused.stderr) == (1, True), refused.stderr
    assert finishing in broadsheet("status", home=room.settings.home).stdout
    assert room.rows("from raw.erasures") == []
    allowed = broadsheet("erase", "--page", cut_short.id, "--dry-run", home=room.settings.home)
    assert (allowed.returncode, "it was cut short" in allowed.stdout) == (0, True), allowed.stderr


def test_the_history_of_checks_keeps_figures_and_no_words_and_no_ids_of_what_is_gone(room: Newsroom) -> None:
    (page, path), (other, _), *_ = _rows(
        room, "select page_id, source_path from raw.pages order by text like '%bridge%' desc"
    )
    failing = {"of_page": [page, other], "of_comment": [f"{page}-1"], "of_path": [path], "of_another": [other]}
    with room.warehouse.writing() as connection:
        for name, ids in failing.items():
            connection.execute(_CHECK_RESULT, {"name": name, "count": len(ids), "ids": ids, "error": "Ann Marlow says"})
    _erase(room, _target(room, "page", "text like '%bridge%'"))
    rows = _rows(room, "select check_name, unexpected_count, failing_ids, error from quality.check_results order by 1")
    assert [(name, count, ids) for name, count, ids, _ in rows] == [
        ("of_another", 1, [other]),
        ("of_comment", 1, []),
        ("of_page", 2, []),
        ("of_path", 1, []),
    ]
    assert {error for *_, error in rows} == {"removed by an erasure"}


_CHECK_RESULT = """
insert into quality.check_results by name
select
    'r' as run_id, now() as checked_at, 'raw.pages' as table_name, $name as check_name, 'warn' as severity,
    false as is_success, $count as unexpected_count, $ids as failing_ids, $error as error
"""


def _rows(room: Newsroom, query: str) -> list[tuple[Any, ...]]:
    with room.warehouse.reading() as connection:
        return connection.execute(query).fetchall()


def test_every_column_that_people_wrote_is_searched_unless_another_says_the_same() -> None:
    """By the marks of the schema: a new column with text is searched where nothing is said."""
    columns = {f"{table}.{name}" for table, names in authored_columns().items() for name in names}
    assert columns == {
        *("parsed.pages.title", "parsed.pages.byline", "parsed.pages.body_text"),
        *("parsed.comments.author_name", "parsed.comments.text"),
        *("raw.pages.url", "raw.sightings.source_path", "raw.quarantine.source_path", "raw.quarantine.detail"),
    }
