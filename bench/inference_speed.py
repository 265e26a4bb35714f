"""Measures sentiment inference: texts and tokens a second, beside transformers' own pipeline.

Run `.venv/bin/python bench/inference_speed.py` with the extra `torch` installed. All rates are per second of CPU time
on one thread, in one run, so that a busy machine slows each row alike. The pipeline runs a network of the same shape in
float32: its cost does not depend on what the weights are.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from broadsheet.analysis.sentiment import ToneModel
from broadsheet.analysis.sentiment_preprocessing import mask
from broadsheet.inference.engine import OnnxEngine
from broadsheet.parse import parse_page

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
MODEL = ROOT / "models" / "sentiment-minilm-l6"
LABELLED = ROOT.parent / "shared" / "sentiment" / "goemotions.parquet"
"""Other people's comments, where they lie beside the project; else those of the sample, over and over."""
BATCH = 32
SIDE = 1024  # of the matrices whose product shows what the processor can do


def read_texts(count: int) -> list[str]:
    """Read comments as readers write them."""
    if LABELLED.exists():
        return mask(pl.read_parquet(LABELLED).filter(split="dev")["text"].head(count).to_list())
    pages = (path.read_text("utf-8", errors="replace") for path in sorted(SAMPLE.rglob("*.txt")))
    texts = [comment.text for page in pages for comment in parse_page(page).comments if comment.text]
    return mask((texts * (count // len(texts) + 1))[:count])


def cpu_seconds(work: Callable[[], object]) -> float:
    """Time some work, in seconds of this process, the better of two."""
    best = float("inf")
    for _ in range(2):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def pipeline_of(tokenizer_file: Path) -> Callable[..., object]:
    """Build what a person would use without this project: a pipeline, one text at a time unless told otherwise."""
    import torch
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        PreTrainedTokenizerFast,
        pipeline,
    )

    torch.set_num_threads(1)
    config = BertConfig.from_json_file(str(MODEL / "config.json"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(tokenizer_file), pad_token="[PAD]")
    model = BertForSequenceClassification(config).eval()
    made: Callable[..., object] = pipeline("text-classification", model=model, tokenizer=tokenizer, top_k=None)
    return made


def peak_flops() -> float:
    """Measure float32 operations a second of one core: a large matrix product."""
    left, right = (np.random.default_rng(seed).random((SIDE, SIDE), dtype=np.float32) for seed in (0, 1))
    left @ right
    return 2 * SIDE**3 / cpu_seconds(lambda: left @ right)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=600, help="texts to infer")
    texts = read_texts(parser.parse_args().texts)
    model = ToneModel(MODEL)
    engine = OnnxEngine(MODEL / "tokenizer.json", 3, MODEL / "model.onnx", np.asarray, threads=1)
    together = engine.infer(texts)
    tokens = sum(len(ids) for ids in model._engine._tokenizer(texts)["input_ids"])
    pipe = pipeline_of(MODEL / "tokenizer.json")
    rows = {
        "transformers.pipeline, one by one": cpu_seconds(lambda: [pipe(text) for text in texts]),
        f"transformers.pipeline, batches of {BATCH}": cpu_seconds(lambda: pipe(texts, batch_size=BATCH)),
        "broadsheet, one by one": cpu_seconds(lambda: [engine.infer([text]) for text in texts]),
        "broadsheet": cpu_seconds(lambda: engine.infer(texts)),
    }
    alone = np.concatenate([engine.infer([text]) for text in texts[:200]])
    slowest = rows["transformers.pipeline, one by one"]
    table = Table(title=f"{len(texts)} comments, {tokens / len(texts):.0f} tokens each, one thread")
    for column in ("", "texts/s", "tokens/s", "times the pipeline"):
        table.add_column(column, justify="right" if column else "left")
    for name, seconds in rows.items():
        table.add_row(name, f"{len(texts) / seconds:.0f}", f"{tokens / seconds:,.0f}", f"{slowest / seconds:.1f}")
    console = Console(width=100)
    console.print(table)
    weights = 2 * 10_646_784  # operations a token: the encoder without its word vectors
    share = tokens * weights / rows["broadsheet"] / peak_flops()
    console.print(f"share of the measured float32 peak of a core: {share:.0%}")
    console.print(
        f"largest difference of a probability, alone and among others: {abs(alone - together[:200]).max():.1e}"
    )


if __name__ == "__main__":
    os.environ["HF_HUB_OFFLINE"] = "1"
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    main()
