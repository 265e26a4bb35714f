"""`python -m broadsheet.parse.training`: `fit` trains the line model, `calibrate` its confidences on sites left out."""

import argparse
import json
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from broadsheet.parse.confidence import CALIBRATION
from broadsheet.parse.line_model import WEIGHTS
from broadsheet.parse.training.calibrate import calibrate, evaluate
from broadsheet.parse.training.fit import Source, TrainingConfig, fit, save
from broadsheet.parse.training.pages import LabelledPage, examples, read_labelled

log = logging.getLogger(__name__)


def _source(text: str) -> tuple[Path, float, float]:
    """Read a path, how much its pages weigh, and which share of them each epoch sees."""
    path, *numbers = text.split("=")
    weight, share = (*map(float, numbers), 1.0, 1.0)[:2]
    return Path(path), weight, share


def _left_out(text: str) -> Callable[[LabelledPage], bool]:
    """Read ATTRIBUTE=VALUE[,VALUE...]: which pages not to train on."""
    attribute, _, values = text.partition("=")
    if attribute not in LabelledPage.__annotations__:
        raise argparse.ArgumentTypeError(f"{attribute}: a labelled page has {', '.join(LabelledPage.__annotations__)}")
    return lambda page: getattr(page, attribute) in values.split(",")


def main() -> None:
    """Read the command line; write weights, or calibration."""
    parser = argparse.ArgumentParser(prog="python -m broadsheet.parse.training", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    fits = verbs.add_parser("fit", help="train on labelled pages, write the weights")
    fits.add_argument("pages", nargs="+", type=_source, metavar="PATH[=WEIGHT[=SHARE]]", help="Parquet file or folder")
    fits.add_argument("--out", type=Path, default=WEIGHTS, help="file to write (%(default)s)")
    fits.add_argument("--epochs", type=int, default=TrainingConfig().epochs)
    fits.add_argument("--variants", type=int, default=3, help="thinned versions of each page")
    fits.add_argument("--seed", type=int, default=TrainingConfig().seed)
    fits.add_argument("--leave-out", type=_left_out, action="append", default=[], metavar="ATTRIBUTE=VALUE,...")
    calibrates = verbs.add_parser("calibrate", help="fit the confidences of the weights in place to sites left out")
    calibrates.add_argument("pages", nargs="+", type=Path, metavar="PATH", help="Parquet file or folder")
    calibrates.add_argument("--out", type=Path, default=CALIBRATION, help="file to write (%(default)s)")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if options.verb == "fit":
        save(fit(_sources(options), TrainingConfig(options.epochs, seed=options.seed)), options.out)
    else:
        fitted = calibrate(evaluate([page for path in options.pages for page in read_labelled(path)]))
        options.out.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
        log.info(
            "%s",
            {name: {key: value[key] for key in ("rows", "ece", "auc")} for name, value in fitted["figures"].items()},
        )


def _sources(options: argparse.Namespace) -> list[Source]:
    """Read the pages to train on."""
    rng = np.random.default_rng(options.seed)
    sources = []
    for path, weight, share in options.pages:
        pages = [page for page in read_labelled(path) if not any(out(page) for out in options.leave_out)]
        sources.append(Source(list(examples(pages, rng, options.variants)), weight, share))
        log.info("%s: %d pages of %d sites", path, len(pages), len({page.site for page in pages}))
    return sources


if __name__ == "__main__":
    main()
