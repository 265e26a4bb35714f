"""How long a look of the sensor on the source folder takes: `PYTHONPATH=. .venv/bin/python bench/source_folder.py`."""

import argparse
import os
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

PER_DAY = 1000


def main() -> None:
    """Fill a folder with empty files of 100 and more landing dates, look at it twice, and print what each look took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    files = parser.parse_args().files
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "pages"
        _fill(source, files)
        os.environ |= {
            "BROADSHEET_HOME": str(Path(folder) / "home"),
            "BROADSHEET_SOURCE_DIR": str(source),
            "BROADSHEET_SETTLE_SECONDS": "0",
        }
        import dagster as dg

        from pipelines.sensors import source_folder

        with dg.DagsterInstance.ephemeral() as instance:
            cursor = None
            for name in ("first look", "second look", "third look, one file new"):
                if name.startswith("third"):
                    (source / "2026-01-01" / "new.txt").touch()
                walked, bare_s = _bare_walk(source)
                started = time.perf_counter()
                result = source_folder(dg.build_sensor_context(instance, cursor=cursor, sensor_name="source_folder"))
                took_s = time.perf_counter() - started
                if isinstance(result, dg.SensorResult):
                    cursor, said = result.cursor, f"{len(result.run_requests or [])} runs asked for"
                else:
                    said = str(result.skip_message) if isinstance(result, dg.SkipReason) else str(result)
                print(f"{name}: {walked} files in {took_s:.2f} s, {took_s / bare_s:.1f} times a bare walk; {said}")


def _fill(source: Path, files: int) -> None:
    for number in range(-(-files // PER_DAY)):
        day = source / str(date(2026, 1, 1) + timedelta(days=number))
        day.mkdir(parents=True)
        for file in range(min(PER_DAY, files - number * PER_DAY)):
            (day / f"site_{file}.txt").touch()


def _bare_walk(source: Path) -> tuple[int, float]:
    """Files, and the seconds that os.walk and a stat of each take: no way of listing takes less."""
    started = time.perf_counter()
    count = 0
    for folder, _, names in os.walk(source):
        for name in names:
            os.stat(f"{folder}/{name}")  # noqa: PTH116 - the bare call is what is measured
            count += 1
    return count, time.perf_counter() - started


if __name__ == "__main__":
    main()
