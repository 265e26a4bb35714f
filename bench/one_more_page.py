"""What one more page costs when there are many already: CPU seconds, wall, bytes written and peak memory by stage.

    PYTHONPATH=. python bench/one_more_page.py --pages 100 1000 10000

Twenty pages with thirty comments each are made of the sample's texts, parsed, and their rows copied under other ids and
dates until there are enough; scores and vectors are drawn at random. Then, one after another: nothing new; one page;
ten pages on a day; a day of 500; a changed page; one page erased. Each is followed by what follows it in a run: the
marts (dbt), the release, the report, a process each, whose CPU time and bytes are those the kernel counts for it and
its children. The stages before the marts are not in it: pages are put into the tables as those leave them.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import duckdb
import polars as pl

from broadsheet.parse import parse_page
from broadsheet.parse.parsed_rows import parse_tables, text_sha256
from broadsheet.privacy.erase import Target, erase
from broadsheet.project import PROJECT_ROOT
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from broadsheet.storage.date_partitions import Window, replace_window

PAGES, COMMENTS, A_DAY = 20, 30, 100
FIRST, NEW = date(2020, 1, 1), date(2026, 11, 20)
STAGES = ("marts", "release", "report")
CHANGES = (
    *("first release", "nothing new", "one page", "ten pages on a day", "a day of 500"),
    *("a changed page", "one page erased"),
)
VECTORS = "vectors"


@dataclass(frozen=True)
class Cost:
    """What a process and its children cost: CPU and wall seconds, bytes given to the disk, resident bytes at most."""

    cpu_s: float
    wall_s: float
    written: int
    peak: int


def main() -> None:
    """Print a row for each size, change and stage, and how the CPU time of each change grows with the pages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, nargs="+", default=[100, 1_000])
    parser.add_argument("--folder", type=Path, help="where the homes may lie; a temporary folder otherwise")
    parser.add_argument("--stages", nargs="+", choices=STAGES, default=STAGES)
    parser.add_argument("--changes", nargs="+", choices=CHANGES, default=CHANGES, help="the first release comes first")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        _stage(asked.one[0], Path(asked.one[1]))
        return
    columns = ("pages", "change", "stage", "CPU s", "wall s", "MB written", "peak MB", "release MB")
    print(("{:>8} {:<20} {:<8}" + " {:>10}" * 5).format(*columns), flush=True)
    spent: dict[str, list[tuple[int, float]]] = {}
    for pages in asked.pages:
        with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
            for change, costs, size in _measured(Path(folder), pages, asked.stages, asked.changes):
                spent.setdefault(change, []).append((pages, sum(cost.cpu_s for cost in costs.values())))
                for stage, cost in costs.items():
                    figures = (cost.cpu_s, cost.wall_s, cost.written / 1e6, cost.peak / 1e6, size / 1e6)
                    told = "".join(f" {figure:>10,.1f}" for figure in figures)
                    print(f"{pages:>8,} {change:<20} {stage:<8}{told}", flush=True)
    for change, points in spent.items():
        print(f"{change}: log-log slope of CPU s over pages {_slope(points):.2f}")


def _measured(
    folder: Path, pages: int, stages: Sequence[str], wanted: Sequence[str]
) -> Iterator[tuple[str, dict[str, Cost], int]]:
    """Make a home and its first release; then a change at a time."""
    settings = Settings.load(folder / "home")
    warehouse = Warehouse.of(settings)
    templates = _templates()
    _fill(warehouse, templates, pages)
    steps: tuple[Callable[[], None], ...] = (
        lambda: None,
        lambda: None,
        lambda: _add(warehouse, templates, NEW, 1, "one"),
        lambda: _add(warehouse, templates, NEW, 10, "ten"),
        lambda: _add(warehouse, templates, NEW + timedelta(1), 500, "many"),
        lambda: _change(warehouse, templates),
        lambda: _erase(warehouse),
    )
    changes = dict(zip(CHANGES, steps, strict=True))
    for name, change in changes.items():
        if name not in wanted and name != CHANGES[0]:
            continue
        change()
        costs = {stage: _cost(stage, folder / "home") for stage in stages}
        yield name, costs, settings.published.stat().st_size if settings.published.exists() else 0


def _cost(stage: str, home: Path) -> Cost:
    started = time.perf_counter()
    command = [sys.executable, __file__, "--one", stage, str(home)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT)}) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, stage
    wall_s = time.perf_counter() - started
    return Cost(used.ru_utime + used.ru_stime, wall_s, used.ru_oublock * 512, used.ru_maxrss * 1024)


def _stage(stage: str, home: Path) -> None:
    """One stage, in this process."""
    settings = Settings.load(home)
    if stage == "marts":
        environment = {**os.environ, "BROADSHEET_DATABASE": str(settings.database)}
        folder = str(PROJECT_ROOT / "dbt")
        command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "build", "--exclude-resource-type"]
        command += ["unit_test", "--project-dir", folder, "--profiles-dir", folder]
        command += ["--target-path", str(settings.dbt_target)]
        subprocess.run(command, env=environment, check=True)
    elif stage == "release":
        from broadsheet.release.publish import Versions, publish

        publish(Warehouse.of(settings), settings.published, Versions("run", "0", "0", "tone", VECTORS))
    else:
        from broadsheet.report import build

        build(settings.published, settings.report)


def _templates() -> dict[str, pl.DataFrame]:
    """Rows of all tables for twenty pages."""
    bodies, comments = [], []
    for path in sorted((PROJECT_ROOT / "data" / "sample").rglob("*.txt")):
        try:
            page = parse_page(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        if page.title and len(page.comments) > 1:
            bodies.append(f"{page.title}\n\n{page.body_text}")
            comments += [comment.text for comment in page.comments if comment.text]
    said, texts = cycle(comments), []
    for number, body in enumerate(islice(cycle(bodies), PAGES)):
        below = [
            f"Reader {number * no % 97} says:\nMarch {1 + no % 28}, 2026 at 10:00\n{next(said)}"
            for no in range(COMMENTS)
        ]
        texts.append("\n\n".join([f"{body} {number}.", f"{COMMENTS} Comments", *below]))
    hashes = [text_sha256(text) for text in texts]
    pages = pl.DataFrame(
        {
            "page_id": [sha256[:32] for sha256 in hashes],
            "content_sha256": hashes,
            "source_path": [f"{number}.txt" for number in range(PAGES)],
            "landing_date": [FIRST] * PAGES,
            "landed_at": [datetime(2026, 1, 1, tzinfo=UTC)] * PAGES,
            "file_bytes": [len(text.encode()) for text in texts],
            "encoding": ["utf-8"] * PAGES,
            "text": texts,
        }
    )
    tables = {"raw.pages": pages, **dict(parse_tables(pages, b"key"))}
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder) / "t.duckdb")
        with warehouse.writing() as connection:
            for name, rows in tables.items():
                replace_window(connection, name, rows, Window(FIRST, FIRST))
            connection.execute(_SCORES)
            names = [*tables, *_SCORED, "enriched.inferences", "raw.sightings"]
            return {name: connection.sql(f"from {name}").pl() for name in names}


_SCORED = (
    "enriched.article_sentiment",
    "enriched.comment_sentiment",
    "enriched.sentence_sentiment",
    "enriched.article_summaries",
    "enriched.summary_sentences",
    "enriched.comment_strands",
    "enriched.strand_comments",
    "enriched.comment_shares",
)
_SCORES = """
create temp macro label_of(p) as case when p < 0.33 then 'negative' when p > 0.67 then 'positive' else 'neutral' end;
insert into raw.sightings by name
select source_path, content_sha256, page_id, now() as first_seen_at, now() as last_seen_at, 'source' as source_id
from raw.pages;
insert into enriched.comment_sentiment by name
select
    comment_id, page_id, landing_date, label_of(p) as label, 1 - p as p_negative, 0 as p_neutral, p as p_positive,
    2 * p - 1 as polarity, 'tone' as model_id, 'r' as model_revision, 'en' as language, 'measured' as tone_basis
from (select *, hash(comment_id) % 1000 / 1000 as p from parsed.comments where text <> '');
insert into enriched.sentence_sentiment by name
select
    page_id, landing_date, sentence_no, label_of(p) as label, 1 - p as p_negative, 0 as p_neutral, p as p_positive,
    2 * p - 1 as polarity, 'tone' as model_id, 'r' as model_revision, 'en' as language, 'measured' as tone_basis
from (select *, hash(text) % 1000 / 1000 as p from parsed.sentences where comment_no is null);
insert into enriched.article_sentiment by name
select
    page_id, landing_date, label_of(avg(p_positive)) as label, avg(p_negative) as p_negative, 0 as p_neutral,
    avg(p_positive) as p_positive, 2 * avg(p_positive) - 1 as polarity, count(*) as sentence_count,
    0.3 as share_negative, 0.4 as share_neutral, 0.3 as share_positive, 'tone' as model_id, 'r' as model_revision,
    'measured' as tone_basis
from enriched.sentence_sentiment group by page_id, landing_date;
insert into enriched.summary_sentences by name
select
    page_id, landing_date, sentence_no as rank, sentence_no, char_start, char_end, 0.5 as salience, 1 as support, text
from parsed.sentences where comment_no is null and sentence_no <= 3;
insert into enriched.article_summaries by name
select
    page_id, landing_date, string_agg(text, ' ' order by rank) as summary, 'extractive-mmr-2' as method,
    'vectors' as model_id, 'r' as model_revision
from enriched.summary_sentences group by all;
insert into enriched.comment_strands by name
select
    page_id, landing_date, 1 as strand_no, min(comment_id) as comment_id, 8 as comment_count, 0.3 as comment_share,
    5 as commenter_count, 0.3 as commenter_share, 0.5 as cohesion, 'vectors' as model_id, 'r' as model_revision
from parsed.comments group by all;
insert into enriched.strand_comments by name
select
    page_id, landing_date, comment_id, if(comment_no <= 8, 1, null) as strand_no,
    if(comment_no <= 8, 0.5, null) as likeness
from parsed.comments where text <> '';
insert into enriched.comment_shares by name
select
    landing_date, page_id, 10 as negative_count, 10 as neutral_count, 10 as positive_count,
    0.3 as share_negative, 0.2 as share_negative_low, 0.4 as share_negative_high,
    0.3 as share_neutral, 0.2 as share_neutral_low, 0.4 as share_neutral_high,
    0.4 as share_positive, 0.3 as share_positive_low, 0.5 as share_positive_high,
    'tone' as model_id, 'r' as model_revision
from parsed.pages;
insert into enriched.inferences (text_sha256, task, model_id, model_revision, output, inferred_at)
select distinct on (text_sha256) text_sha256, 'embedding', 'vectors', 'vectors',
    list_transform(range(384), lambda n: (hash(text_sha256, n) % 2000 / 1000 - 1) / 11)::float[], now()
from (
    select text_sha256 from parsed.sentences where comment_no is null
    union all select sha256(coalesce(scored_text, text)) from parsed.comments
    union all select sha256(title) from parsed.pages
);
"""


def _fill(warehouse: Warehouse, templates: dict[str, pl.DataFrame], pages: int) -> None:
    """Copies of the templates in all tables, a hundred a day."""
    with warehouse.writing() as connection:
        for name, rows in templates.items():
            connection.register("incoming", rows.to_arrow())
            if "page_id" in rows.columns:
                connection.register("copies", _copies(templates, pages).to_arrow())
                source = f"select {_copied(rows.columns)} from incoming as old join copies using (page_id)"
                connection.execute(f"insert into {name} by name {source}")
            else:
                connection.execute(f"insert into {name} by name from incoming")
        _mark(connection)


def _copies(templates: dict[str, pl.DataFrame], pages: int, day: date | None = None, salt: str = "") -> pl.DataFrame:
    """page_id of a template, copy_id and landing_date of its copy."""
    ids = templates["raw.pages"]["page_id"].to_list()
    return pl.DataFrame(
        [
            (ids[number % PAGES], text_sha256(f"{salt}{number}")[:32], day or FIRST + timedelta(number // A_DAY))
            for number in range(pages)
        ],
        schema={"page_id": pl.String, "copy_id": pl.String, "day": pl.Date},
        orient="row",
    )


def _copied(columns: list[str]) -> str:
    """Columns of a copy."""
    anew = {
        "page_id": "copies.copy_id",
        "comment_id": "copies.copy_id || substring(old.comment_id, 33)",
        "content_sha256": "copies.copy_id || right(old.content_sha256, 32)",
        "source_path": "copies.copy_id || '.txt'",
        "landing_date": "copies.day",
    }
    return ", ".join(f"{anew.get(name, f'old.{name}')} as {name}" for name in columns)


def _mark(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        from broadsheet.storage.change_log import refresh_versions
    except ImportError:  # an older version, which looks at everything
        return
    for (name,) in connection.execute(_TABLES).fetchall():
        refresh_versions(connection, name)


_TABLES = """
select schema_name || '.' || table_name from duckdb_tables()
where schema_name in ('raw', 'parsed', 'enriched') and table_name not in ('inferences', 'generations')
"""


def _add(  # noqa: PLR0917
    warehouse: Warehouse, templates: dict[str, pl.DataFrame], day: date, count: int, salt: str, path: str = ""
) -> None:
    """Put pages beside what a day holds."""
    copies = _copies(templates, count, day, salt)
    with warehouse.writing() as connection:
        connection.register("copies", copies.to_arrow())
        for name, rows in templates.items():
            if "page_id" not in rows.columns:
                continue
            connection.register("template", rows.to_arrow())
            source = f"select {_copied(rows.columns)} from template as old join copies using (page_id)"
            if path and "source_path" in rows.columns:
                source = f"select * replace ('{path}' as source_path) from ({source})"
            new = connection.sql(source).pl()
            if name == "raw.sightings":
                connection.register("sighted", new.to_arrow())
                connection.execute("insert into raw.sightings by name from sighted")
                _mark_one(connection, "raw.sightings")
                continue
            standing = connection.sql(f"from {name} where landing_date = $day", params={"day": day}).pl()
            both = pl.concat([standing, new.select(standing.columns).cast(standing.schema)])
            replace_window(connection, name, both, Window(day, day))


def _mark_one(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    try:
        from broadsheet.storage.change_log import refresh_versions
    except ImportError:
        return
    refresh_versions(connection, table)


def _change(warehouse: Warehouse, templates: dict[str, pl.DataFrame]) -> None:
    """Let a file of the first day hold another text from today on."""
    with warehouse.reading() as connection:
        (found,) = connection.execute(
            "select page_id, source_path from raw.pages where landing_date = ? order by 1 limit 1", [FIRST]
        ).fetchall()
    _add(warehouse, templates, NEW, 1, "changed", found[1])
    with warehouse.writing() as connection:
        connection.execute(
            "insert into raw.superseded_pages (page_id, superseded_at, is_left_out) values (?, now(), true)", [found[0]]
        )
        _mark_one(connection, "raw.superseded_pages")


def _erase(warehouse: Warehouse) -> None:
    with warehouse.reading() as connection:
        ((page_id, day),) = connection.execute(
            "select page_id, landing_date from raw.pages where landing_date = ? order by 1 desc limit 1", [FIRST]
        ).fetchall()
    erase(warehouse, b"key", Target("page", page_id, "keyed", 1, 1, 0, [], day, None), datetime.now(UTC))


def _slope(points: list[tuple[int, float]]) -> float:
    if len(points) < 2:
        return math.nan
    logs = [(math.log(x), math.log(max(y, 1e-3))) for x, y in points]
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    return float(sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs))


if __name__ == "__main__":
    main()
