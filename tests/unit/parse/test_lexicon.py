"""The lexicon: each file holds what keys.toml names, and says what its language lacks; first letters lose no line."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.parse import boilerplate, lexicon, line_classifier, section_roles
from broadsheet.parse.lexicon.first_letters import first_letters, first_letters_of

KEYS = {f"{table}.{key}": told for table, keys in lexicon.read("keys").items() for key, told in keys.items()}
CORE = [key for key, told in KEYS.items() if told.get("core")]
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FAST_PATTERNS = {
    **{role.name: (pattern, letters) for pattern, letters, role in section_roles.ROLE_PATTERNS},
    **{kind.name: (pattern, letters) for pattern, letters, kind in line_classifier.TYPE_PATTERNS},
    "SUBJECT": (line_classifier.SUBJECT, line_classifier.SUBJECT_LETTERS),
}


def held(name: str) -> dict[str, str | list[str]]:
    """Give what a file holds under each key."""
    tables = {table: keys for table, keys in lexicon.read(name).items() if isinstance(keys, dict)}
    return {f"{table}.{key}": value for table, keys in tables.items() for key, value in keys.items()}


@pytest.mark.parametrize("language", lexicon.languages())
def test_a_language_has_the_core_of_the_lexicon_or_says_what_it_lacks(language: str) -> None:
    known = held(language)
    lacking = [f"{key} ({KEYS[key]['is']})" for key in CORE if key not in known]
    admitted = [f"{key} ({KEYS[key]['is']})" for key in lexicon.read(language).get("lacks", ())]
    assert lacking == admitted, f"{language}.toml: write what it lacks, or list it under `lacks`"


@pytest.mark.parametrize("name", [*lexicon.languages(), "systems"])
def test_a_file_holds_known_keys_in_their_form(name: str) -> None:
    for key, value in held(name).items():
        assert key in KEYS, f"{name}.toml: keys.toml has no {key}"
        form = KEYS[key]["form"]
        assert isinstance(value, str) == (form == "words"), f"{name}.toml: {key} holds {form}"
        entries = value.split() if isinstance(value, str) else value
        assert len(entries) == len(set(entries)), f"{name}.toml: {key} repeats itself"
        for entry in entries:
            if form == "patterns":
                re.compile(lexicon.as_pattern(entry), re.IGNORECASE)
            else:
                assert entry == entry.casefold(), f"{name}.toml: {entry!r} of {key} is compared in small letters"


def test_every_key_is_read() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(lexicon.FOLDER.parent).glob("*.py"))
    assert [key for key in KEYS if f'"{key}"' not in code and f"'{key}'" not in code] == []


def test_a_language_is_added_by_adding_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(lexicon.FOLDER, tmp_path / "lexicon")
    (folder / "tlh.toml").write_text(
        'name = "no code of two letters"\n[comments]\nnames = ["nope"]\n', encoding="utf-8"
    )
    (folder / "is.toml").write_text('name = "íslenska"\n[comments]\nnames = ["ummæli"]\n', encoding="utf-8")
    monkeypatch.setattr(lexicon, "FOLDER", folder)
    lexicon.merged.cache_clear()
    try:
        assert "is" in lexicon.languages()
        assert re.fullmatch(lexicon.pattern("comments.names"), "UMMÆLI", re.IGNORECASE)
        assert not re.fullmatch(lexicon.pattern("comments.names"), "nope")
        assert lexicon.entries("comments.names")[0] == "comments?", "English first"
    finally:
        lexicon.merged.cache_clear()


@pytest.mark.parametrize(
    ("pattern", "letters"),
    [
        (r"(?:leave|post)\sa\sreply", {"lea", "pos"}),
        (r"e-?mail", {"e", "ema"}),
        (r"s['\u2019]abonner|möchte", {"s"}),
        (r"(?:(?:a|an)\s)?new", {"a", "an", "new"}),
        (r"\d+\smore|\W*(?:no|\d)", {"no"}),
        (r"ab{1,2}c?", {"ab", "abb", "abc"}),
    ],
)
def test_first_letters_are_computed_from_a_pattern(pattern: str, letters: set[str]) -> None:
    assert first_letters_of(pattern) == letters


def test_a_pattern_that_may_begin_with_anything_has_no_first_letters() -> None:
    with pytest.raises(ValueError, match="any letter"):
        first_letters_of(r"by\s.+|.{0,20}newsletter")


@given(st.data())
@SLOW
@pytest.mark.parametrize("name", FAST_PATTERNS)
def test_a_line_that_a_pattern_matches_has_its_first_letters(name: str, data: st.DataObject) -> None:
    pattern, letters = FAST_PATTERNS[name]
    assert first_letters(data.draw(st.from_regex(pattern, fullmatch=True))) in {"", *letters}


@given(st.from_regex(boilerplate.CAPTION, fullmatch=True), st.from_regex(boilerplate.BOILERPLATE, fullmatch=True))
@SLOW
def test_no_caption_and_no_boilerplate_is_lost_to_the_quick_look(caption: str, line: str) -> None:
    assert boilerplate.is_caption(caption)
    assert boilerplate.is_boilerplate(re.sub(r"\s", " ", line)), "last letters are looked up behind a plain space"


@pytest.mark.skipif(find_spec("babel") is None, reason="Babel is a development dependency")
def test_months_and_weekdays_are_those_of_the_cldr() -> None:
    from bench.write_months import render

    assert render() == (lexicon.FOLDER / "months.toml").read_text(encoding="utf-8")
