"""Names are found in texts and paths and masked, whatever their length, all else in its place; ids are keyed."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.parse import Kind, parse_page
from broadsheet.privacy.masking import MASK, Names, keyed_id, keyed_sha256, mask_page, mask_path, masked

FOUND = {
    "a name": ("Ann Lee", "I am with Ann Lee here", "I am with █████ here"),
    "in another case": ("Ann Lee", "ANN LEE! ann lee?", "█████! █████?"),
    "over a line's end": ("Ann Lee", "says Ann \n  Lee now", "says █████\n now"),
    "with its owner's mark": ("Ann Lee", "Ann Lee's point", "█████'s point"),
    "with punctuation at its end": ("J. R. Lee Jr.", "as J.  R. Lee Jr, said", "as █████, said"),
    "with its own stop": ("m.k.", "as m.k. says, m.k, not m k", "as █████ says, █████, not m k"),
    "with its own brackets": ("(ann lee)", "said (Ann Lee) and Ann Lee", "said █████ and █████"),
    "in another composition": ("Ren\u00e9e", "ask Rene\u0301e", "ask █████"),
    "the longest first": ("Ann Lee\nAnn Lee Smith", "Ann Lee Smith and Ann Lee", "█████ and █████"),
    "a handle": ("solder_sam", "thanks @Solder_Sam.", "thanks @█████."),
    "a short word as printed": ("Will", "Will, I will. WILL!", "█████, I will. WILL!"),
    "a short word capitalised": ("will", "Will, you will", "█████, you █████"),
    "a short word that is called": ("Will", "@will you", "@█████ you"),
    "a word of a longer name that is called": ("Ann Lee", "@ann and Ann and @lee", "@█████ and Ann and @█████"),
    "two letters that are called": ("Jo", "Jo and @Jo", "Jo and @█████"),
    "a name that is taken apart": ("(ann lee)", "Lee Ann, Ann-Lee, Annlee", "Lee Ann, Ann-Lee, Annlee"),
    "a name within a word": ("Anton", "Antonia, anton_b, 5Anton", "Antonia, anton_b, 5Anton"),
    "a name without a letter": ("***", "*** and !", "*** and !"),
    "an empty name": ("", "nothing  here", "nothing  here"),
}


@pytest.mark.parametrize("case", FOUND)
def test_a_name_is_found(case: str) -> None:
    names, text, masked = FOUND[case]
    assert Names(names.split("\n")).mask(text) == masked


def test_outside_prose_every_name_counts() -> None:
    assert Names(["Jo", "Will"]).mask("in reply to jo, will", in_prose=False) == "in reply to █████, █████"


_TEXTS = st.text(alphabet="aAb ßé\n\t@_-.1\u0301", max_size=40)


@given(names=st.lists(_TEXTS, max_size=4), text=_TEXTS)
def test_a_masked_text_is_the_text_with_a_mask_for_each_range_and_keeps_its_lines(names: list[str], text: str) -> None:
    ranges = Names(names).found(text)
    after = masked(text, ranges)
    assert after.text == Names(names).mask(text)
    assert after.text.count("\n") == text.count("\n")
    outside = [at for at in range(len(text)) if not any(start <= at < end for start, end in ranges)]
    assert [text[at] for at in outside] == [after.text[after.at(at)] for at in outside]
    assert after.at(len(text)) == len(after.text)
    moved = [after.at(offset) for offset in range(len(text) + 1)]
    assert moved == sorted(moved)
    for start, end in ranges:
        assert after.text[after.at(start) :].startswith(MASK)
        assert {after.at(inside) for inside in range(start + 1, end + 1)} == {after.at(end)}
        assert [after.hides(at) for at in (start, end)] == [False, False]


@given(
    name=st.text(alphabet="abcdeéñß", min_size=6, max_size=12),
    before=st.sampled_from(["", "so, ", "\n", "@", "("]),
    after=st.sampled_from(["", " it is", "\n", "'s", "..."]),
)
def test_a_name_between_other_words_is_always_gone(name: str, before: str, after: str) -> None:
    assert Names([name]).mask(before + name + after) == before + MASK + after


@given(text=st.text(max_size=200))
def test_any_page_keeps_its_lines_and_one_that_is_not_parsed_shows_nothing(text: str) -> None:
    page = parse_page(text)
    spans = [(span.kind, span.char_start, span.char_end) for span in page.spans]
    names = Names(comment.author_name for comment in page.comments if comment.author_name)
    assert mask_page(text, spans, names).text.count("\n") == text.count("\n")
    unparsed = mask_page(text, [], names).text
    assert not set("".join(unparsed.split())) - set(MASK)
    assert [len(line.strip()) for line in unparsed.split("\n")] == [
        len(MASK) if line.strip() else 0 for line in text.split("\n")
    ]


def test_author_lines_are_blacked_out_whole_and_the_article_stays() -> None:
    parts = [
        (Kind.TITLE, "Ann Lee wins\n"),
        (Kind.BYLINE, "By Ann Lee\n"),
        (Kind.BODY, "Ann Lee won.\n"),
        (Kind.BLANK, "\n"),
        (Kind.COMMENT_AUTHOR, "  Ann Lee, Le 10 mai\r\n"),
        (Kind.COMMENT_META, "in reply to bo\n"),
        (Kind.COMMENT_TEXT, "It was me, Ann Lee.\n"),
        (Kind.BOILERPLATE, "Most read: ann lee\n"),
    ]
    spans, at = [], 0
    for kind, text in parts:
        spans.append((kind, at, at + len(text)))
        at += len(text)
    found = mask_page("".join(text for _, text in parts), spans, Names(["Ann Lee", "Bo"])).text
    assert found.split("\n") == [
        "Ann Lee wins",
        "By Ann Lee",
        "Ann Lee won.",
        "",
        "  █████\r",
        "in reply to █████",
        "It was me, █████.",
        "Most read: █████",
        "",
    ]


@pytest.mark.parametrize(
    ("path", "after"),
    [
        ("2026-11-09/zebulon-quixworth-letter.txt", "2026-11-09/█████-letter.txt"),
        ("by/Zebulon_Quixworth/1.txt", "by/█████/1.txt"),
        ("quixworth/weir.txt", "quixworth/weir.txt"),
        ("solder_sam.txt", "█████.txt"),
    ],
)
def test_a_name_in_a_path_is_masked(path: str, after: str) -> None:
    assert mask_path(path, ["Zebulon Quixworth", "solder_sam", "J"]) == after


def test_keyed_ids_begin_as_their_pages_do_and_tell_nothing_without_the_key() -> None:
    sha256 = hashlib.sha256(b"page").hexdigest()
    page_id = keyed_id(sha256[:32], b"key")
    assert keyed_id(f"{sha256[:32]}-12", b"key") == f"{page_id}-12"
    assert (len(keyed_sha256(sha256, b"key")), keyed_sha256(sha256, b"key")[:32]) == (64, page_id)
    assert page_id not in {sha256[:32], keyed_id(sha256[:32], b"another")}
