"""Workers on a real Ray cluster of this machine: the same rows as without them, each text paid for once."""

import sys
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from broadsheet.analysis.sentiment import ToneModel
from broadsheet.compute.cluster import EngineError
from broadsheet.compute.workers import RayWorkers, _Inferring, workers_of
from broadsheet.inference.inference_cache import infer_once
from broadsheet.inference.result_store import INFERENCES, result_rows
from broadsheet.parse.parsed_rows import parse_tables, text_sha256
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse

SAMPLE = Path(__file__).parents[3] / "data" / "sample"
TEXTS = [f"{word} number {number}" for number, word in enumerate(["Bad", "Good", "A plain thing, at some length,"] * 9)]


def _pages() -> pl.DataFrame:
    pages = [path.read_text("utf-8", "replace") for path in sorted(SAMPLE.rglob("*.txt"))]
    days = [date(2026, 1, 1 + place % 3) for place in range(len(pages))]
    return pl.DataFrame(
        {"page_id": [text_sha256(text)[:32] for text in pages], "landing_date": days, "text": pages}
    ).unique("page_id", maintain_order=True)


@pytest.mark.long
def test_workers_parse_pages_into_the_same_rows(workers: RayWorkers) -> None:
    pages = _pages()
    seen: list[tuple[int, int]] = []
    expected = dict(parse_tables(pages, b"key"))
    for table, rows in workers.parse(pages, b"key", lambda done, total: seen.append((done, total))):
        assert rows.equals(expected[table]), table
    assert seen[0] == (0, pages.height)
    assert seen[-1] == (pages.height, pages.height)
    assert not list(Path(workers.settings.spool).rglob("*.parquet"))


def test_no_pages_give_no_rows_and_start_no_cluster(settings: Settings) -> None:
    parsed = RayWorkers(settings).parse(_pages().clear(), b"key")
    assert [rows.height for _, rows in parsed] == [0, 0, 0, 0]


def test_workers_infer_what_this_process_infers_and_what_they_left_behind_is_not_paid_for_again(
    workers: RayWorkers, warehouse: Warehouse
) -> None:
    model = ToneModel()
    keys = [text_sha256(text) for text in TEXTS[:5]]
    left = result_rows(model, keys, model.outputs(TEXTS[:5]), 1.0)
    workers.spool(INFERENCES).write("left", left)
    workers.spool(INFERENCES).write("twice", left[:2])
    done = infer_once(warehouse, model, [*TEXTS, TEXTS[0]], batch=4, workers=workers)
    assert (done.cached, done.computed) == (5, len(TEXTS) - 5)
    assert np.allclose(done.outputs, model.outputs([*TEXTS, TEXTS[0]]), rtol=0, atol=1e-5)
    again = infer_once(warehouse, model, TEXTS[::-1], batch=4, workers=workers)
    assert (again.cached, again.computed) == (len(TEXTS), 0)
    assert not workers.spool(INFERENCES).parts()
    with warehouse.reading() as connection:
        assert connection.sql("select count(*) from enriched.inferences").fetchall() == [(len(TEXTS),)]


def test_what_a_worker_raises_comes_back_as_one_line(workers: RayWorkers, warehouse: Warehouse) -> None:
    with pytest.raises(EngineError, match=r"a Ray worker failed: .*a blank text has nothing to infer from") as raised:
        infer_once(warehouse, ToneModel(), ["A text.", " "], batch=4, workers=workers)
    assert "\n" not in str(raised.value)


def test_a_worker_with_another_model_than_the_run_refuses(settings: Settings) -> None:
    work = _Inferring(INFERENCES, RayWorkers(settings).spool(INFERENCES), ToneModel(), "of another", 1)
    with pytest.raises(EngineError, match="the run of another; install the same version"):
        work(pl.DataFrame({"text": ["A text."]}))


@pytest.mark.usefixtures("workers")
def test_a_cluster_without_gpus_says_so_and_is_not_waited_for(warehouse: Warehouse, tmp_path: Path) -> None:
    on_gpus = RayWorkers(Settings.load(tmp_path, engine="ray", ray_workers=2, device="cuda-fp32"))
    with pytest.raises(EngineError, match="the Ray cluster has no GPU"):
        infer_once(warehouse, ToneModel(), ["A text."], batch=4, workers=on_gpus)


def test_results_written_where_this_machine_does_not_read_are_missed(
    workers: RayWorkers, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RayWorkers, "run", lambda *_, **__: None)
    with pytest.raises(RuntimeError, match=r"1 of 1 results did not come back.*BROADSHEET_STORAGE"):
        infer_once(warehouse, ToneModel(), ["A text."], batch=4, workers=workers)


def test_without_ray_the_error_says_what_to_install(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(EngineError, match=r"needs ray: pip install 'broadsheet\[ray\]'"):
        RayWorkers(settings).parse(_pages(), b"key")


def test_the_local_engine_has_no_workers(tmp_path: Path) -> None:
    assert workers_of(Settings.load(tmp_path)) is None
