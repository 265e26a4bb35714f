"""From the line model's probabilities to a comment section: which starts hold together, and who wrote each comment."""

from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from broadsheet.parse.classified_page import ClassifiedPage
from broadsheet.parse.comment_authors import author_names
from broadsheet.parse.comment_detection import find_comments, first_line_below_form
from broadsheet.parse.comment_section import CommentSection, CommentStart, comment_ranges
from broadsheet.parse.comment_template import apply_page_template
from broadsheet.parse.confidence import calibrated, log_odds, page_evidence
from broadsheet.parse.line_features import SIGNATURES, PageFeatures, page_features
from broadsheet.parse.line_model import LINE_KINDS, LineLabels, label_lines
from broadsheet.parse.parsed_page import Kind

START, SUREST_START, WEAK_START = 0.4, 0.6, 0.2
"""Least probability of a start; of the surest one on a page, below which the page has no comments; and of a start whose
line has the template that most of the page's starts have: a template once found is held to."""
MIN_CUED, BARE_ODDS = 1 / 3, 1.0
"""Share of the comments with a line of author or metadata, below which their paragraphs could be the article's; and
mean log odds of their starts from which they are comments all the same."""
FEW, FEW_ODDS = 4, 2.5
"""So few comments need to be surer than others where the rules see none at all, and the mean log odds they need."""
TEMPLATES = (SIGNATURES.index("template"), SIGNATURES.index("shape"))
MIN_SHARING = 0.6
"""Share of a page's starts, at least three, that make a template."""
MIN_TEXT = 0.3
"""Lines of text, in the sum of their probabilities, that stand between two starts."""
AGREED, UNSURE, IMPLAUSIBLE = 0.9, 2.0, -1.0
"""F1 of the starts of rules and model from which the rules' section is kept, its names are read by patterns; below it,
mean log odds up to which the model is unsure of the lines on which they differ, and of the rules' starts, below which
they are not believed."""
_AUTHOR, _META, _TEXT = map(LINE_KINDS.index, (Kind.COMMENT_AUTHOR, Kind.COMMENT_META, Kind.COMMENT_TEXT))


@dataclass(frozen=True, slots=True)
class LocatedSection:
    """What was found of a page's comments.

    Attributes:
        section: None where there are no comments. Each start's confidence is the probability that one starts there.
        p_right: probability that it starts comments where the page does, and nowhere else; a page that counts comments
            and shows none is not right.
    """

    section: CommentSection | None
    p_right: float


def locate_comments(page: ClassifiedPage) -> LocatedSection:
    """Find a page's comment section, and say how sure that is.

    Args:
        page: the page's lines, read one by one.
    """
    if not page.lines:
        return LocatedSection(None, 1.0)
    section, labels, agreement = choose_section(page)
    if section is not None:
        for start in section.starts:
            start.confidence = calibrated("start", log_odds(labels.p_start[start.index : start.index + 1]))
    return LocatedSection(section, calibrated("page", page_evidence(page, labels, section, agreement)))


def choose_section(page: ClassifiedPage) -> tuple[CommentSection | None, LineLabels, float]:
    """Find the comment section: as the rules split it where the line model agrees or is unsure, else as the model does.

    Args:
        page: at least one line.

    Returns:
        The section, None where the page has no comments; what the model says of the lines; and how well the two
        agree, 1 where a form settles it.
    """
    rules = find_comments(page)
    features = page_features(page, rules)
    labels = label_lines(features)
    learned = decode(page, features, labels)
    for section in (rules, learned):
        if section is not None:
            apply_page_template(page, section, labels.p_start)
    if rules is None and _is_doubtful(learned, labels):
        learned = None
    if _is_below_form(page, rules):
        return rules, labels, 1.0
    agreement = start_agreement(learned, rules)
    if rules is not None and learned is not None and agreement >= AGREED:
        _fill_names(rules, learned)
    return (rules if agreement >= AGREED or _is_unsure(labels, learned, rules) else learned), labels, agreement


def _fill_names(rules: CommentSection, learned: CommentSection) -> None:
    """Name the comments that the rules found no name for, where the model sees it above the text."""
    named = {start.index: start for start in learned.starts if start.name is not None}
    for start, stop in comment_ranges(rules):
        found = named.get(start.index)
        if start.name is not None or found is None:
            continue
        head = list(takewhile(learned.kinds.__contains__, range(start.index, stop)))
        if any(learned.kinds[index] is Kind.COMMENT_AUTHOR for index in head):
            start.name, start.cue, start.strip_bullet = found.name, found.cue, found.strip_bullet
            rules.kinds.update({index: learned.kinds[index] for index in head})


def start_agreement(one: CommentSection | None, other: CommentSection | None) -> float:
    """F1 of the starts of two sections, in [0, 1]; 1 where neither is there."""
    mine, theirs = ({start.index for start in section.starts} if section else set() for section in (one, other))
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine or theirs else 1.0


def _is_doubtful(learned: CommentSection | None, labels: LineLabels) -> bool:
    """Recognise a few comments that the rules see nothing of, and the model none too surely."""
    if learned is None or len(learned.starts) > FEW:
        return False
    return float(log_odds(labels.p_start[[start.index for start in learned.starts]]).mean()) < FEW_ODDS


def _is_below_form(page: ClassifiedPage, rules: CommentSection | None) -> bool:
    """Recognise a list, or names and gaps below a form: white space and markers that the model sees little of."""
    if rules is None:
        return False
    return rules.layout == "list" or (rules.layout == "names_and_gaps" and first_line_below_form(page) is not None)


def _is_unsure(labels: LineLabels, learned: CommentSection | None, rules: CommentSection | None) -> bool:
    """Tell whether the model leaves open which of two sections is right."""
    mine, theirs = ({start.index for start in section.starts} if section else set() for section in (learned, rules))
    if not theirs:
        return False
    odds = log_odds(labels.p_start)
    differing = float(np.abs(odds[sorted(mine ^ theirs)]).mean())
    return differing < UNSURE and float(odds[sorted(theirs)].mean()) > IMPLAUSIBLE


def decode(page: ClassifiedPage, features: PageFeatures, labels: LineLabels) -> CommentSection | None:
    """Build the comment section from the starts that the line model sees.

    Args:
        page: the page, at least one line.
        features: of its lines.
        labels: of its lines.

    Returns:
        The section; None where no start is sure enough.
    """
    kinds = labels.kinds.argmax(1)
    starts = starts_of(features, labels)
    if not starts:
        return None
    inside = np.flatnonzero(kinds)
    end = int(inside[inside >= starts[-1]].max(initial=starts[-1])) + 1
    section = CommentSection("line_model", starts[0], end)
    for index in range(section.first, end):
        if kinds[index] != _TEXT:
            section.kinds[index] = LINE_KINDS[kinds[index]] or Kind.OTHER
    for begin in starts:
        if section.kinds.get(begin) is Kind.OTHER:
            del section.kinds[begin]
    authors = [index for index, kind in section.kinds.items() if kind is Kind.COMMENT_AUTHOR]
    names = author_names(page, authors)
    for begin, stop in zip(starts, [*starts[1:], end], strict=True):
        named = next((index for index in authors if begin <= index < stop and names[index]), None)
        cue, bullet = _cue(page, section, begin, is_named=named is not None)
        name = None if named is None else names[named]
        section.starts.append(CommentStart(begin, name, cue, float(labels.p_start[begin]), bullet))
    return section


def starts_of(features: PageFeatures, labels: LineLabels) -> list[int]:
    """List the lines where comments start, in page order; two need a text between them, the surer one is kept.

    Args:
        features: of a page's lines.
        labels: of the same lines.
    """
    if labels.p_start.max(initial=0) <= SUREST_START:
        return []
    starts: list[int] = []
    above = np.concatenate(([0.0], np.cumsum(labels.kinds[:, _TEXT], dtype=float)))
    for index in _likely(features, labels):
        if starts and above[index] - above[starts[-1]] < MIN_TEXT:
            if labels.p_start[index] > labels.p_start[starts[-1]]:
                starts[-1] = index
            continue
        starts.append(index)
    return starts if _are_told(labels, starts) else []


def _are_told(labels: LineLabels, starts: list[int]) -> bool:
    """Distinguish comments from paragraphs of an article that sounds like a reader."""
    is_cue = np.isin(labels.kinds.argmax(1), (_AUTHOR, _META))
    cued = int(np.logical_or.reduceat(is_cue, starts).sum())
    return cued >= MIN_CUED * len(starts) or float(log_odds(labels.p_start[starts]).mean()) >= BARE_ODDS


def _likely(features: PageFeatures, labels: LineLabels) -> list[int]:
    """List the lines that are likely starts: by themselves, or as others of the template that most of those have."""
    likely = np.flatnonzero(labels.p_start > START)
    found = set(likely.tolist())
    for column in TEMPLATES if len(likely) > 2 else ():
        groups, counts = np.unique(features.groups[likely, column], return_counts=True)
        if counts.max() >= MIN_SHARING * len(likely):
            agreement = features.groups[:, column] == groups[counts.argmax()]
            below = np.arange(len(agreement)) > likely[0]
            found.update(np.flatnonzero(agreement & below & (labels.p_start > WEAK_START)).tolist())
    return sorted(found)


def _cue(page: ClassifiedPage, section: CommentSection, begin: int, *, is_named: bool) -> tuple[str, int | None]:
    """Say what marks a comment's start, the first that is there of name, list marker, date; and which is the marker."""
    bullet = begin if page.classified[begin].bullet and begin not in section.kinds else None
    if is_named:
        return "author_line", bullet
    return ("list_bullet" if bullet is not None else "meta_line" if begin in section.kinds else "none"), bullet
