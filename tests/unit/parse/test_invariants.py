"""Invariants for any string: spans tile it, sentences are its slices, nothing is raised, the answer never varies."""

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.parse import Kind, ParsedPage, parse_page, to_json_dict
from broadsheet.parse.lines import read_lines

PAGE_LINES = [
    "",
    "",
    "   ",
    "\xa0",
    "By Nora Quill, 12 March 2019",
    "Leave a Reply",
    "3 Comments",
    "2 Kommentare",
    "Notify of",
    "Inline Feedbacks",
    "View all comments",
    "Nora Quill says:",
    "  1. Tom Abara says:",
    "  • Lena sagt:",
    "    12 March 2019 at 10:02 am",
    "1 year ago",
    "Reply",
    "ReplyDelete",
    "#2",
    "Posts: 12",
    "Re: Kettle",
    "Nora Quill",
    "User's avatar",
    "The kettle, it turned out, had never been plugged in at all, said Mr. Quill on Tuesday.",
    "I don't believe a word of it!",
    "Und wer bezahlt das? Wir natürlich.",
    "Copyright 2019",
    "Zitat Nora:",
    "“quoted words”",
]
WILD = st.text(alphabet=st.characters(), max_size=40)
LINE = st.one_of(st.sampled_from(PAGE_LINES), WILD, st.builds(str.__add__, st.sampled_from(PAGE_LINES), WILD))
PAGES = st.one_of(st.text(alphabet=st.characters(), max_size=200), st.lists(LINE, max_size=40).map("\n".join))

HOSTILE = {
    "nothing": "",
    "one line feed": "\n",
    "only blank lines": "\n" * 5000,
    "one long line": "a" * 200_000,
    "one long line of stops": ". " * 50_000,
    "opening quotes": "“" * 50_000,
    "lone surrogates": "\ud800 \udfff\n\n\udc00 says:\n\nhm",
    "nulls": "\0\n\0\0 says:\n\n\0",
    "carriage returns": "Title\r\nBy A. B.\r\n\r\nText\rmore\r\n",
    "line separators": "Title\u2028still the title\u2029\x85\x0b\x0c\x1c",
    "byte order marks and directions": "\ufeffTitle\n\n\u202ehcraes\u202c \u200f\n",
    "headers only": "3 comments\n" * 2000,
    "form lines only": "Notify of\n" * 2000,
    "names only": "Nora Quill\n\n" * 2000,
    "buttons only": "Reply\n" * 2000,
    "dates only": "1 year ago\n" * 2000,
    "bullets only": "  • \n  1. x\n" * 2000,
    "profile lines only": "Posts: 2\n#3\n" * 2000,
    "spaces inside a line": ("a" + " " * 150 + "b\n") * 500,
    "numbers": "1. " * 20_000,
    "prepositions before a digit": ("on " * 50 + "1\n") * 300,
    "spaces between a name and its verb": ("x says" + " " * 150 + "y\n") * 300,
    "a list that ends before its last comment": (
        "      Voss\n   1. é Tom, 03/04/2020\nI have nine hens.\n  • Lena on November 12, 2026 at 8:50 am said:\n"
        "Sealed envelopes.\n\n  • Dilys on November 12, 2026 at 12"
    ),
    "a date that doubles as the name above the next": (
        "Inline Feedbacks\n" + "vor 2 Tagen\n" * 4 + "vor 2 TagenTom Ferrier, education reporter\nvor 2 Tagen\n"
        "/\0 Leave a Reply"
    ),
    "full stops only": "." * 900 + "\n" + ("," * 299 + "a\n") * 50,
}


def check_invariants(text: str, page: ParsedPage) -> None:
    """Assert every invariant of a parsed page."""
    assert "".join(text[span.char_start : span.char_end] for span in page.spans) == text
    assert all(span.char_start < span.char_end for span in page.spans)
    assert all(a.char_end == b.char_start and a.line_end + 1 == b.line_start for a, b in pairwise(page.spans))
    if page.spans:
        assert page.spans[0].char_start == 0
        assert page.spans[0].line_start == 1
    for span in page.spans:
        assert span.line_start == text.count("\n", 0, span.char_start) + 1
        assert (span.kind is Kind.BLANK) == (not text[span.char_start : span.char_end].strip())
        assert (span.comment_no is not None) == span.kind.value.startswith("comment_")
    for sentence in page.sentences:
        assert sentence.text == " ".join(text[sentence.char_start : sentence.char_end].split()) != ""
    assert [comment.comment_no for comment in page.comments] == list(range(1, len(page.comments) + 1))
    assert all(0 <= comment.char_start < comment.char_end <= len(text) for comment in page.comments)
    assert all(a.char_end <= b.char_start for a, b in pairwise(page.comments))
    assert all(0 <= value <= 1 for value in (page.confidence, *(comment.confidence for comment in page.comments)))
    assert (page.layout == "none") == (not page.comments)


@given(PAGES)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_string_is_tiled_split_into_slices_and_parsed_the_same_way_twice(text: str) -> None:
    page = parse_page(text)
    check_invariants(text, page)
    assert parse_page(text) == page
    assert len(to_json_dict(page, text)["comments"]) == len(page.comments)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_passes_through_unharmed(name: str) -> None:
    check_invariants(HOSTILE[name], parse_page(HOSTILE[name]))


@given(st.lists(st.sampled_from(PAGE_LINES), min_size=1, max_size=60).map("\n".join))
@settings(max_examples=200, deadline=None)
def test_sentences_of_a_comment_lie_inside_it_and_come_in_order(text: str) -> None:
    page = parse_page(text)
    reach = {comment.comment_no: (comment.char_start, comment.char_end) for comment in page.comments}
    for sentence in page.sentences:
        if sentence.comment_no is not None:
            start, end = reach[sentence.comment_no]
            assert start <= sentence.char_start < sentence.char_end <= end
    for number in {sentence.comment_no for sentence in page.sentences}:
        own = [sentence for sentence in page.sentences if sentence.comment_no == number]
        assert [sentence.sentence_no for sentence in own] == list(range(1, len(own) + 1))
        assert all(a.char_end <= b.char_start for a, b in pairwise(own))


@given(st.lists(st.one_of(st.sampled_from(PAGE_LINES), WILD), max_size=30).map("\n".join))
@settings(max_examples=200, deadline=None)
def test_lines_are_those_that_splitting_at_line_feeds_gives(text: str) -> None:
    rows = text.split("\n")
    lines = read_lines(text)
    assert [(line.no, line.text) for line in lines] == [
        (n, row.strip()) for n, row in enumerate(rows, 1) if row.strip()
    ]
    assert all(text[line.text_start : line.text_end] == line.text for line in lines)
    assert [line.gap for line in lines] == [b - a - 1 for a, b in pairwise([0, *(line.no for line in lines)])]
