"""Compares sentence splitters on the paragraphs of tests/unit/parse/sentences.toml: ours, and those that are installed.

Run `uv run --with pysbd --with syntok --with sentencex --with pyicu-binary bench/sentence_splitters.py`. A boundary is
the place of a sentence's last character; F1 over all boundaries inside paragraphs. Milliseconds are CPU time for 3 KB.
"""

import time
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from broadsheet.parse.sentences import split_sentences

CASES = Path(__file__).parents[1] / "tests" / "unit" / "parse" / "sentences.toml"
KILOBYTES = 3
Splitter = Callable[[str, str], list[str]]


def paragraphs() -> Iterator[tuple[str, list[str], str]]:
    """Yield language, sentences and the text that they make."""
    for language, group in tomllib.loads(CASES.read_text(encoding="utf-8")).items():
        for sentences in group["paragraphs"]:
            yield language, sentences, ("" if group.get("joined") else " ").join(sentences)


def ends(sentences: list[str]) -> set[int]:
    """Number the characters after which sentences end, white space not counted, the paragraph's end left out."""
    places, at = set(), 0
    for sentence in sentences:
        at += len("".join(sentence.split()))
        places.add(at)
    return places - {at}


def ours(text: str, _language: str) -> list[str]:
    """Split as the parser does."""
    return [text[start:end] for start, end in split_sentences(text, 0, len(text))]


def by_pysbd(text: str, language: str) -> list[str]:
    """Split by pysbd, in English where it has no rules for a language."""
    import pysbd
    from pysbd.languages import LANGUAGE_CODES

    code = language if language in LANGUAGE_CODES else "en"
    return [str(sentence) for sentence in pysbd.Segmenter(language=code, clean=False).segment(text)]


def by_syntok(text: str, _language: str) -> list[str]:
    """Split by syntok, which knows English, German and Spanish."""
    from syntok import segmenter

    return [
        "".join(token.spacing + token.value for token in sentence)
        for paragraph in segmenter.process(text)
        for sentence in paragraph
    ]


def by_sentencex(text: str, language: str) -> list[str]:
    """Split by sentencex."""
    import sentencex

    return list(sentencex.segment(language, text))


def by_icu(text: str, language: str) -> list[str]:
    """Split by ICU, with the abbreviations of the CLDR."""
    import icu

    breaks = icu.BreakIterator.createSentenceInstance(icu.Locale(f"{language}@ss=standard"))
    breaks.setText(text)
    encoded, parts, begin = text.encode("utf-16-le"), [], 0
    for end in breaks:
        parts.append(encoded[2 * begin : 2 * end].decode("utf-16-le"))
        begin = end
    return parts


def main() -> None:
    """Print the table."""
    table = Table("splitter", "right", "missed", "false", "F1", "exact paragraphs", f"ms / {KILOBYTES} KB")
    cases = list(paragraphs())
    sample = " ".join(text for language, _, text in cases if language in {"en", "de", "fr", "es"})
    sample = (sample * 9)[: KILOBYTES * 1000]
    for name, split in {
        "ours": ours,
        "pysbd": by_pysbd,
        "syntok": by_syntok,
        "sentencex": by_sentencex,
        "ICU": by_icu,
    }.items():
        try:
            found = [(ends(sentences), ends(split(text, language))) for language, sentences, text in cases]
        except ImportError:
            table.add_row(name, "not installed")
            continue
        right, missed, false = (
            sum(map(len, sets)) for sets in zip(*((a & b, a - b, b - a) for a, b in found), strict=True)
        )
        exact = sum(a == b for a, b in found)
        begin = time.process_time()
        split(sample, "en")
        spent = 1000 * (time.process_time() - begin)
        f1 = 2 * right / (2 * right + missed + false)
        table.add_row(name, *map(str, (right, missed, false)), f"{f1:.3f}", f"{exact} of {len(found)}", f"{spent:.2f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
