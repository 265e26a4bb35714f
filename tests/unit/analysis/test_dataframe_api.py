"""Tables in, tables out: rows, order and other columns kept; summaries verbatim."""

from pathlib import Path
from typing import cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from broadsheet.analysis.dataframe_api import score_texts, summarize_frame
from broadsheet.analysis.parquet_api import score_parquet, summarize_parquet
from broadsheet.analysis.plain_text_sentences import sentences_of
from broadsheet.analysis.sentiment import ToneModel
from broadsheet.inference.embeddings import Embedder
from tests.unit.analysis.counting import CountingModel

ARTICLE = (
    "Harbour to be rebuilt\n\n"
    "The council approved a budget of two million pounds\non Tuesday, after a debate that lasted until the\n"
    "early morning. Fishermen had asked for the new quay for more than ten years. \U0001f62c\n\n"
    "Work will begin in the spring, the mayor said. The café sells cake. It rained."
)
HOSTILE = [
    "'; drop table x; --",
    "nul \x00 inside",
    "\U0001f62c\U0001f62c",
    "\u202eright to left",
    "=cmd|'/c calc'!A0",
    "\ufeff",
]
TEXTS = ["Thank you, I love it!", None, "", "  \n", "What a disgrace.", *HOSTILE, "Thank you, I love it!"]


def _as_tone(counting: CountingModel) -> ToneModel:
    """The model that counts, for what is typed for the one that ships."""
    return cast("ToneModel", counting)


def test_scoring_keeps_rows_and_order_and_leaves_blank_rows_null(tone: ToneModel) -> None:
    made = score_texts(TEXTS, tone, "en")
    assert made.columns == [
        *("label", "p_negative", "p_neutral", "p_positive", "polarity", "tone_language", "tone_basis")
    ]
    assert made["label"].is_null().to_list() == [text is None or not text.strip() for text in TEXTS]
    assert made["label"][0] == "positive"
    assert made["label"][4] == "negative"
    assert made.row(0) == made.row(-1)
    assert score_texts([], tone).schema == made.schema
    assert score_texts(TEXTS[1:4], tone)["polarity"].null_count() == 3
    assert score_texts(["Schade.", "Thank you!"], tone, "de")["tone_basis"].to_list() == ["unsupported"] * 2


def test_a_summary_is_the_slices_of_the_text(embedder: Embedder) -> None:
    frame = pl.DataFrame({"article": [ARTICLE, None, " ", "Rain", "..."]})
    made = summarize_frame(frame, "article", 2, embedder)
    assert made["summary"].is_null().to_list() == [False, True, True, False, False]
    assert made["summary_spans"].is_null().to_list() == [False, True, True, False, False]
    spans = made["summary_spans"][0].to_list()
    assert made["summary"][0] == " ".join(ARTICLE[span["char_start"] : span["char_end"]] for span in spans)
    assert len(spans) == 2
    assert [span["char_start"] for span in spans] == sorted(span["char_start"] for span in spans)
    assert "Harbour to be rebuilt" not in made["summary"][0]
    assert made["summary"][3] == "Rain"


def test_sentences_cover_all_that_is_not_white_space() -> None:
    found = sentences_of(ARTICLE)
    assert found[0] == (0, 21, "Harbour to be rebuilt")
    assert found[1][2].endswith("lasted until the early morning.")
    assert "".join("".join(text.split()) for *_, text in found) == "".join(ARTICLE.split())
    assert all(" ".join(ARTICLE[start:end].split()) == text for start, end, text in found)


def test_a_parquet_file_keeps_its_rows_columns_types_and_metadata(tone: ToneModel, tmp_path: Path) -> None:
    count = 5000
    table = pa.table(
        {
            "id": pa.array(range(count), pa.int32()),
            "text": pa.array([TEXTS[row % len(TEXTS)] for row in range(count)]).dictionary_encode(),
            "tags": pa.array([[{"k": row}] for row in range(count)]),
        }
    ).replace_schema_metadata({"made": "by hand"})
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(table, source, row_group_size=700)
    seen: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))

    assert score_parquet(source, target, "text", tone, language="en", progress=progress) == count
    made = pq.read_table(target)
    assert made.select(table.column_names).cast(table.schema).equals(table)
    assert made.schema.metadata[b"made"] == b"by hand"
    assert made.column("label").null_count == sum(
        text is None or not text.strip() for text in table["text"].to_pylist()
    )
    assert seen[0] == (0, count)
    assert seen[-1] == (count, count)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


def test_articles_of_a_parquet_file_are_summarised(embedder: Embedder, tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"article": pa.array([ARTICLE, None, ARTICLE], pa.large_string())}), tmp_path / "in.parquet"
    )
    summarize_parquet(tmp_path / "in.parquet", tmp_path / "in.parquet", "article", sentences=1, embedder=embedder)
    made = pl.read_parquet(tmp_path / "in.parquet")
    assert made["summary_spans"].list.len().to_list() == [1, None, 1]
    assert made["summary"][0] in ARTICLE


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"words": ["a"]}, "no column 'text'; there are: words"),
        ({"text": [1]}, "'text' is not text but int64"),
        ({"text": ["a"], "polarity": [0.5]}, "overwritten: polarity"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_in_one_line_and_nothing_is_written(
    counting: CountingModel, tmp_path: Path, columns: dict[str, list[object]], complaint: str
) -> None:
    pq.write_table(pa.table(columns), tmp_path / "in.parquet")
    with pytest.raises(ValueError, match=complaint) as raised:
        score_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet", "text", _as_tone(counting))
    assert "\n" not in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_what_is_no_parquet_file_is_refused(counting: CountingModel, tmp_path: Path) -> None:
    (tmp_path / "in.parquet").write_text("text\nhello\n")
    with pytest.raises(ValueError, match="not a Parquet file"):
        score_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet", "text", _as_tone(counting))


def test_an_interrupted_run_leaves_the_old_file(counting: CountingModel, tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a", "b"]}), tmp_path / "in.parquet")
    (tmp_path / "out.parquet").write_text("old")
    counting.fails_at = 1
    with pytest.raises(KeyboardInterrupt):
        score_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet", "text", _as_tone(counting), language="en")
    assert (tmp_path / "out.parquet").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]
