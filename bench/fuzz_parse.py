"""Fuzzes the parser, guided by coverage: no exception, no broken law, no slow input, no time that outgrows the page.

Run `.venv/bin/python bench/fuzz_parse.py --runs 200000`. Needs atheris, which the dev extra brings on Linux.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["broadsheet.parse"]):
    from broadsheet.parse import Kind, ParsedPage, parse_page
    from broadsheet.parse.language import find_language

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
MARKERS = """\
Nora Quill says:
  1. Tom Abara says:
  • Lena sagt:
Nora Quill wrote on March 3, 2015 at 10:02 am:
12 March 2019 at 10:02 am
1 year ago
vor 2 Tagen
Tom, 03/04/2020
By Nora Quill, 12 March 2019
Reply
ReplyDelete
Like · Share · 3
12
#2
Posts: 12
Re: Kettle
User's avatar
↑ 3
3 Comments
2 Kommentare
Leave a Reply
Notify of
Inline Feedbacks
View all comments
Newest
In reply to Nora Quill
Antwort auf Tom Abara
@Nora Quill no.
> quoted words of hers, all of them
“The kettle had never been plugged in at all.”
Zitat Nora:
Nora Quill
m_abara
I don't believe it!
The kettle, it turned out, had never been plugged in at all, said Mr. Quill of the U.S. office on Tuesday.
Und wer bezahlt das? Wir natürlich, z. B. am 3. März.
Photo: Lena Voss/Reuters
Copyright 2019
1. """.split("\n")
PIECES = (
    " |  |\t|\xa0|\u2028|\x85|\x1f|\r|\0|\ud800|\udfff|\ufeff|\u202e|e\u0301|İ|ı|ſ|ß|ﬁ|²|٣|１|👍|。|…|“|”|»|«"
    "|(|)|[|!|?|.|:|,|-|–|/|@|#|•|https://|1|12|2015|12:30|a|is a|writer|by|on|at|de|le|says|said|dit|March|mai|Mr|U.S"
    "|photo|image|ago"
).split("|")
LONGEST_RUN = 1000
LONGEST_PAGE = 20_000
TIMED_CHARS = 2000
"""Shorter inputs are over before a clock can tell."""
SLOW_SECONDS = 1.0
"""Per 100 KB; a law is broken above it."""
FEW_LINES, TIMES_AS_MANY = 1500, 6
STEEP = 2.5
"""A page six times as long that takes six times this long breaks a law; quadratic time would make it 6."""


@dataclass
class Tally:
    """What a run has seen so far."""

    tried: int = 0
    failed: int = 0
    slowest: float = 0.0
    slowest_input: str = ""
    grown: int = 0
    steepest: float = 0.0
    steepest_lines: tuple[str, ...] = ()
    kinds: set[str] = field(default_factory=set)


def page_of(data: bytes, lines: list[str]) -> str:
    """Build a page from the fuzzer's bytes: marker-like lines, lines of sample pages, odd characters, long runs."""
    source = atheris.FuzzedDataProvider(data)
    if source.ConsumeIntInRange(0, 15) == 0:
        return source.ConsumeUnicode(source.remaining_bytes())
    parts: list[str] = []
    size = 0
    while source.remaining_bytes() and size < LONGEST_PAGE:
        part = _part(source, lines)
        parts.append(part)
        size += len(part)
    return "".join(parts)


def _part(source: atheris.FuzzedDataProvider, lines: list[str]) -> str:
    """Build the next part of a page."""
    choice = source.ConsumeIntInRange(0, 11)
    if choice <= 3:
        return MARKERS[source.ConsumeIntInRange(0, len(MARKERS) - 1)] + "\n" * source.ConsumeIntInRange(0, 3)
    if choice <= 5:
        return lines[source.ConsumeIntInRange(0, len(lines) - 1)] + "\n" * source.ConsumeIntInRange(0, 3)
    if choice <= 8:
        return PIECES[source.ConsumeIntInRange(0, len(PIECES) - 1)] + " " * source.ConsumeIntInRange(0, 1)
    if choice == 9:
        return PIECES[source.ConsumeIntInRange(0, len(PIECES) - 1)] * source.ConsumeIntInRange(1, LONGEST_RUN)
    if choice == 10:
        return source.ConsumeUnicode(source.ConsumeIntInRange(1, 12))
    return "\n" * source.ConsumeIntInRange(1, 4) + " " * source.ConsumeIntInRange(0, 6)


def check_laws(text: str, page: ParsedPage) -> None:
    """Assert what a page owes to its text, whatever the text."""
    at = 0
    for span in page.spans:
        assert span.char_start == at < span.char_end, "spans leave a gap or overlap"
        assert (span.kind is Kind.BLANK) == (not text[at : span.char_end].strip()), "blank is what is blank"
        at = span.char_end
    assert at == len(text), "spans end before the text"
    reach: dict[int | None, tuple[int, int]] = {None: (0, len(text))}
    for comment in page.comments:
        assert 0 <= comment.char_start < comment.char_end <= len(text), "a comment lies outside"
        reach[comment.comment_no] = (comment.char_start, comment.char_end)
    assert all(a.char_end <= b.char_start for a, b in pairwise(page.comments)), "comments overlap"
    for sentence in page.sentences:
        start, end = reach[sentence.comment_no]
        assert start <= sentence.char_start < sentence.char_end <= end, "a sentence lies outside"
        assert sentence.text == " ".join(text[sentence.char_start : sentence.char_end].split()) != "", "not its slice"


def try_page(text: str, tally: Tally) -> None:
    """Parse one input, time it, hold it to the laws; what fails is printed and counted."""
    tally.tried += 1
    size = max(len(text.encode("utf-8", "replace")), TIMED_CHARS)
    begin = time.process_time()
    try:
        page = parse_page(text)
        rate = (time.process_time() - begin) / size * 100_000
        check_laws(text, page)
        if rate >= SLOW_SECONDS:  # the machine may have stumbled: what is slow is slow again
            rate = min(seconds_of(text) for _ in range(3)) / size * 100_000
        assert rate < SLOW_SECONDS, f"{rate:.2f} s per 100 KB"
    except Exception as error:
        tally.failed += 1
        print(f"{type(error).__name__}: {error}\n  {text[:2000]!r}", flush=True)
        return
    tally.kinds.add(page.layout)
    if rate > tally.slowest:
        tally.slowest, tally.slowest_input = rate, text[:300]


def try_growth(lines: list[str], tally: Tally, seed: int) -> None:
    """Parse a few lines in random order over and over, at two lengths: time must grow in step with the page."""
    chosen = Random(seed)
    few = chosen.sample(lines, chosen.randint(1, 6))
    short, long = (seconds_of("\n".join(chosen.choices(few, k=FEW_LINES * times))) for times in (1, TIMES_AS_MANY))
    growth = long / max(short, 0.01) / TIMES_AS_MANY
    tally.grown += 1
    if growth > STEEP:
        tally.failed += 1
        print(f"{growth:.1f} times as steep as linear, {long:.2f} s: {few!r}", flush=True)
    if growth > tally.steepest:
        tally.steepest, tally.steepest_lines = growth, tuple(few)


def seconds_of(text: str) -> float:
    """Time one page, in seconds of this process."""
    begin = time.process_time()
    parse_page(text)
    return time.process_time() - begin


def report(tally: Tally, seconds: float) -> None:
    """Print what the run has seen."""
    print(f"\ninputs tried     {tally.tried:,} in {seconds:,.0f} s")
    print(f"failures         {tally.failed:,}")
    print(f"layouts reached  {', '.join(sorted(tally.kinds))}")
    print(f"pages grown      {tally.grown:,}, the steepest {tally.steepest:.2f} times linear: {tally.steepest_lines!r}")
    print(f"slowest          {tally.slowest:.3f} s per 100 KB: {tally.slowest_input!r}", flush=True)


def main() -> None:
    """Run the fuzzer for a number of inputs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200_000, help="inputs to try")
    parser.add_argument("--growths", type=int, default=200, help="pages of repeated lines to try at two lengths")
    parser.add_argument("--seed", type=int, default=1, help="of the fuzzer's mutations")
    options = parser.parse_args()
    lines = sorted(
        {line for path in SAMPLE.rglob("*.txt") for line in path.read_text("utf-8", errors="replace").split("\n")}
    )
    tally, begin = Tally(), time.monotonic()
    find_language("Loads the language model, which no input should pay for.")
    repeated = [line for line in (*MARKERS, *lines) if line.strip()]
    for number in range(options.growths):
        try_growth(repeated, tally, options.seed + number)

    def target(data: bytes) -> None:
        try_page(page_of(data, lines), tally)
        if tally.tried >= options.runs:
            report(tally, time.monotonic() - begin)
            os._exit(1 if tally.failed else 0)  # the fuzzer itself never returns

    with tempfile.TemporaryDirectory() as corpus:
        for number in range(64):
            seed = bytes((number * 37 + i * i * 11) % 256 for i in range(6 * number + 8))
            Path(corpus, str(number)).write_bytes(seed)
        atheris.Setup(
            [sys.argv[0], f"-seed={options.seed}", "-max_len=400", "-verbosity=0", "-rss_limit_mb=4096", corpus], target
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
