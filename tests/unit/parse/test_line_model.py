"""The line model: NumPy computes what torch trains, and a name is what the page's author lines do not share."""

from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from broadsheet.parse import parse_page
from broadsheet.parse.classified_page import classify_page
from broadsheet.parse.comment_authors import author_names
from broadsheet.parse.comment_detection import find_comments
from broadsheet.parse.comment_segmentation import decode, locate_comments
from broadsheet.parse.line_features import BAG_WORDS, HASHES, SIGNATURES, VALUES, page_features
from broadsheet.parse.line_model import LINE_KINDS, label_lines
from tests.generator.pages import generate_grammars

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="torch is an extra: make train-env")
PAGES = [page.text for page in generate_grammars(24, seed=77)]


@pytest.mark.parametrize("text", [*PAGES[:4], "", "x", "1\n\n2", "\ufffd\n" * 3])
def test_features_have_a_row_a_line_and_stay_in_range(text: str) -> None:
    page = classify_page(text)
    features = page_features(page, find_comments(page))
    assert features.values.shape == (len(page.lines), len(VALUES))
    assert features.bags.shape == (len(page.lines), BAG_WORDS)
    assert features.groups.shape == (len(page.lines), len(SIGNATURES))
    assert np.isfinite(features.values).all()
    assert features.values.min(initial=0) >= -2
    assert features.values.max(initial=0) <= 5
    assert features.bags.min(initial=0) >= 0
    assert features.bags.max(initial=0) < HASHES
    for column in features.groups.T:
        assert set(column.tolist()) == set(range(column.max(initial=-1) + 1))


@pytest.mark.parametrize("text", PAGES[:6])
def test_labels_are_probabilities(text: str) -> None:
    page = classify_page(text)
    labels = label_lines(page_features(page, None))
    assert labels.kinds.shape == (len(page.lines), len(LINE_KINDS))
    assert np.allclose(labels.kinds.sum(1), 1, atol=1e-5)
    assert ((labels.p_start >= 0) & (labels.p_start <= 1)).all()


@needs_torch
@pytest.mark.parametrize("text", PAGES[:6])
def test_numpy_labels_lines_as_torch_does(text: str) -> None:
    import torch

    from broadsheet.parse.line_model import WEIGHTS
    from broadsheet.parse.training.network import Batch, LineNetwork
    from broadsheet.parse.training.pages import Example, LabelledPage

    network = LineNetwork()
    with np.load(WEIGHTS) as stored:
        network.load_state_dict({name: torch.from_numpy(stored[name].astype(np.float32)) for name in stored.files})
    page = classify_page(text)
    features = page_features(page, find_comments(page))
    count = len(page.lines)
    labelled = LabelledPage("", "", "", "", "", "", [], [], [], frozenset())
    example = Example(labelled, features, np.zeros(count, np.int8), np.zeros(count, np.int8))
    with torch.no_grad():
        out = network.eval()(Batch([(example, slice(0, count))], [1.0]))[0]
    labels = label_lines(features)
    assert np.allclose(out[:, : len(LINE_KINDS)].softmax(1).numpy(), labels.kinds, atol=1e-4)
    assert np.allclose(out[:, len(LINE_KINDS)].sigmoid().numpy(), labels.p_start, atol=1e-4)


@needs_torch
def test_training_learns_and_writes_weights_that_numpy_reads(tmp_path: Path) -> None:
    from broadsheet.parse.training.fit import Source, TrainingConfig, fit, save
    from broadsheet.parse.training.pages import examples, read_labelled
    from tests.generator.__main__ import write_pages

    write_pages(tmp_path / "pages", generate_grammars(40, seed=5))
    pages = list(examples(read_labelled(tmp_path / "pages"), np.random.default_rng(1), 1))
    network = fit([Source(pages, 1.0)], TrainingConfig(epochs=60))
    save(network, tmp_path / "weights.npz")
    with np.load(tmp_path / "weights.npz") as stored:
        assert set(stored.files) == set(network.state_dict())
    from broadsheet.parse.training.network import Batch

    found = wanted = 0
    for versions in pages:
        example = versions[0]
        count = len(example.kinds)
        starts = network(Batch([(example, slice(0, count))], [1.0]))[0, :, len(LINE_KINDS)].detach().numpy() > 0
        wanted += int((example.starts == 1).sum())
        found += int(((example.starts == 1) & starts).sum())
    assert found * 2 > wanted


@needs_torch
def test_filters_keep_every_label_with_its_line() -> None:
    from broadsheet.parse.training.pages import LabelledPage, thin_out

    lines = ["Title", "", "Prose of the article.", "", "Nora says:", "No.", "", "Tom", "Yes, and twice.", "", "Footer"]
    kinds = [0, 0, 0, 0, 1, 3, 0, 1, 3, 0, 0]
    comments = [0, 0, 0, 0, 1, 1, 0, 2, 2, 0, 0]
    page = LabelledPage("a", "site", "", "", "", "", lines, kinds, comments, frozenset())
    known = dict(zip(lines, zip(kinds, comments, strict=True), strict=True))
    rng = np.random.default_rng(3)
    for _ in range(60):
        thinned = thin_out(page, rng)
        assert len(thinned.lines) == len(thinned.kinds) == len(thinned.comments)
        for line, kind, comment in zip(thinned.lines, thinned.kinds, thinned.comments, strict=True):
            if line.strip():
                assert known[line] == (kind, comment)


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (
            [
                "posted by tidemark at 6:10 PM on March 2, 2021 [2 favorites]",
                "posted by Ottilie Brandt at 7:11 PM on March 2, 2021 [3 favorites]",
                "posted by old_pilot at 8:12 PM on April 9, 2021 [4 favorites]",
            ],
            ["tidemark", "Ottilie Brandt", "old_pilot"],
        ),
        (
            ["— tidemark, Hexley, UK", "— Ottilie Brandt, Porth, Wales", "— K. Lewin, Creek"],
            ["tidemark", "Ottilie Brandt", "K. Lewin"],
        ),
        (
            [
                "On March 2, 2021 at 6:30 pm tidemark wrote:",
                "On April 3, 2021 at 7:30 pm Ottilie Brandt wrote:",
                "On May 4, 2021 at 8:30 pm old_pilot wrote:",
            ],
            ["tidemark", "Ottilie Brandt", "old_pilot"],
        ),
        (["tidemark's avatar", "Ottilie Brandt's avatar"], ["tidemark", "Ottilie Brandt"]),
        (["By tidemark | Reply", "By Ottilie Brandt | Reply"], ["tidemark", "Ottilie Brandt"]),
    ],
)
def test_a_name_is_what_author_lines_do_not_share(lines: list[str], names: list[str]) -> None:
    page = classify_page("\n\n".join(lines))
    assert list(author_names(page, range(len(lines))).values()) == names


@pytest.mark.parametrize("text", PAGES)
def test_a_section_is_ranges_of_lines_each_begun_by_a_start(text: str) -> None:
    page = classify_page(text)
    features = page_features(page, find_comments(page))
    cut = decode(page, features, label_lines(features))
    if cut is not None:
        assert cut.starts[0].index == cut.first < cut.end <= len(page.lines)
        assert all(above.index < below.index for above, below in pairwise(cut.starts))
        assert all(cut.first <= index < cut.end for index in cut.kinds)


def test_pages_that_lost_lines_are_believed_less() -> None:
    torn = ["\n".join(line for number, line in enumerate(text.split("\n")) if number % 3) for text in PAGES]
    whole, broken = ([locate_comments(classify_page(text)).p_right for text in texts] for texts in (PAGES, torn))
    assert all(0 <= p_right <= 1 for p_right in (*whole, *broken))
    assert sum(broken) < sum(whole) - 1


def test_the_model_costs_in_step_with_the_page() -> None:
    page = classify_page("\n".join(PAGES[:4] * 8))
    assert len(label_lines(page_features(page, None)).p_start) == len(page.lines)
    assert parse_page("\n".join(PAGES[:2] * 20)).spans
