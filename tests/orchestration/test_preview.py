"""`broadsheet preview` before a model or parser is adopted: what it says comes true, and it changes nothing itself."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from broadsheet.inference.embeddings import Embedder
from broadsheet.parse import PARSER_VERSION
from broadsheet.release.change_impact import MEASURES, RESOLUTION
from broadsheet.release.publish import Versions, publish
from broadsheet.storage.connection import Warehouse
from tests.conftest import ROOT, SAMPLE, Broadsheet, SampleRun

SHIPPED = ROOT / "models" / "sentiment-minilm-l6"
_FIGURES = ("tone_label", *MEASURES, "comment_count")


def _side(rows: pl.DataFrame, side: str) -> pl.DataFrame:
    return rows.select("page_id", **{name: f"{name}_{side}" for name in _FIGURES})


def _contents(database: Path) -> dict[str, tuple[int, int | None]]:
    """Rows of each table counted, and a checksum over them."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {
            name: connection.execute(f"select count(*), bit_xor(hash(rows)) from {name} as rows").fetchall()[0]
            for (name,) in names
        }


def _texts(database: Path) -> set[tuple[str]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return set(connection.execute("select text from raw.pages").fetchall())


@pytest.fixture
def home(sample_run: SampleRun, tmp_path: Path) -> Path:
    """A home folder of one's own after a run on the sample."""
    return shutil.copytree(sample_run.home, tmp_path / "home")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Another model: the one that ships, but words with capitals are unknown to it."""
    folder = shutil.copytree(SHIPPED, tmp_path / "model")
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["normalizer"]["lowercase"] = False
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    return folder


def test_the_same_model_and_parser_move_nothing_and_cost_nothing(
    broadsheet: Broadsheet, sample_run: SampleRun, tmp_path: Path
) -> None:
    files = sample_run.home / "broadsheet.duckdb", sample_run.published
    before = [file.read_bytes() for file in files]
    done = broadsheet("preview", "--out", tmp_path / "moves.parquet", home=sample_run.home)
    assert done.returncode == 0, done.stderr
    assert "no article moves" in done.stdout
    assert " 0 scored, " in done.stdout
    assert [file.read_bytes() for file in files] == before
    rows = pl.read_parquet(tmp_path / "moves.parquet")
    assert rows.height == 30
    assert_frame_equal(_side(rows, "before"), _side(rows, "after"), abs_tol=RESOLUTION, rel_tol=0)
    assert not any(rows.select("comments_relabelled", "comments_lost", "comments_gained").sum().row(0))


def test_a_sample_is_the_same_each_time_and_a_larger_one_holds_it(
    broadsheet: Broadsheet, sample_run: SampleRun, tmp_path: Path
) -> None:
    pages = []
    for size in (5, 5, 12):
        out = tmp_path / "moves.parquet"
        done = broadsheet("preview", "--sample", str(size), "--out", out, home=sample_run.home)
        assert f"articles   {size} of 30" in done.stdout, done.stderr
        pages.append(set(pl.read_parquet(out)["page_id"]))
    assert pages[0] == pages[1] < pages[2]


@pytest.mark.long
def test_what_is_said_of_another_model_comes_true_when_it_is_adopted_and_is_not_paid_for_again(
    broadsheet: Broadsheet, home: Path, model: Path, tmp_path: Path
) -> None:
    database, release = home / "broadsheet.duckdb", home / "published" / "broadsheet.duckdb"
    contents, released = _contents(database), release.read_bytes()
    first = broadsheet("preview", "--model", model, "--out", tmp_path / "first.parquet", home=home)
    assert first.returncode == 0, first.stderr
    changed = {name for name, rows in _contents(database).items() if rows != contents[name]}
    assert changed == {"enriched.inferences"}
    assert release.read_bytes() == released
    said = pl.read_parquet(tmp_path / "first.parquet")
    assert not _side(said, "before").equals(_side(said, "after"))

    with (home / ".env").open("a", encoding="utf-8") as file:
        file.write(f"BROADSHEET_SENTIMENT_MODEL='{model}'\n")
    adopted = broadsheet("run", SAMPLE, home=home)
    assert re.search(r"texts inferred +0, ", adopted.stdout), adopted.stderr
    again = broadsheet("preview", "--out", tmp_path / "again.parquet", home=home)
    assert "no article moves" in again.stdout, again.stderr
    published = pl.read_parquet(tmp_path / "again.parquet")
    assert_frame_equal(_side(published, "before"), _side(said, "after"), abs_tol=RESOLUTION, rel_tol=0)


def test_what_an_older_parser_missed_is_gained_and_titles_do_not_act_on_the_terminal(
    broadsheet: Broadsheet, home: Path, tmp_path: Path
) -> None:
    release = home / "published" / "broadsheet.duckdb"
    release.chmod(0o644)
    with duckdb.connect(str(release)) as connection:
        ((page_id, comment_count),) = connection.execute(
            "select page_id, comment_count from marts.articles order by comment_count desc, page_id limit 1"
        ).fetchall()
        for table in ("comments", "tone_gap"):
            connection.execute(f"delete from marts.{table} where page_id = ?", [page_id])
        connection.execute(
            """
            update marts.articles set parser_version = '1', title = ?, comment_count = 0,
                comments_mean_polarity = null, comments_share_negative = null
            where page_id = ?
            """,
            ["\x1b[31m[red]hot[/red]\u202e", page_id],
        )
    done = broadsheet("preview", "--out", tmp_path / "moves.parquet", home=home)
    assert done.returncode == 0, done.stderr
    assert f"parser 1, {PARSER_VERSION}" in done.stdout
    assert r"\x1b[31m[red]hot[/red]\u202e" in done.stdout
    assert f"0 are lost, {comment_count} gained" in done.stdout
    (row,) = pl.read_parquet(tmp_path / "moves.parquet").filter(page_id=page_id).iter_rows(named=True)
    assert (row["comment_count_before"], row["comment_count_after"]) == (0, comment_count)
    assert row["gap_before"] is None
    assert row["gap_after"] is not None


def test_a_release_without_names_is_compared_with_what_the_pages_say(broadsheet: Broadsheet, home: Path) -> None:
    release = home / "published" / "broadsheet.duckdb"
    key = (home / "pseudonym.key").read_bytes()
    publish(Warehouse(home / "broadsheet.duckdb"), release, Versions(*["x"] * 5), mask_key=key)
    masked, whole = (_texts(file) for file in (release, home / "broadsheet.duckdb"))
    assert masked != whole
    done = broadsheet("preview", home=home)
    assert "no article moves" in done.stdout, done.stderr
    assert " 0 scored, " in done.stdout


def _no_folder(folder: Path) -> None:
    shutil.rmtree(folder)


def _no_weights(folder: Path) -> None:
    (folder / "model.onnx").unlink()


def _no_json(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _no_object(folder: Path) -> None:
    (folder / "config.json").write_text("[]")


def _no_onnx(folder: Path) -> None:
    (folder / "model.onnx").write_bytes(b"not a model")


def _no_tokenizer(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")


def _no_classes(folder: Path) -> None:
    """A model that gives vectors and not probabilities."""
    embedding = Embedder()._folder / "onnx"
    for name in ("model.onnx", "model.onnx_data"):
        shutil.copyfile(embedding / name, folder / name)


@pytest.mark.long
@pytest.mark.parametrize("spoil", [_no_folder, _no_weights, _no_json, _no_object, _no_onnx, _no_tokenizer, _no_classes])
def test_a_folder_that_holds_no_usable_model_is_refused_in_one_line_and_leaves_nothing_in_the_cache(
    broadsheet: Broadsheet, sample_run: SampleRun, model: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(model)
    database = (sample_run.home / "broadsheet.duckdb").read_bytes()
    done = broadsheet("preview", "--model", model, home=sample_run.home)
    assert done.returncode == 1
    assert done.stdout == ""
    said = [line for line in done.stderr.splitlines() if line.startswith("broadsheet: ")]
    assert len(said) == 1
    assert said[0].startswith(f"broadsheet: {model} holds no sentiment model that can be used: ")
    assert "Traceback" not in done.stderr
    assert (sample_run.home / "broadsheet.duckdb").read_bytes() == database


def test_a_folder_to_write_to_that_is_missing_is_named_before_any_work(
    broadsheet: Broadsheet, sample_run: SampleRun, tmp_path: Path
) -> None:
    done = broadsheet("preview", "--out", tmp_path / "nowhere" / "moves.parquet", home=sample_run.home)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line == f"broadsheet: {tmp_path / 'nowhere'} is no folder to write to"


def test_a_release_whose_pages_are_not_in_the_working_file_is_said_to_be_so(broadsheet: Broadsheet, home: Path) -> None:
    with Warehouse(home / "broadsheet.duckdb").writing() as connection:
        connection.execute("delete from raw.pages")
    done = broadsheet("preview", home=home)
    assert done.returncode == 1
    assert "holds no page of the release" in done.stderr.splitlines()[-1]
