"""The pay-once law, on a real warehouse; the model only counts."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from broadsheet.inference import result_store
from broadsheet.inference.embeddings import Embedder
from broadsheet.inference.engine import FloatArray
from broadsheet.inference.inference_cache import infer_once
from broadsheet.parse.parsed_rows import text_sha256
from broadsheet.storage.connection import Warehouse
from tests.unit.analysis.counting import CountingModel

TEXTS = ["one", "three", "eleven", "four", "seventeen", "five", "ten", "nineteen"]


def rows(warehouse: Warehouse) -> int:
    with warehouse.reading() as connection:
        found = connection.execute("select count(*) from enriched.inferences").fetchone()
    assert found is not None
    return int(found[0])


def test_outputs_come_in_the_order_of_the_texts_and_repeats_are_asked_about_once(
    warehouse: Warehouse, counting: CountingModel
) -> None:
    texts = [*TEXTS, *TEXTS[::-1], "one"]
    done = infer_once(warehouse, counting, texts, batch=3)
    assert done.outputs[:, 0].tolist() == [len(text) for text in texts]
    assert done.outputs.dtype == np.float32
    assert (done.cached, done.computed) == (0, len(TEXTS))
    assert sorted(counting.asked) == sorted(TEXTS)
    assert rows(warehouse) == len(TEXTS)


def test_a_second_call_runs_no_model(warehouse: Warehouse, counting: CountingModel) -> None:
    first = infer_once(warehouse, counting, TEXTS, batch=3)
    again = infer_once(warehouse, counting, TEXTS[::-1], batch=3)
    assert (again.cached, again.computed, again.texts_per_s) == (len(TEXTS), 0, 0)
    assert np.array_equal(again.outputs[::-1], first.outputs)
    assert len(counting.asked) == len(TEXTS)


def test_texts_of_other_pages_are_paid_for_only_where_they_are_new(
    warehouse: Warehouse, counting: CountingModel
) -> None:
    infer_once(warehouse, counting, TEXTS[:5], batch=100)
    done = infer_once(warehouse, counting, ["new", *TEXTS], batch=100)
    assert (done.cached, done.computed) == (5, 4)
    assert len(counting.asked) == len(set(counting.asked))


def test_a_kill_between_batches_loses_one_batch_at_most(warehouse: Warehouse, counting: CountingModel) -> None:
    counting.fails_at = 3
    with pytest.raises(KeyboardInterrupt):
        infer_once(warehouse, counting, TEXTS, batch=2)
    counting.fails_at = 0
    done = infer_once(warehouse, counting, TEXTS, batch=2)
    assert rows(warehouse) == len(TEXTS)
    assert (done.cached, done.computed) == (4, 4)
    assert len(counting.asked) == len(set(counting.asked)) == len(TEXTS)


SCORE = """
import sys
import time
from pathlib import Path
from tests.unit.analysis.counting import CountingModel
from broadsheet.inference.inference_cache import infer_once
from broadsheet.storage.connection import Warehouse

class Told(CountingModel):
    def outputs(self, texts):
        with open(sys.argv[2], "a") as told:
            told.write("".join(f"{text}\\n" for text in texts))
        time.sleep(0.02)
        return super().outputs(texts)

infer_once(Warehouse(Path(sys.argv[1])), Told(), [f"text {n}" for n in range(400)], batch=8)
"""


def test_runs_that_are_killed_anywhere_pay_for_at_most_one_batch_twice_each(tmp_path: Path) -> None:
    told, database = tmp_path / "told", tmp_path / "broadsheet.duckdb"
    with Warehouse(database).writing():
        pass
    command = [sys.executable, "-c", SCORE, str(database), str(told)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    kills = 0
    for seen in (20, 90, 200, 310):
        with subprocess.Popen(command, env=environment) as run:
            while run.poll() is None:
                if told.exists() and told.read_text().count("\n") > seen:
                    time.sleep(random.random() / 50)
                    run.kill()
                    kills += 1
                    break
    subprocess.run(command, env=environment, check=True)
    paid = Counter(told.read_text().splitlines())
    assert kills == 4
    assert len(paid) == rows(Warehouse(database)) == 400
    twice = sum(count - 1 for count in paid.values())
    sys.stdout.write(f"\n{twice} of 400 texts paid twice after {kills} kills, batches of 8")
    assert twice <= kills * 8


def test_parts_of_another_version_or_of_nobody_knows_whom_stop_nothing(
    warehouse: Warehouse, counting: CountingModel, caplog: pytest.LogCaptureFixture
) -> None:
    spool = warehouse.spools(result_store.INFERENCES)[0]
    rows_of = result_store.result_rows(counting, [text_sha256("one")], counting.outputs(["one"]), 1)
    spool.write("older", rows_of.drop("cost_ms"))
    spool.write("foreign", pl.DataFrame({"price": [1.5]}))
    spool.write("texts", rows_of.with_columns(output=pl.lit("a summary")))
    Path(spool.url, "noise.parquet").write_bytes(b"no Parquet at all")
    done = infer_once(warehouse, counting, TEXTS, batch=3)
    assert (done.computed, rows(warehouse)) == (len(TEXTS), len(TEXTS))
    left = sorted(path.name for path in Path(spool.url).iterdir())
    assert left == [f"{name}.parquet.set-aside" for name in ("foreign", "noise", "older", "texts")]
    reasons = {
        Path(str(record.args[0])).stem: str(record.args[1])
        for record in caplog.records
        if isinstance(record.args, tuple)
    }
    assert set(reasons) == {"foreign", "noise", "older", "texts"}
    assert all(reasons.values()), reasons
    assert "cost_ms" in reasons["older"], "it says what is amiss"


def test_a_new_revision_and_another_task_pay_again(warehouse: Warehouse, counting: CountingModel) -> None:
    infer_once(warehouse, counting, TEXTS, batch=100)
    newer = CountingModel(model_revision="b" * 12)
    assert infer_once(warehouse, newer, TEXTS, batch=100).computed == len(TEXTS)
    newer.task = "embedding"
    assert infer_once(warehouse, newer, TEXTS, batch=100).computed == len(TEXTS)
    assert rows(warehouse) == 3 * len(TEXTS)


def test_what_another_process_stored_meanwhile_is_not_stored_twice(
    warehouse: Warehouse, counting: CountingModel
) -> None:
    class Interrupted(CountingModel):
        def outputs(self, texts: Sequence[str]) -> FloatArray:
            infer_once(warehouse, counting, texts, batch=100)  # the other process; no connection is open here
            return super().outputs(texts)

    done = infer_once(warehouse, Interrupted(), TEXTS, batch=100)
    assert done.outputs[:, 0].tolist() == [len(text) for text in TEXTS]
    assert rows(warehouse) == len(TEXTS)


def test_what_another_process_takes_in_meanwhile_is_not_missed(warehouse: Warehouse, counting: CountingModel) -> None:
    class Watched(CountingModel):
        def outputs(self, texts: Sequence[str]) -> FloatArray:
            infer_once(warehouse, counting, [f"of the other, {self.calls}"], batch=1)  # takes in our parts too
            return super().outputs(texts)

    done = infer_once(warehouse, Watched(), TEXTS, batch=2)
    assert done.outputs[:, 0].tolist() == [len(text) for text in TEXTS]
    assert rows(warehouse) == len(TEXTS) + 4


def test_many_parts_are_taken_in_as_each_result_once(
    warehouse: Warehouse, counting: CountingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_store, "_ROWS_AT_ONCE", 5)
    (spool, *_) = warehouse.spools(result_store.INFERENCES)
    result_store.write_part(spool, CountingModel("b" * 12), TEXTS[:1])  # the same batch later, and another result
    for texts in (TEXTS[:3], TEXTS[2:5], TEXTS[4:], TEXTS[:1]):
        result_store.write_part(spool, counting, texts)
    done = infer_once(warehouse, CountingModel(), TEXTS, batch=2)
    assert (done.cached, done.computed) == (len(TEXTS), 0)
    assert rows(warehouse) == len(TEXTS) + 1
    assert not spool.parts()


def test_progress_counts_what_is_to_be_computed(warehouse: Warehouse, counting: CountingModel) -> None:
    infer_once(warehouse, counting, TEXTS[:3], batch=100)
    seen: list[tuple[int, int]] = []
    infer_once(warehouse, counting, TEXTS, batch=2, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 5), (2, 5), (4, 5), (5, 5)]


def test_no_texts_give_no_outputs(warehouse: Warehouse, counting: CountingModel) -> None:
    assert infer_once(warehouse, counting, [], batch=1).outputs.shape == (0, 3)


def test_hostile_texts_are_data(warehouse: Warehouse, counting: CountingModel) -> None:
    hostile = ["'; drop table enriched.inferences; --", "nul \x00 inside", "\U0001f62c", "$1 ? {} %s"]
    infer_once(warehouse, counting, hostile, batch=2)
    assert infer_once(warehouse, counting, hostile, batch=2).computed == 0


def test_embeddings_come_back_from_the_cache_bit_for_bit(warehouse: Warehouse, embedder: Embedder) -> None:
    first = infer_once(warehouse, embedder, TEXTS, batch=3)
    again = infer_once(warehouse, Embedder(), TEXTS, batch=3)
    assert again.computed == 0
    assert np.array_equal(first.outputs, again.outputs)


def test_the_key_is_the_sha256_of_the_utf_8() -> None:
    assert text_sha256("ü") == "607474ca475a9724d7360aba71a56d5df77e61350e3f724cfa1f46e857e2d85f"


def test_a_batch_of_none_is_refused(warehouse: Warehouse, counting: CountingModel) -> None:
    with pytest.raises(ValueError, match="batch"):
        infer_once(warehouse, counting, TEXTS, batch=0)
