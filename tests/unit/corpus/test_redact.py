"""Commenters are taken out of pages, and nothing else is."""

from pathlib import Path

import pytest

from broadsheet.corpus.redact import redact
from broadsheet.parse import parse_page
from broadsheet.privacy import MASK, Names

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([*(ROOT / "data" / "sample").rglob("*.txt"), *(ROOT / "tests" / "generated").glob("*.txt")])
MISREAD = {("0026_drupal6.txt", "Ines"), ("lanternfall_keyboards.txt", "Solder_Sam")}
"""Where the first or the last comment goes, the parser takes a line above or below the list for another thing."""


def _texts() -> list[tuple[str, str]]:
    found = []
    for path in PAGES:
        try:
            found.append((path.name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize(("name", "text"), _texts(), ids=lambda value: value[:30] if value.endswith(".txt") else "")
def test_without_one_commenter_all_others_read_as_before(name: str, text: str) -> None:
    before = parse_page(text)
    for author in sorted({comment.author_name for comment in before.comments if comment.author_name}):
        page = parse_page(redact(text, author.__eq__))
        names = Names([author])
        kept = [(each.author_name, names.mask(each.text)) for each in before.comments if each.author_name != author]
        found = [(each.author_name, each.text) for each in page.comments]
        assert author not in {who for who, _ in found}
        assert (page.title, page.body_text) == (before.title, before.body_text)
        if (name, author) not in MISREAD:
            assert [who for who, _ in found] == [who for who, _ in kept]
            assert [text for _, text in found if MASK not in text] == [
                text for (_, text), (_, now) in zip(kept, found, strict=True) if MASK not in now
            ]


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
