"""From a page's text to a `ParsedPage`: reads lines, finds comments, labels the rest, tiles, splits."""

from collections.abc import Iterator, Sequence

from broadsheet.parse.article import Article, read_article
from broadsheet.parse.classified_page import ClassifiedPage, classify_page
from broadsheet.parse.comment_metadata import read_metadata
from broadsheet.parse.comment_section import CommentSection, CommentStart, comment_ranges
from broadsheet.parse.comment_segmentation import locate_comments
from broadsheet.parse.language import find_language
from broadsheet.parse.parsed_page import Comment, Kind, ParsedPage, Sentence, Span
from broadsheet.parse.replies import with_replies
from broadsheet.parse.sentences import split_sentences

WRAPPED_CHARS = 55
"""A line this long that ends without a stop was cut by hand or by a mail program: the sentence goes on below."""


def parse_page(text: str) -> ParsedPage:
    r"""Take a page apart: article, comments, sentences, and a kind for every character.

    Args:
        text: the page's text, any string at all; only "\n" ends a line.

    Returns:
        The parsed page. Its spans tile the text; nothing is raised, whatever the text holds. Linear in its length.
    """
    page = classify_page(text)
    located = locate_comments(page)
    section = located.section
    article = read_article(page, section)
    kinds, numbers = _labels(article, section)
    body = [i for i, kind in enumerate(kinds) if kind is Kind.BODY]
    body_text = _join(page, body, frozenset())
    sentences = tuple(_sentences(page, section, body, text))
    comments = tuple(_comments(page, section, sentences, text)) if section else ()
    return ParsedPage(
        title=article.title,
        byline=article.byline,
        published_date=article.published,
        language=find_language(body_text or " ".join(comment.text for comment in comments[:20])),
        layout=section.layout if section else "none",
        body_text=body_text,
        confidence=round(located.p_right, 3),
        spans=tuple(_spans(page, kinds, numbers, text)),
        comments=comments,
        sentences=sentences,
    )


def _labels(article: Article, section: CommentSection | None) -> tuple[list[Kind], list[int | None]]:
    """Give each line that is not blank its kind and the number of the comment that it belongs to."""
    kinds = [kind or Kind.OTHER for kind in article.kinds]
    numbers: list[int | None] = [None] * len(kinds)
    if section:
        for number, (start, stop) in enumerate(comment_ranges(section), start=1):
            kinds[start.index : stop] = [Kind.COMMENT_TEXT] * (stop - start.index)
            numbers[start.index : stop] = [number] * (stop - start.index)
        for index, kind in section.kinds.items():
            if numbers[index] is not None:
                kinds[index] = kind
                if kind is Kind.OTHER:  # an advertisement between two comments
                    numbers[index] = None
    return kinds, numbers


def _spans(page: ClassifiedPage, kinds: list[Kind], numbers: list[int | None], text: str) -> Iterator[Span]:
    """Tile the text: runs of lines of one kind, and the blank lines between them."""
    at, line_no = 0, 1
    run: Kind | None = None
    run_number: int | None = None
    run_start = run_line = 0
    for line, kind, number in zip(page.lines, kinds, numbers, strict=True):
        if run is not None and (line.gap or kind is not run or number != run_number):
            yield Span(run, run_number, run_line, line_no - 1, run_start, at)
            run = None
        if line.gap:
            yield Span(Kind.BLANK, None, line_no, line.no - 1, at, line.start)
        if run is None:
            run, run_number, run_start, run_line = kind, number, line.start, line.no
        at, line_no = line.end, line.no + 1
    if run is not None:
        yield Span(run, run_number, run_line, line_no - 1, run_start, at)
    if at < len(text):
        yield Span(Kind.BLANK, None, line_no, line_no + text.count("\n", at) - text.endswith("\n"), at, len(text))


def _join(page: ClassifiedPage, indices: list[int], strip_bullets: frozenset[int]) -> str:
    """Join lines as paragraphs: one blank line where at least one stood, a line feed elsewhere."""
    parts: list[str] = []
    for position, index in enumerate(indices):
        if position:
            parts.append("\n" if page.gap(index) == 0 and indices[position - 1] == index - 1 else "\n\n")
        parts.append(page.classified[index].body if index in strip_bullets else page.lines[index].text)
    return "".join(parts)


def _text_lines(section: CommentSection, start: CommentStart, stop: int) -> list[int]:
    """List the lines of a comment that hold its text."""
    return [i for i in range(start.index, stop) if i not in section.kinds]


def _comments(
    page: ClassifiedPage, section: CommentSection, sentences: Sequence[Sentence], text: str
) -> Iterator[Comment]:
    """Build the comments."""
    comments: list[Comment] = []
    answered: dict[int, str] = {}
    for number, (start, stop) in enumerate(comment_ranges(section), start=1):
        indices = _text_lines(section, start, stop)
        bullets = frozenset() if start.strip_bullet is None else frozenset({start.strip_bullet})
        meta = read_metadata(page, [i for i in range(start.index, stop) if i in section.kinds])
        if meta.answers:
            answered[number] = meta.answers
        comments.append(
            Comment(
                comment_no=number,
                author_name=start.name,
                text=_join(page, indices, bullets),
                char_start=page.lines[start.index].start,
                char_end=min(page.lines[stop - 1].end, len(text)),
                start_cue=start.cue,
                confidence=round(start.confidence, 3),
                posted_date=meta.posted_date,
                vote_count=meta.vote_count,
            )
        )
    return with_replies(comments, sentences, answered, text)


def _sentences(page: ClassifiedPage, section: CommentSection | None, body: list[int], text: str) -> list[Sentence]:
    """Split the body and each comment into sentences."""
    sentences = _numbered(page, body, None, text, frozenset())
    if section:
        for number, (start, stop) in enumerate(comment_ranges(section), start=1):
            bullets = frozenset() if start.strip_bullet is None else frozenset({start.strip_bullet})
            sentences += _numbered(page, _text_lines(section, start, stop), number, text, bullets)
    return sentences


def _numbered(
    page: ClassifiedPage, indices: list[int], comment_no: int | None, text: str, bullets: frozenset[int]
) -> list[Sentence]:
    """Number the sentences of some lines; a sentence may run over line ends inside a paragraph."""
    reaches = (reach for begin, stop in _blocks(page, indices, bullets) for reach in split_sentences(text, begin, stop))
    return [
        Sentence(comment_no, number, start, end, _folded(text[start:end]))
        for number, (start, end) in enumerate(reaches, start=1)
    ]


def _folded(sentence: str) -> str:
    """Fold the white space of a sentence; all of it but the space counts as not printable."""
    return sentence if sentence.isprintable() and "  " not in sentence else " ".join(sentence.split())


def _blocks(page: ClassifiedPage, indices: list[int], bullets: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield ranges of text that no sentence crosses: paragraphs, cut further at line ends unless a line runs on."""
    begin: int | None = None
    for position, index in enumerate(indices):
        line = page.lines[index]
        if begin is None:
            begin = line.text_end - len(page.classified[index].body) if index in bullets else line.text_start
        following = indices[position + 1] if position + 1 < len(indices) else None
        if following != index + 1 or not _runs_on(page, index):
            yield begin, line.text_end
            begin = None


def _runs_on(page: ClassifiedPage, index: int) -> bool:
    """Tell whether a sentence runs on into the next line."""
    line, below = page.lines[index], page.lines[index + 1]
    if below.gap or page.classified[index + 1].bullet:
        return False
    return below.text[0].islower() or (len(line.text) >= WRAPPED_CHARS and line.text[-1] not in '.!?…:;”"»)')
