"""Commenters are taken out of pages, and nothing else is."""

from pathlib import Path

import pytest

from broadsheet.parse import parse_page
from broadsheet.privacy.identifying_text import IdentifyingText, ngrams_of
from broadsheet.privacy.masking import MASK, Names
from broadsheet.privacy.redaction import redact

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([*(ROOT / "data" / "sample").rglob("*.txt"), *(ROOT / "tests" / "generated").glob("*.txt")])
MIN_KEPT, MIN_ARTICLES = 0.96, 0.98
"""Shares of the others' comments, name and text, and of the articles, title and body, that read as before. Not all: the
parser learns a page's template from the lines that are there, and takes a few for another thing when some are gone."""


def _texts() -> list[tuple[str, str]]:
    found = []
    for path in PAGES:
        try:
            found.append((path.name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_without_one_commenter_all_others_read_as_before() -> None:
    comments: list[bool] = []
    articles: list[bool] = []
    for _, text in _texts():
        before = parse_page(text)
        for author in sorted({comment.author_name for comment in before.comments if comment.author_name}):
            page = parse_page(redact(text, author.__eq__))
            names = Names([author])
            kept = [(each.author_name, names.mask(each.text)) for each in before.comments if each.author_name != author]
            found = [(each.author_name, each.text) for each in page.comments]
            writers = {who for who, _ in found}
            assert author not in writers
            comments += [each in found or (MASK in each[1] and each[0] in writers) for each in kept]
            articles.append((page.title, page.body_text) == (before.title, before.body_text))
    assert len(comments) > 1000
    assert sum(comments) >= MIN_KEPT * len(comments), sum(comments) / len(comments)
    assert sum(articles) >= MIN_ARTICLES * len(articles), sum(articles) / len(articles)


PAGE = """A bridge is closed

The bridge at the mill is closed for a year. The council said on Monday that the piers have to be rebuilt from the bed.

The mayor called it a nuisance. Lorries will have to take the long way round by the station until next winter.

Comments

Ann Marlow says:
March 3, 2026 at 10:00
I cross it every morning with a wheelbarrow full of turnips.

Bob says:
March 3, 2026 at 11:00
> I cross it every morning with a wheelbarrow full of turnips.
@Ann you could swim. ANN MARLOW is always late.

Cid says:
March 3, 2026 at 12:00
I agree with Bob, the annual marlow fair will suffer.
"""


def test_names_and_quotes_of_theirs_are_blacked_out_in_what_others_wrote() -> None:
    text = redact(PAGE, "Ann Marlow".__eq__)
    assert [each.author_name for each in parse_page(text).comments] == ["Bob", "Cid"]
    assert not any(gone in text for gone in ("Ann", "ANN", "turnips"))
    assert "you could swim" in text
    assert "I agree with Bob, the annual marlow fair will suffer." in text
    assert text.startswith(PAGE[: PAGE.index("Ann")])


def test_a_page_without_them_is_the_very_same() -> None:
    assert redact(PAGE, "Nobody".__eq__) is PAGE


REPLIES = (
    PAGE
    + """
Dee says:
March 3, 2026 at 13:00
@Ann Marlow: "I cross it, every morning - with a wheelbarrow full of turnips." Marlow is wrong, and ANN MARLOW knows it.

Eve Marlowe says:
March 3, 2026 at 14:00
\uff2darlow again! The council said on Monday that the piers have to be rebuilt from the bed, as Bob told us.
"""
)


def test_a_reply_keeps_neither_the_sentence_nor_the_parts_of_the_name() -> None:
    text = redact(REPLIES, "Ann Marlow".__eq__)
    assert [each.author_name for each in parse_page(text).comments] == ["Bob", "Cid", "Dee", "Eve Marlowe"]
    lowered = text.casefold()
    assert not any(
        gone in lowered for gone in ("ann marlow", "wheelbarrow", "every morning", "marlow is", "\uff4darlow")
    )
    assert "is wrong, and" in text
    assert "as Bob told us." in text
    assert "the annual marlow fair" in text, "a part of a name in small letters is a word"
    assert text.count("The council said on Monday that the piers") == 2, "words of the article are not theirs"


def test_words_that_others_wrote_first_stay_theirs() -> None:
    page = PAGE.replace("I agree with Bob, the annual", "I for one shall swim across the river, the annual")
    page += "\nAnn Marlow says:\nMarch 3, 2026 at 15:00\nCid, I for one shall swim across the river too.\n"
    text = redact(page, "Ann Marlow".__eq__)
    assert "I for one shall swim across the river, the annual" in text
    assert "too." not in text


MERGED = """A bridge is closed

The bridge at the mill is closed for a year. The council said on Monday that the piers have to be rebuilt from the bed.

The mayor called it a nuisance. Lorries will have to take the long way round by the station until next winter.

Comments

Bob says:
March 3, 2026 at 11:00
I for one shall swim.
Ann Marlow
11:30
I cross it every morning with a wheelbarrow full of turnips.
Fay Underhill
11:45
Poor Marlow! I have a boat.

Cid says:
March 3, 2026 at 12:00
I agree with Bob.
"""


def test_a_comment_that_the_parser_took_for_a_part_of_the_one_before_goes_too() -> None:
    assert "Ann Marlow" not in {each.author_name for each in parse_page(MERGED).comments}
    text = redact(MERGED, "Ann Marlow".__eq__)
    assert "turnips" not in text
    assert "Marlow" not in text
    assert all(kept in text for kept in ("I for one shall swim.", "I have a boat.", "I agree with Bob.", "11:45"))
    assert redact(MERGED, "Annie".__eq__) is MERGED


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ANN  MARLOW!", ["name"]),
        ("\uff21\uff4e\uff4e \uff2darl\uff4fw", ["name"]),
        ("I cross\nit \u2013 every MORNING, with a wheelbarrow", ["text"]),
        ("cross it every morning with", []),
        ("Ann, Marlow", []),
    ],
)
def test_names_and_runs_of_six_words_are_found_in_any_form(text: str, told: list[str]) -> None:
    identifying = IdentifyingText(
        frozenset({"Ann Marlow"}), frozenset(ngrams_of("I cross it every morning, with a wheelbarrow."))
    )
    assert identifying.kinds_in(text) == told
    assert bool(identifying.found(text)) == bool(told)
