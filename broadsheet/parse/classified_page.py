"""A page as the detectors see it: its lines, and what each is by its own wording."""

from collections import Counter
from dataclasses import dataclass, field, replace

from broadsheet.parse.line_classifier import ClassifiedLine, LineType, classify_line
from broadsheet.parse.lines import Line, read_lines
from broadsheet.parse.section_roles import LOGIN, SectionRole

LONG_CHARS = 80
"""A line this long is prose; the article has at least one."""
WRAP_CHARS = 100
"""A page without any line as long as this has been wrapped: converters do so at 72 to 80 characters."""
WRAPPED_LONG_CHARS = 55


@dataclass(slots=True)
class ClassifiedPage:
    """The lines of a page and what each is by its own wording.

    Attributes:
        lines: those that are not blank.
        classified: one for each line.
        line_types: of the lines, in a list of their own: every detector runs over them.
        flat: whether the page has no blank line at all, as some converters write; each line is a paragraph then.
        prose_chars: a line this long is prose; less on pages that a converter has wrapped.
        first_prose: index of the first line of prose; the number of lines where there is none.
    """

    lines: list[Line]
    classified: list[ClassifiedLine]
    line_types: list[LineType] = field(init=False)
    flat: bool = field(init=False)
    prose_chars: int = field(init=False)
    first_prose: int = field(init=False)

    def __post_init__(self) -> None:
        for line, classified in zip(self.lines, self.classified, strict=True):
            if not classified.bullet:
                line.text = classified.body  # equal lines share a classification, and now a string
        self._unmask()
        self.line_types = [classified.line_type for classified in self.classified]
        self.flat = not any(line.gap for line in self.lines[1:])
        self.prose_chars = LONG_CHARS if any(len(line.text) > WRAP_CHARS for line in self.lines) else WRAPPED_LONG_CHARS
        long = (i for i, line in enumerate(self.lines) if len(line.text) >= self.prose_chars)
        self.first_prose = next(long, len(self.lines))

    def _unmask(self) -> None:
        """Read "Log in to reply" and the like as a button where it stands below every comment."""
        forms = Counter(classified.body for classified in self.classified if classified.role is SectionRole.FORM)
        often = {body for body, count in forms.items() if count > 2 and LOGIN.match(body)}
        for index, classified in enumerate(self.classified):
            if often and classified.role is SectionRole.FORM and classified.body in often:
                self.classified[index] = replace(classified, line_type=LineType.BUTTONS, role=SectionRole.NONE)

    def line_type(self, index: int) -> LineType:
        """Name what a line is by its own wording."""
        return self.line_types[index]

    def gap(self, index: int) -> int:
        """Count the blank lines before a line; one before each where the whole page has none."""
        return 1 if self.flat else self.lines[index].gap

    def gap_after(self, index: int) -> int:
        """Count the blank lines after a line; 99 at the end of the page."""
        return self.gap(index + 1) if index + 1 < len(self.lines) else 99


def classify_page(text: str) -> ClassifiedPage:
    """Cut a page into lines and classify each by itself.

    Args:
        text: of the page, any string at all.
    """
    lines = read_lines(text)
    return ClassifiedPage(lines, [classify_line(line.text) for line in lines])


def bullet_class(classified: ClassifiedLine) -> str:
    """Name the sort of a list marker: "" for none, "1" for numbers, else the sign itself."""
    return "1" if classified.bullet[:1].isdigit() else classified.bullet
