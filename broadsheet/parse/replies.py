"""Whom a comment answers, and what it quotes first. Says nothing where the page leaves it open.

Three things tell of an answer: a meta line ("In reply to X"), a sentence quoted from an earlier comment, and a
commenter's name ("@X", or "X, ..." at the very start). The probabilities are set by hand: the labelled pages do not
say who answers whom.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import NamedTuple

from broadsheet.parse.parsed_page import Comment, ReplyCue, Sentence

EXPLICIT, QUOTED, ADDRESSED, CALLED, MENTIONED = 0.95, 0.9, 0.9, 0.75, 0.65
"""That the answer goes to the one earlier comment by that name, or with that sentence."""
MIN_PROBABILITY = 0.5
"""Less sure than this, it abstains."""
QUOTE_CHARS, QUOTE_WORDS = 25, 4
"""A shorter sentence ("I agree with you.") is said twice by chance; a shorter phrase in quotation marks is no quote."""
LONGEST_QUOTE = 2_000
NAME_WORDS = 4
_QUOTED_LINE = re.compile(r"\s*(?:>|&gt;)[^\n]*(?:\n|\Z)")
RECENT, RECENT_CHARS = 50, 1_000
"""Sentences further up in which a part is looked for; whole sentences are found however far up they are."""
_CLOSERS = {"“": "”", "„": "“", "«": "»", '"': '"', "»": "«", "‟": "”"}
_MARKS = "“”„«»\"'‘’>… "


class Reply(NamedTuple):
    """The comment that is answered, how probably, and what tells so."""

    comment_no: int
    probability: float
    cue: ReplyCue


@dataclass
class _Seen:
    """What stood further up: sentences by their folded text (0 is the article), and comments by their author."""

    sentences: dict[str, int] = field(default_factory=dict)
    recent: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=RECENT))
    authors: dict[str, list[int]] = field(default_factory=dict)
    first_words: dict[str, set[str]] = field(default_factory=dict)

    def add(self, comment_no: int, name: str | None, sentences: Iterable[Sentence]) -> None:
        for sentence in sentences:
            if len(sentence.text) >= QUOTE_CHARS:
                folded = _bare(sentence.text)
                number = self.sentences.setdefault(folded, comment_no)
                if len(folded) <= RECENT_CHARS:
                    self.recent.append((folded, number))
        if name:
            key = name.casefold()
            self.authors.setdefault(key, []).append(comment_no)
            self.first_words.setdefault(key.split()[0], set()).add(key)

    def by_name(self, name: str, of: str | None, probability: float, cue: ReplyCue) -> Reply | None:
        """The last comment by that name, the less sure the more there are; nobody answers himself."""
        key = name.casefold()
        if key == (of or "").casefold():
            return None
        known = self.first_words.get(key, set()) - {(of or "").casefold()}
        numbers = self.authors.get(key) or (self.authors[next(iter(known))] if len(known) == 1 else None)
        if not numbers:
            return None
        sure = probability if len(numbers) == 1 else MIN_PROBABILITY + (probability - MIN_PROBABILITY) / len(numbers)
        return Reply(numbers[-1], round(sure, 3), cue)


def with_replies(
    comments: Sequence[Comment], sentences: Sequence[Sentence], answered: Mapping[int, str], text: str
) -> Iterator[Comment]:
    """Tell of each comment what it quotes first and which earlier comment it answers.

    Args:
        comments: of the page, in order.
        sentences: of the page: body first, then comment by comment.
        answered: by comment_no, the name that an "In reply to X" line gives.
        text: of the page.

    Yields:
        The comments, quote_char_end, reply_to_no, p_reply and reply_cue filled in where something tells.
    """
    by_comment = {number or 0: list(group) for number, group in groupby(sentences, lambda each: each.comment_no)}
    seen = _Seen()
    seen.add(0, None, by_comment.get(0, ()))
    for comment in comments:
        own = by_comment.get(comment.comment_no, [])
        quote_end, source = _quote(own, comment.char_end, seen, text)
        name = answered.get(comment.comment_no)
        reply = _explicit(name, comment, seen) if name else None
        if reply is None and source:
            reply = Reply(source, QUOTED, ReplyCue.QUOTE)
        if reply is None and not name:
            reply = _addressed(_after(own, quote_end), comment, seen)
        if reply is not None and reply.probability < MIN_PROBABILITY:
            reply = None
        yield (
            replace(
                comment,
                quote_char_end=quote_end,
                reply_to_no=reply.comment_no if reply else None,
                p_reply=reply.probability if reply else None,
                reply_cue=reply.cue if reply else None,
            )
            if reply or quote_end
            else comment
        )
        seen.add(comment.comment_no, comment.author_name, own)


def _explicit(name: str, comment: Comment, seen: _Seen) -> Reply | None:
    return seen.by_name(name, comment.author_name, EXPLICIT, ReplyCue.IN_REPLY_TO)


def _after(sentences: Sequence[Sentence], quote_end: int | None) -> str:
    """The first sentences that are not quoted, as far as an address may stand."""
    fresh = [each.text for each in sentences[:8] if quote_end is None or each.char_end > quote_end]
    return " ".join(fresh[:3])


def _addressed(text: str, comment: Comment, seen: _Seen) -> Reply | None:
    """Find the commenter whom the text calls by name."""
    if not seen.authors or not text:
        return None
    at = text.find("@")
    if at >= 0:
        words = text[at + 1 : at + 80].split()[:NAME_WORDS]
        sure = ADDRESSED if at == 0 else MENTIONED
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count]).rstrip(",.:;!?)’'")
            if found := seen.by_name(name, comment.author_name, sure, ReplyCue.AT_NAME):
                return found
    head = text[:60]
    ends = [place for sign in ",:" if (place := head.find(sign)) > 0]
    if ends and (name := head[: min(ends)]).casefold() in seen.authors:
        return seen.by_name(name, comment.author_name, CALLED, ReplyCue.NAME)
    return None


def _quote(own: Sequence[Sentence], end: int, seen: _Seen, text: str) -> tuple[int | None, int | None]:
    """Where the quote that a comment begins with ends, and the earlier comment that it is from."""
    if not own:
        return None, None
    quote_end = _marked_quote(text, own[0].char_start, end)
    sources: list[int] = []
    for sentence in own:
        source = seen.sentences.get(_bare(sentence.text)) if len(sentence.text) >= QUOTE_CHARS else None
        inside = quote_end is not None and sentence.char_start < quote_end
        if source is not None and (inside or not sources or quote_end is None):
            sources.append(source)
            quote_end = max(quote_end or 0, sentence.char_end)
        elif not inside:
            break
    if quote_end is not None and not sources:
        inner = _bare(" ".join(text[own[0].char_start : quote_end].split()))
        sources = [number for known, number in seen.recent if inner in known][:1]
    return quote_end, sources[0] if sources and sources[0] else None


def _marked_quote(text: str, start: int, end: int) -> int | None:
    """End of what stands in quotation marks, or in lines that begin with ">", at the start of a comment."""
    if _QUOTED_LINE.match(text, start, end):
        at = start
        while match := _QUOTED_LINE.match(text, at, end):
            at = match.end()
        return at
    closer = _CLOSERS.get(text[start])
    if closer is None:
        return None
    close = text.find(closer, start + 1, min(end, start + LONGEST_QUOTE))
    if close < 0 or len(text[start:close].split()) < QUOTE_WORDS or not text[close + 1 : end].strip(_MARKS + "\n.,!?"):
        return None
    return close + 1


def _bare(text: str) -> str:
    """A text, its white space folded, as it is compared: without case, no quotation marks around it."""
    return text.strip(_MARKS).casefold()
