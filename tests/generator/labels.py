"""The labels of a generated page, from its lines and what is known of them; in the form of tests/gold."""

from dataclasses import replace
from typing import Any

from tests.generator.rows import Draft, Line

Indexed = list[tuple[int, Line]]


def make_labels(draft: Draft, lines: list[Line], *, plain_gap: int) -> dict[str, Any]:
    """Label a page.

    Args:
        draft: title, byline, date and the comments as they were written.
        lines: what is left of the page.
        plain_gap: blank lines between two paragraphs of one comment.

    Returns:
        The labels, with `merged`: how many comments run into the one above without a trace.
    """
    lines, optional, merged, alternatives = _merge(lines, plain_gap)
    comments: list[dict[str, Any]] = []
    for number, own in _by_comment(lines).items():
        authored = any(line.kind == "comment_author" for _, line in own)
        labels: dict[str, Any] = {
            "index": number,
            "author": draft.posts[number - 1].name if authored else None,
            "text": _text(own),
            "cue": _cue(lines, own, first=not comments),
            "start_line": own[0][0] + 1,
        }
        if number in alternatives:
            labels["alt_texts"] = alternatives[number]
        comments.append(labels)
    numbers = {comment["index"]: place for place, comment in enumerate(comments, start=1)}
    for comment in comments:
        comment["index"] = numbers[comment["index"]]
    return {
        "title": draft.title,
        "byline": draft.byline,
        "published_at": draft.published,
        "blocks": _blocks(lines, numbers),
        "comments": comments,
        "optional_starts": sorted(optional),
        "merged": merged,
    }


def _by_comment(lines: list[Line]) -> dict[int, Indexed]:
    """Collect each comment's lines."""
    own: dict[int, Indexed] = {}
    for index, line in enumerate(lines):
        if line.comment is not None:
            own.setdefault(line.comment, []).append((index, line))
    return own


def _merge(lines: list[Line], plain_gap: int) -> tuple[list[Line], set[int], int, dict[int, list[str]]]:
    """Give comments without a trace of their beginning to the one above."""
    lines = list(lines)
    optional: set[int] = set()
    alternatives: dict[int, list[str]] = {}
    merged = 0
    above: int | None = None
    for number, own in _by_comment(lines).items():
        kinds = {line.kind for _, line in own}
        hollow = kinds == {"comment_meta"}
        if above is not None and (hollow or not _has_trace(lines, own, above, plain_gap)):
            optional.add(own[0][0] + 1)
            merged += not hollow
            if not hollow:
                alternatives.setdefault(above, []).append(_text(_by_comment(lines)[above]))
            for index, line in own:
                lines[index] = replace(line, comment=above)
        elif hollow:
            for index, line in own:
                lines[index] = replace(line, comment=None, kind="boilerplate")
        else:
            above = number
    return lines, optional, merged, alternatives


def _has_trace(lines: list[Line], own: Indexed, above: int, plain_gap: int) -> bool:
    """Tell whether anything shows that a comment begins: its own lines, the end of the one above, or the space."""
    index, line = own[0]
    previous = max(i for i in range(index) if lines[i].kind is not None)
    wrote = any(ln.kind == "comment_text" for ln in lines[:previous] if ln.comment == above)
    return (
        line.kind != "comment_text"
        or line.marked
        or index - previous - 1 > plain_gap
        or (lines[previous].kind != "comment_text" and wrote)
    )


def _cue(lines: list[Line], own: Indexed, *, first: bool) -> str:
    """Name what marks the comment's beginning."""
    index, line = own[0]
    if line.kind == "comment_author":
        return "author_line"
    if line.kind == "comment_meta":
        return "meta_line"
    if line.marked:
        return "list_bullet"
    if first:
        return "first_no_name"
    previous = max((i for i in range(index) if lines[i].kind is not None), default=-1)
    if lines[previous].kind in {"comment_meta", "comment_author"}:
        return "after_meta_line"
    return "extra_blank_line" if index - previous > 2 else "none"


def _text(own: Indexed) -> str:
    """Join a comment's text: paragraphs by a blank line, lines of one paragraph by a line feed."""
    out = ""
    before: int | None = None
    for index, line in own:
        if line.kind != "comment_text":
            continue
        if before is not None:
            out += "\n" if index == before + 1 else "\n\n"
        out += line.body
        before = index
    return out


def _blocks(lines: list[Line], numbers: dict[int, int]) -> list[dict[str, Any]]:
    """List runs of lines of one kind, blank lines inside a run left to it."""
    blocks: list[dict[str, Any]] = []
    for index, line in enumerate(lines, start=1):
        if line.kind is None:
            continue
        comment = None if line.comment is None else numbers[line.comment]
        last = blocks[-1] if blocks else None
        if last and last["kind"] == line.kind and last["comment_index"] == comment:
            last["line_end"] = index
        else:
            blocks.append({"line_start": index, "line_end": index, "kind": line.kind, "comment_index": comment})
    return blocks
