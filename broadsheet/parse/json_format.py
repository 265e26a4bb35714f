"""A parsed page as a JSON object, in the form that labelled pages have. No parsing here."""

from typing import Any

from broadsheet.parse.parsed_page import PARSER_VERSION, Kind, ParsedPage


def to_json_dict(page: ParsedPage, text: str) -> dict[str, Any]:
    """Render a parsed page as a JSON object, in the form of a labelled page, its spans added.

    Args:
        page: the parsed page.
        text: the text it was parsed from, which tells where a comment's first line is.

    Returns:
        title, byline, published_at (ISO date or None), language, layout, confidence, parser_version, blocks (runs of
        lines of one kind, blank lines inside a run left to it), comments, spans (all fields).
    """
    blocks: list[dict[str, Any]] = []
    for span in page.spans:
        if span.kind is Kind.BLANK:
            continue
        last = blocks[-1] if blocks else None
        if last and last["kind"] == span.kind.value and last["comment_index"] == span.comment_no:
            last["line_end"] = span.line_end
        else:
            blocks.append(
                {
                    "line_start": span.line_start,
                    "line_end": span.line_end,
                    "kind": span.kind.value,
                    "comment_index": span.comment_no,
                }
            )
    first_lines = {span.char_start: span.line_start for span in page.spans}
    return {
        "title": page.title,
        "byline": page.byline,
        "published_at": page.published_date.isoformat() if page.published_date else None,
        "language": page.language,
        "layout": page.layout,
        "confidence": page.confidence,
        "parser_version": PARSER_VERSION,
        "blocks": blocks,
        "comments": [
            {
                "index": comment.comment_no,
                "author": comment.author_name,
                "text": comment.text,
                "cue": comment.start_cue,
                "start_line": first_lines.get(comment.char_start, text.count("\n", 0, comment.char_start) + 1),
                "confidence": comment.confidence,
                "posted_at": comment.posted_date.isoformat() if comment.posted_date else None,
                "vote_count": comment.vote_count,
                "quote_char_end": comment.quote_char_end,
                "reply_to": comment.reply_to_no,
                "p_reply": comment.p_reply,
                "reply_cue": comment.reply_cue,
            }
            for comment in page.comments
        ],
        "spans": [span._asdict() | {"kind": span.kind.value} for span in page.spans],
    }
