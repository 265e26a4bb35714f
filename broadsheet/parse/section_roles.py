"""What a line says about where the comments are: it announces them, belongs to their form, or stands below them."""

import re
from enum import IntEnum, auto
from functools import partial

from broadsheet.parse.lexicon import entries, pattern, words
from broadsheet.parse.lexicon.first_letters import first_letters_of

_compile = partial(re.compile, flags=re.IGNORECASE)


class SectionRole(IntEnum):
    """What a line says about where the comments are."""

    NONE = auto()
    HEADER = auto()  # announces comments
    WIDGET = auto()  # the lines of a comment system: "Notify of", "Sort by newest"
    FORM = auto()  # invites to write one: above the comments on some sites, below them on others
    FOOTER = auto()  # what stands below them: closed forms, links to other pages, the page's footer


_COMMENTS = pattern("comments.names")
HEADER = _compile(
    rf"(?:(?:\d[\d.,]{{0,7}}|{pattern('comments.numbers')})\s(?:{pattern('comments.readers')}\s)?"
    rf"(?:{_COMMENTS}|{pattern('comments.counted')})"
    rf"(?:\s?(?:{pattern('comments.on')}|…|\.\.\.|\|)(?=[\s“\"„«]|read|$).*)?"
    rf"|(?:{pattern('comments.before')}\s){{0,2}}{_COMMENTS}\s?(?:[(\[]?\d{{1,6}}[)\]]?)?"
    rf"(?:\s?{pattern('comments.on_title')}\s[“\"„«].*)?"
    rf"|{pattern('comments.headers')})"
)
WIDGET = _compile(pattern("widget.patterns"))
FORM = _compile(pattern("form.patterns"))
FOOTER = _compile(pattern("footer.patterns"))
ROLE_PATTERNS = tuple(
    (role_pattern, first_letters_of(role_pattern.pattern), role)
    for role_pattern, role in (
        (WIDGET, SectionRole.WIDGET),
        (HEADER, SectionRole.HEADER),
        (FORM, SectionRole.FORM),
        (FOOTER, SectionRole.FOOTER),
    )
)
ABOVE_COMMENTS = _compile(pattern("widget.above_comments"))
"""Widget lines below which comments follow at once."""
POLICY = _compile(pattern("comments.policies"))
"""Wording of the rules that some sites print where comments would stand."""
LOGIN = _compile(rf"(?:please\s)?(?:you\smust\s)?{pattern('form.login')}")
"""Beginnings of a form line that may be a button below every comment."""
SORT_WORDS = words("widget.sort_words")
SORT_ALONE = words("widget.sort_alone")
"""Sorting labels that stand for one even alone."""

_FOOTER_LINES, _HEADER_LINES, _WIDGET_LINES = map(words, ("footer.lines", "comments.header_lines", "widget.lines"))
_FOOTER_STARTS, _COUNTED_HEADERS, _FORM_STARTS = map(
    entries, ("footer.starts", "comments.counted_headers", "form.starts")
)
_TALLY = re.compile(r"\s?[(\[]?\d{1,5}[)\]]?$")
LINE_EDGES = " {}[]()*«»<>→←↓↑|:•–—-#"
"""Signs around the wording of a line."""


def section_role(body: str, line_words: list[str], letters: str) -> SectionRole:
    """Find out what a line says about the place of the comments.

    Args:
        body: the line without its list marker.
        line_words: its words, case folded.
        letters: its `first_letters`.
    """
    core = body.strip(LINE_EDGES)
    if not core:
        return SectionRole.NONE
    for role_pattern, known_letters, role in ROLE_PATTERNS:
        if (not letters or letters in known_letters) and (
            role_pattern.fullmatch(core) or (role is SectionRole.FOOTER and role_pattern.fullmatch(body))
        ):
            return role
    if (
        line_words
        and line_words[0] in SORT_WORDS
        and all(word in (SORT_WORDS if len(line_words) > 1 else SORT_ALONE) for word in line_words)
    ):
        return SectionRole.WIDGET
    return _role_of_plain_line(fold_case(core))


def _role_of_plain_line(core: str) -> SectionRole:
    """Find out the role of a line that is listed as it is, or by its beginning."""
    if core in _FOOTER_LINES or core.startswith(_FOOTER_STARTS):
        return SectionRole.FOOTER
    if (core if core[-1].isalpha() else _TALLY.sub("", core)) in _HEADER_LINES or (
        core[0].isdigit() and core.lstrip("0123456789., ").startswith(_COUNTED_HEADERS)
    ):
        return SectionRole.HEADER
    if core in _WIDGET_LINES:
        return SectionRole.WIDGET
    return SectionRole.FORM if core.startswith(_FORM_STARTS) else SectionRole.NONE


def fold_case(text: str) -> str:
    """Fold the case of a text as far as patterns that ignore it do: they take the Turkish letters for an i."""
    return text.replace("İ", "i").replace("ı", "i").casefold()
