"""Kill anywhere: a process of the run gets SIGKILL at random moments, the run is repeated, the rows are the same.

A home folder is made, its run killed one to `MOST_KILLS` times, each time in a stage drawn at random and at a random
moment of it, then let finish and held against an undisturbed run; and so on with fresh folders. In the stage in which
dbt builds the marts, the victim is the run, dbt, or both. Model runs are counted where they begin: each call of a model
first adds its texts to a log, so that a call that a kill cut short counts too.
"""

import os
import random
import select
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench.reliability import forked, state

BATCH = 8
"""Texts between two commits; small, so that a kill has many places to fall into."""
MOST_KILLS = 8
PAGES = (
    "2026-11-09/courier_council_budget.txt",
    "2026-11-09/millrace_swifts.txt",
    "2026-11-10/photo.txt",
    "2026-11-10/quai_cantine.txt",
    "2026-11-12/courier_budget_gap_reprint.txt",
    "2026-11-12/photons_tide_gauge.txt.gz",
)
"""Of three dates; one is refused, one is packed, one is a copy of another."""
_STAGES = {
    "reading files": "ingest",
    "parsing pages": "parse",
    "tone of articles": "inference",
    "tone of comments": "inference",
    "summaries of articles": "inference",
    "strands of comments": "inference",
    "building and testing marts": "dbt",
    "publishing": "publish",
}
_DBT = "dbt"
_START = "start"
KINDS = {"ingest": 6, "parse": 5, "inference": 8, _DBT: 5, "checks": 4, "publish": 3}
"""Kinds of stages, and how often each is drawn: late ones less, since each costs most of a run."""


def kind_of(stage: str) -> str:
    """The kind of a stage that the run announces."""
    return "checks" if stage.startswith("checking ") else _STAGES.get(stage, _START)


@dataclass
class Watched:
    """A run that tells its stages through a pipe.

    Attributes:
        command: the child.
        stages: what it has announced: seconds since its start, and the stage.
    """

    command: forked.Command
    pipe: int
    stages: list[tuple[float, str]] = field(default_factory=list)

    def follow(self, seconds: float, until: Callable[[str], bool] | None = None) -> bool:
        """Take in what the run announces, for so many seconds or until a stage begins or the run ends."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self.pipe], [], [], left)[0]:
                return False
            told = os.read(self.pipe, 4096)
            if not told:
                return True
            for line in told.decode().splitlines():
                self.stages.append((time.monotonic() - self.command.started, line))
                if until and until(line):
                    return True
        return False

    @property
    def stage(self) -> str:
        """The stage that it is in."""
        return self.stages[-1][1] if self.stages else _START


@dataclass
class Tally:
    """What came of it.

    Attributes:
        kills: by kind of stage.
        victims: by process.
        most_twice: texts that one folder's models ran on more than once, at most, for each of its kills.
        faults: what did not hold.
    """

    kills: Counter[str] = field(default_factory=Counter)
    victims: Counter[str] = field(default_factory=Counter)
    homes: int = 0
    computed: int = 0
    twice: int = 0
    most_twice: float = 0.0
    faults: list[str] = field(default_factory=list)


def start_run(source: Path, home: Path) -> Watched:
    """Start a run that announces its stages and logs each text it infers."""
    reading, writing = os.pipe()
    home.parent.mkdir(parents=True, exist_ok=True)
    command = forked.start(
        "run",
        source,
        home=home,
        log=home.with_suffix(".log"),
        prepare=partial(_prepare, writing, home.with_suffix(".inferred")),
        BROADSHEET_INFERENCE_BATCH=str(BATCH),
    )
    os.close(writing)
    return Watched(command, reading)


def _prepare(pipe: int, log: Path) -> None:
    """In the child: tell the stages, and log texts before a model runs on them."""
    from broadsheet.analysis.sentiment import ToneModel
    from broadsheet.inference.embeddings import Embedder
    from broadsheet.parse.parsed_rows import text_sha256
    from pipelines.cli import run
    from pipelines.cli.progress import ProgressBars

    class Told(ProgressBars):
        @contextmanager
        def track(self, what: str) -> Any:
            os.write(pipe, f"{what}\n".encode())
            inner: AbstractContextManager[Callable[[int, int], None]] = super().track(what)
            with inner as report:
                yield report

    vars(run)["ProgressBars"] = Told
    for model in (ToneModel, Embedder):
        model.outputs = _logged(model.outputs, log, text_sha256)  # type: ignore[method-assign]


def _logged(outputs: Callable[..., Any], log: Path, key: Callable[[str], str]) -> Callable[..., Any]:
    def logged(model: Any, texts: Sequence[str]) -> Any:
        with log.open("a", encoding="ascii") as file:
            file.write("".join(f"{model.task} {key(text)}\n" for text in texts))
        return outputs(model, texts)

    return logged


def rows_of(home: Path) -> dict[str, dict[str, tuple[int, str]]]:
    """The rows of the working file and of the release."""
    files = {"working": home / "broadsheet.duckdb", "published": home / "published" / "broadsheet.duckdb"}
    return {name: state.contents(path) for name, path in files.items()}


@dataclass
class Bench:
    """An undisturbed run to hold others against, and the dice."""

    root: Path
    dice: random.Random
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        self.source = self.root / "source"
        for name in PAGES:
            target = self.source / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(forked.SAMPLE / name, target)
        self.home = self.root / "home"  # one path for all, so that dbt need not parse its project anew for each
        run = start_run(self.source, self.home)
        run.follow(300)
        ended = time.monotonic() - run.command.started
        assert run.command.wait() == 0, self.home.with_suffix(".log").read_text()
        times = [at for at, _ in run.stages] + [ended]
        self.spans = [(stage, times[n + 1] - times[n]) for n, (_, stage) in enumerate(run.stages)]
        self.seconds = ended
        self.expected = forked.call(rows_of, self.home)
        self.calm = self.home.rename(self.root / "calm")

    def moment(self) -> tuple[str, float]:
        """A stage, and how long after its beginning to strike: a kind by its weight, in it by length."""
        (kind,) = self.dice.choices(list(KINDS), list(KINDS.values()))
        spans = [(stage, seconds) for stage, seconds in self.spans if kind_of(stage) == kind]
        ((stage, seconds),) = self.dice.choices(spans, [seconds for _, seconds in spans])
        return stage, self.dice.uniform(0, seconds)

    def disturb(self) -> str | None:
        """Start a run and kill it; the kind of stage that it died in, None where it was done before."""
        stage, delay = self.moment()
        run = start_run(self.source, self.home)
        try:
            run.follow(self.seconds * 10, until=lambda told: told == stage)
            run.follow(delay)
            victims = self._victims(run)
            if (code := run.command.poll()) is not None:
                if code:
                    self._fault(f"a run after a kill left with {code}: {tail_of(self.home)}")
                return None
            for victim in victims.values():
                os.kill(victim, signal.SIGKILL)
            code = run.command.wait()
        finally:
            os.close(run.pipe)
        self.tally.victims["+".join(victims)] += 1
        if "run" not in victims and code != 1:
            self._fault(f"dbt was killed, and the run left with {code}")
        return kind_of(run.stage)

    def _victims(self, run: Watched) -> dict[str, int]:
        both = {"run": run.command.pid}
        if kind_of(run.stage) == _DBT and (dbt := child_of(run.command.pid)):
            both[_DBT] = dbt
            return self.dice.choice([both, {"run": both["run"]}, {_DBT: dbt}])
        return both

    def cycle(self, kills_left: int) -> None:
        """One home folder: killed a few times, then let finish, then looked at."""
        shutil.copytree(self.calm / "dbt", self.home / "dbt")
        shutil.copy(self.calm / "pseudonym.key", self.home)  # each home folder has its own pseudonyms
        self.home.with_suffix(".inferred").unlink(missing_ok=True)
        killed = 0
        for _ in range(min(kills_left, self.dice.randint(1, MOST_KILLS))):
            if kind := self.disturb():
                killed += 1
                self.tally.kills[kind] += 1
                print(f"  {time.monotonic() - self.started:.0f} s: killed in {kind}", flush=True)
        run = start_run(self.source, self.home)
        run.follow(300)
        os.close(run.pipe)
        self.tally.homes += 1
        if run.command.wait() != 0:
            self._fault(f"the repeated run failed: {tail_of(self.home)}")
        else:
            for fault in forked.call(faults_of, self.home, self.expected):
                self._fault(fault)
            self._count(killed)
        shutil.rmtree(self.home)

    def _fault(self, what: str) -> None:
        self.tally.faults.append(what)
        print(f"fault: {what}", flush=True)

    def _count(self, kills: int) -> None:
        computed = self.home.with_suffix(".inferred").read_text(encoding="ascii").splitlines()
        twice = len(computed) - len(set(computed))
        self.tally.computed += len(computed)
        self.tally.twice += twice
        self.tally.most_twice = max(self.tally.most_twice, twice / max(1, kills))
        if twice > kills * BATCH:
            self._fault(f"{twice} texts inferred twice after {kills} kills")


def faults_of(home: Path, expected: dict[str, dict[str, tuple[int, str]]]) -> list[str]:
    """What is wrong with a home folder after its last run: rows, releases, leftovers."""
    found = rows_of(home)
    faults = [f"{name}: {line}" for name in expected for line in state.differences(expected[name], found[name])]
    working, published = (
        state.releases(path) for path in (home / "broadsheet.duckdb", home / "published" / "broadsheet.duckdb")
    )
    if working != published or len(set(published)) != len(published):
        faults.append(f"releases: {working} in the working file, {published} in the release")
    return faults + state.leftovers(home)


def tail_of(home: Path) -> str:
    """The end of what the last command on a home folder printed."""
    return home.with_suffix(".log").read_text(encoding="utf-8", errors="replace")[-400:]


def child_of(pid: int) -> int | None:
    """The first child of a process."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                return int(entry.name)
    return None


def kill(root: Path, kills: int, seed: int, minutes: float) -> bool:
    """Kill runs until there were so many kills, or the time is over.

    Args:
        root: a folder for everything, the caller's to remove.
        kills: how many.
        seed: of the dice.
        minutes: after which no new folder is begun.

    Returns:
        Whether everything held.
    """
    # One core, since the models' threads wait by spinning.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    forked.import_everything()
    started = time.monotonic()
    bench = Bench(root, random.Random(seed))
    tally = bench.tally
    rows = sum(count for count, _ in bench.expected["working"].values())
    print(f"undisturbed: {bench.seconds:.0f} s, {rows} rows", flush=True)
    while tally.kills.total() < kills and time.monotonic() - started < minutes * 60:
        bench.cycle(kills - tally.kills.total())
        print(f"{tally.kills.total()} kills, {tally.homes} recoveries, {len(tally.faults)} faults", flush=True)
    spread = ", ".join(f"{kind} {tally.kills[kind]}" for kind in (*KINDS, _START) if tally.kills[kind])
    victims = ", ".join(f"{name} {count}" for name, count in tally.victims.most_common())
    print(f"fell into: {spread}; victims: {victims}")
    print(
        f"kill: {tally.kills.total()} kills, {tally.homes} recoveries, {len(tally.faults)} faults, {tally.twice} of "
        f"{tally.computed} texts inferred twice, at most {tally.most_twice:.1f} a kill (batch {BATCH}), seed {seed}, "
        f"{(time.monotonic() - started) / 60:.0f} min"
    )
    return not tally.faults and tally.kills.total() >= kills
