"""What the Dagster UI shows of page text is text: nothing in it acts as Markdown or HTML."""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest
from markdown_it import MarkdownIt

from assets.asset_defaults import landing_days, single_run
from assets.dataset_descriptions import described
from assets.metadata import key_of, materialized, preview
from assets.plots import check_history
from assets.raw import refused_files
from assets.resources import LogProgress
from broadsheet.storage.date_partitions import Window
from broadsheet.storage.schema import SCHEMA
from pipelines.jobs import range_tags

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![pixel](https://example.org/p.png)",
    "a | b\n\n# heading",
    "`code` **bold** _under_ ~~gone~~",
    "&lt;b&gt; stays as written",
    "&#60;script&#62;",
    "back\\slash \\| pipe",
    "{{ var }} '; drop table x; --",
]


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_preview_shows_a_cell_as_it_is_and_nothing_acts(cell: str) -> None:
    shown = preview(pl.DataFrame({"text": [cell], "after": ["end"]})).value
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(shown)
    cells = [token for token in tokens if token.type == "inline"]
    assert len(cells) == 4, "two columns of a heading and one row"
    inner = cells[2].children or []
    assert {child.type for child in inner} <= {"text", "text_special"}
    assert "".join(child.content for child in inner) == " ".join(cell.split())


def test_a_preview_is_short_and_shows_nothing_for_null() -> None:
    shown = preview(pl.DataFrame({"text": ["x" * 10_000, None]})).value
    assert len(shown) < 200
    assert shown.splitlines()[-1] == "|  |"


@pytest.mark.parametrize("law", HOSTILE)
def test_a_description_shows_a_law_as_it_is_and_nothing_acts(law: str) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).parse(described("One row.", [" ".join(law.split())]))
    inner = [token for token in tokens if token.type == "inline"][-1].children or []
    assert {child.type for child in inner} <= {"text", "text_special"}
    assert "".join(child.content for child in inner) == " ".join(law.split())


def _warehouse(folder: Path) -> Path:
    """A working file with two refused files on one day, one of them with a name that would act."""
    path = folder / "some.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(SCHEMA.read_text())
        for name, day in (("a.txt", "2026-11-02"), ("<b>|x.txt", "2026-11-02"), ("gone.txt", "2026-11-03")):
            resolved = "now()" if name == "gone.txt" else "null"
            connection.execute(
                "insert into raw.quarantine by name select ? as source_path, 7 as file_bytes, 'empty' as reason,"
                f" 'no bytes' as detail, ? as landing_date, now() as first_seen_at, {resolved} as resolved_at",
                [name, day],
            )
    return path


def test_a_run_over_many_days_tells_each_its_own_figures_and_shows_what_is_to_be_read_once(tmp_path: Path) -> None:
    path = _warehouse(tmp_path)

    @dg.multi_asset(
        specs=[dg.AssetSpec(key_of("raw.quarantine"))], partitions_def=landing_days, backfill_policy=single_run
    )
    def stored(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with duckdb.connect(str(path)) as connection:
            shown = refused_files(connection)
            return materialized(context, connection, "raw.quarantine", {"files": 3}, refused_files=shown)

    done = dg.materialize([stored], tags=range_tags(Window(date(2026, 11, 1), date(2026, 11, 4))))
    events = {
        event.partition: event.step_materialization_data.materialization.metadata
        for event in done.all_events
        if event.is_step_materialization
    }
    rows = {day: metadata["dagster/partition_row_count"].value for day, metadata in events.items()}
    assert rows == {"2026-11-01": 0, "2026-11-02": 2, "2026-11-03": 1, "2026-11-04": 0}
    assert [events[day]["standing_count"].value for day in ("2026-11-02", "2026-11-03")] == [2, 0]
    assert {day for day, metadata in events.items() if {"sample", "refused_files"} & set(metadata)} == {"2026-11-04"}
    table = str(events["2026-11-04"]["refused_files"].value)
    assert "&lt;b&gt;\\|x\\.txt" in table
    assert "gone" not in table


def test_the_history_of_checks_stacks_what_held_warned_and_failed_in_each_run(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "some.duckdb")) as connection:
        connection.execute(SCHEMA.read_text())
        for run in range(40):
            at = datetime.combine(date(2026, 11, 1), datetime.min.time(), UTC) + timedelta(hours=run)
            for severity, is_success in (("error", True), ("warn", False), ("error", run == 39)):
                connection.execute(
                    "insert into quality.check_results by name select ? as run_id, ? as checked_at, 'c' as check_name,"
                    " 'raw.pages' as table_name, ? as severity, ? as is_success, 0 as unexpected_count,"
                    " [] as failing_ids",
                    [f"run {run}", at, severity, is_success],
                )
        (axes,) = check_history(connection).figure().axes
    held, warned, failed = ([bar.get_height() for bar in bars] for bars in axes.containers)
    assert (held, warned, failed) == ([1] * 29 + [2], [1] * 30, [1] * 29 + [0])
    assert [label.get_text() for label in axes.get_xticklabels()][-1] == "11-02 15:00"


def test_progress_reaches_the_log_of_the_run_while_the_step_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LogProgress, "every_s", 0.05)

    @dg.asset
    def slow(context: dg.AssetExecutionContext) -> None:
        with LogProgress().track("tone of comments") as report:
            report(512, 4000)
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                if any("512 of 4,000" in entry.user_message for entry in context.instance.all_logs(context.run_id)):
                    return
                time.sleep(0.05)
            raise AssertionError("nothing reached the log while the step ran")

    with dg.DagsterInstance.ephemeral() as instance:
        assert dg.materialize([slow], instance=instance).success
