"""Measures how each stage of a run grows with the number of pages, on this process and on Ray workers.

Run `PYTHONPATH=. .venv/bin/python bench/scale.py --pages 100 300 1000 --engines local ray:1 ray:2`. Pages are those of
the tests' generator, each drawn anew, on ten landing dates. A sentence of a long line ends in a word of its page's own:
the generator's sentences repeat, an archive's hardly do. Every run has a home folder of its own. Stages are the steps
of the Dagster run; model time is what the inference cache says its results cost, in wall time.

The engine `rest` is the local one with the models' matrix products left out: a text's result is a sum over its tokens,
from a table drawn from a seed. All else is done in full, so it shows in an hour how the rest of a run grows where the
models would take a day.
"""

import argparse
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import duckdb
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from tests.generator.pages import generate

FIRST_DAY = date(2025, 1, 1)
DAYS = 10
STAGES = {
    "ingest": ("raw",),
    "parse": ("parsed",),
    "inference": ("sentence_sentiment", "comment_sentiment", "article_summaries", "comment_strands", "topic_vectors"),
    "copies, topics, shares": (
        "text_signatures",
        "near_duplicates",
        "topics",
        "comment_shares",
        "article_sentiment",
    ),
    "marts": ("marts",),
    "publish, report": ("published__release", "published__report"),
}
OTHER = "checks"
LOOK_S = 0.5
COMMANDS = {
    "rest": [sys.executable, "-c", "from bench.scale import broadsheet_of_sums; broadsheet_of_sums()"],
}
TOKENS = 30_522  # of the models' vocabulary
LONG = 40  # characters; shorter lines may be names, dates and buttons
SENTENCE_END = re.compile(r"(?<=[^\W\d_])(?=[.!?](\s|$))")
SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


@dataclass(frozen=True)
class Run:
    """One run of the command.

    Attributes:
        engine: local, rest, or ray:WORKERS.
        pages: how many there were.
        wall_s: from start to end of the command.
        stages_s: seconds of each stage's steps.
        model_s: seconds of the wall time that models took.
        texts: texts inferred.
        peak_bytes: resident memory of all its processes at one moment, at most; pages they share count for each.
    """

    engine: str
    pages: int
    wall_s: float
    stages_s: dict[str, float]
    model_s: float
    texts: int
    peak_bytes: int


def write_pages(folder: Path, count: int) -> None:
    """Write so many pages into folders of ten landing dates."""
    for number, page in enumerate(generate(count, seed=1)):
        path = folder / (FIRST_DAY + timedelta(days=number % DAYS)).isoformat() / f"{number:07}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = page.text.split("\n")
        own = f" {word_of(number)}"
        path.write_text(
            "\n".join(SENTENCE_END.sub(own, line) if len(line) >= LONG else line for line in lines), encoding="utf-8"
        )


def word_of(number: int) -> str:
    """A word that no other number has."""
    rest, syllable = divmod(number, len(SYLLABLES))
    return (word_of(rest) if rest else "") + SYLLABLES[syllable]


def run(home: Path, source: Path, engine: str, pages: int) -> Run:
    """Take the pages through with `broadsheet run`."""
    name, _, workers = engine.partition(":")
    home.mkdir()
    (home / ".env").write_text(
        f"BROADSHEET_ENGINE={'ray' if workers else 'local'}\n"
        + (f"BROADSHEET_RAY_WORKERS={workers}\n" if workers else ""),
        encoding="utf-8",
    )
    command = COMMANDS.get(name, [str(Path(sys.executable).with_name("broadsheet"))])
    command = [*command, "--home", str(home), "run", str(source)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    begin, peak = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean) as process:
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            time.sleep(LOOK_S)
        printed = process.stdout.read() if process.stdout else ""
    assert process.returncode == 0, printed
    wall_s = time.perf_counter() - begin
    with duckdb.connect(str(home / "broadsheet.duckdb"), read_only=True) as connection:
        ((model_s,),) = connection.execute("select sum(cost_ms) / 1000 from enriched.inferences").fetchall()
    inferred = re.search(r"texts inferred +(\d+)", printed)
    assert inferred, printed
    return Run(engine, pages, wall_s, _stages(home), model_s, int(inferred[1]), peak)


def broadsheet_of_sums() -> None:
    """The command `broadsheet`, whose models add up numbers of the tokens instead of multiplying matrices."""
    from broadsheet.analysis.sentiment import LABELS
    from broadsheet.inference.engine import FloatArray, OnnxEngine
    from pipelines.cli import main as broadsheet

    tables: dict[int, FloatArray] = {}

    def sums(engine: OnnxEngine, pieces: Sequence[Sequence[int]]) -> FloatArray:
        if engine.dimensions not in tables:
            drawn = np.random.default_rng(1).standard_normal((TOKENS, engine.dimensions), dtype=np.float32)
            tables[engine.dimensions] = drawn
        table = tables[engine.dimensions]
        result = np.stack([table[list(piece)].sum(axis=0) for piece in pieces])
        if engine.dimensions == len(LABELS):
            result = np.exp(result - result.max(axis=1, keepdims=True))
            result /= result.sum(axis=1, keepdims=True)
        return result

    OnnxEngine._run = sums  # type: ignore[method-assign,assignment]
    broadsheet()


def _resident(pid: int) -> int:
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        return sum(_rss(process) for process in [root, *root.children(recursive=True)])
    return 0


def _rss(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def _stages(home: Path) -> dict[str, float]:
    stage_of = {step: stage for stage, steps in STAGES.items() for step in steps}
    seconds = dict.fromkeys([*STAGES, OTHER], 0.0)
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        (record,) = instance.get_run_records(limit=1)
        for step in instance.get_run_step_stats(record.dagster_run.run_id):
            if step.start_time and step.end_time:
                seconds[stage_of.get(step.step_key, OTHER)] += step.end_time - step.start_time
    return seconds


def slope(points: Iterable[tuple[float, float]]) -> float:
    """Slope of the least-squares line through the logarithms: 1 where the second grows as the first does."""
    logs = [(math.log(x), math.log(max(y, 1e-3))) for x, y in points]
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    return float(sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs))


def show(runs: list[Run]) -> None:
    """Print a row for each run, and the slopes of each engine."""
    table = Table(*("engine", "pages", "wall s", "pages/s", "texts", "model s", "not model", "peak MB", *STAGES, OTHER))
    for made in runs:
        rest = 1 - made.model_s / made.wall_s
        cells = [made.wall_s, made.pages / made.wall_s, made.texts, made.model_s, rest * 100, made.peak_bytes / 1e6]
        formats = ("{:.0f}", "{:.2f}", "{:.0f}", "{:.0f}", "{:.0f} %", "{:.0f}")
        told = [form.format(cell) for form, cell in zip(formats, cells, strict=True)]
        stages = [f"{seconds:.1f} ({1000 * seconds / made.pages:.0f} ms)" for seconds in made.stages_s.values()]
        table.add_row(made.engine, str(made.pages), *told, *stages)
    for engine in dict.fromkeys(made.engine for made in runs):
        of_engine = [made for made in runs if made.engine == engine]
        if len(of_engine) > 1:
            stages = [
                f"{slope((made.pages, made.stages_s[stage]) for made in of_engine):.2f}" for stage in [*STAGES, OTHER]
            ]
            wall = f"{slope((made.pages, made.wall_s) for made in of_engine):.2f}"
            table.add_row(engine, "slope", wall, *[""] * 5, *stages, style="bold")
    Console(width=220).print(table)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--engines", nargs="+", default=["local", "ray:1", "ray:2"], help="local, rest, ray:WORKERS")
    args = parser.parse_args()
    runs = []
    for pages in args.pages:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "pages"
            write_pages(source, pages)
            for engine in args.engines:
                runs.append(run(Path(folder) / engine.replace(":", "_"), source, engine, pages))
                show(runs)


if __name__ == "__main__":
    main()
