"""Measures the models in torch, on a GPU, beside ONNX Runtime on the CPU of the same machine, in the same run.

Run `.venv/bin/python bench/gpu.py` with the extra `torch` installed; `--device cpu --texts 20` shows that it runs where
there is no GPU, and says nothing of speed: bfloat16 is emulated there. A rate counts from texts to vectors, cutting
into tokens included; "network alone" leaves that out. ONNX Runtime is asked for the first `--cpu-texts` texts, and of
these the differences are told: of probabilities the largest, the 99th percentile and the mean, of vectors the least
cosine.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from broadsheet.analysis.sentiment import ToneModel, torch_tone
from broadsheet.analysis.sentiment_preprocessing import mask
from broadsheet.inference.embeddings import Embedder, torch_embedding
from broadsheet.inference.engine import FloatArray
from broadsheet.inference.torch_engine import Precision, TorchEngine
from broadsheet.parse import parse_page

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"
MODEL = ROOT / "models" / "sentiment-minilm-l6"
LABELLED = ROOT.parent / "shared" / "sentiment"
SETS = ("goemotions", "semeval2017", "newsmtsc_sentences", "vader_ground_truth")
"""Other people's comments, tweets, and sentences of news, in turn, where they lie beside the project; else comments of
the sample, over and over."""
Result = TypeVar("Result")
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")
JOINED = 10
"""Comments in a long text: some 150 to 200 tokens, which still fit one window of 256."""


def read_texts(count: int) -> dict[str, list[str]]:
    """Read texts as people write them, and long texts made of them."""
    if LABELLED.exists():
        drawn = [
            pl.read_parquet(LABELLED / f"{name}.parquet")["text"].sample(fraction=1, shuffle=True, seed=1).to_list()
            for name in SETS
        ]
        texts = [text for several in zip(*drawn, strict=False) for text in several]
    else:
        pages = (path.read_text("utf-8", errors="replace") for path in sorted(SAMPLE.rglob("*.txt")))
        texts = [comment.text for page in pages for comment in parse_page(page).comments if comment.text]
    short = mask((texts * (count // len(texts) + 1))[:count])
    shift = len(short) // JOINED or 1  # so that a long text is none of its neighbours
    long = [" ".join(short[(row + part * shift) % len(short)] for part in range(JOINED)) for row in range(len(short))]
    return {"short": short, "long": long}


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """Do some work; what came of it, and the seconds it took."""
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


def _pieces(engine: TorchEngine, texts: list[str]) -> list[Sequence[int]]:
    return [piece for _, piece in engine._pieces(texts)]


def rows(texts: list[str], some: list[str], device: str, budgets: list[int]) -> Iterator[tuple[str, ...]]:
    """Measure both models on texts; differences, and the rates of the CPU, are of some of them."""
    makers = {"sentiment": partial(torch_tone, MODEL), "embedding": partial(torch_embedding, None)}
    for model, onnx in (("sentiment", ToneModel(MODEL, "cpu")._engine), ("embedding", Embedder(device="cpu")._engine)):
        onnx.infer(some[:50])  # loads
        exact, spent = timed(partial(onnx.infer, some))
        yield model, "ONNX, CPU, float32", "", f"{len(some) / spent:,.0f}"
        for precision, budget in product(PRECISIONS, budgets):
            engine = makers[model](device, precision, budget)
            found = engine.infer(some)  # loads, and warms up
            pieces, cutting = timed(partial(_pieces, engine, texts))
            _, alone = timed(partial(engine._run, pieces))
            rates = f"{len(texts) / (cutting + alone):,.0f}", f"{len(texts) / alone:,.0f}"
            yield model, f"torch, {device}, {precision}", f"{budget:,}", *rates, *difference(model, exact, found)


def difference(model: str, exact: FloatArray, found: FloatArray) -> tuple[str, str]:
    """How far results moved: the differences of probabilities and the labels changed, or the least cosine."""
    if model == "sentiment":
        apart = np.abs(exact - found)
        changed = exact.argmax(axis=1) != found.argmax(axis=1)
        told = f"{changed.sum()} of {len(exact)} ({changed.mean():.2%})"
        if changed.any():
            best = np.sort(exact[changed], axis=1)
            told += f", best two within {(best[:, -1] - best[:, -2]).max():.3f}"
        return f"{apart.max():.1e}, {np.quantile(apart, 0.99):.1e}, {apart.mean():.1e}", told
    norms = np.linalg.norm(exact, axis=1) * np.linalg.norm(found, axis=1)
    return f"cosine {((exact * found).sum(axis=1) / norms).min():.7f}", ""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cuda", help="as torch names it")
    parser.add_argument("--texts", type=int, default=50_000, help="texts to infer on the device, of each length")
    parser.add_argument("--cpu-texts", type=int, default=2_000, help="of these, texts that the CPU infers too")
    parser.add_argument("--budgets", type=int, nargs="+", default=[16_384, 65_536, 262_144], help="tokens a batch")
    asked = parser.parse_args()
    console = Console(width=160)
    console.print(where(asked.device))
    table = Table(
        "texts", "model", "", "tokens a batch", "texts/s", "network alone", "max, p99, mean", "labels changed"
    )
    for kind, texts in read_texts(asked.texts).items():
        for row in rows(texts, texts[: asked.cpu_texts], asked.device, asked.budgets):
            table.add_row(kind, *row)
        table.add_section()
    console.print(table)


def where(device: str) -> str:
    """Say which processor, GPU and torch this is."""
    import torch

    gpu = torch.cuda.get_device_name() if device.startswith("cuda") else "no GPU"
    return f"{gpu}; {os.cpu_count()} cores {platform.machine()}; torch {torch.__version__}"


if __name__ == "__main__":
    main()
