"""HTML as text: what a reader of the page is shown, in its order, a line for each block."""

import re

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

CONVERTER_VERSION = "1+resiliparse-2.0.1"
"""Moves with every change that gives another text for some HTML."""
_HEAD_BYTES = 4_096
_DOCUMENT = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,1000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_CHARSET = re.compile(rb"(<meta[^>]{0,300}?\bcharset)\s*=\s*[\"']?\s*([\w:.-]{1,40})", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]{0,100}?\bencoding\s*=\s*[\"']([\w:.-]{1,40})", re.IGNORECASE)
_HIDDEN = [
    *("[hidden]", "template", "noscript", "svg"),
    *(
        f'[style*="{name}:{gap}{value}" i]'
        for name, value in (("display", "none"), ("visibility", "hidden"))
        for gap in ("", " ")
    ),
]
"""What no reader is shown, beside scripts and styles, which the library leaves out."""
_BLANK_LINES = re.compile(r"\n\s*\n")


def is_html(content: bytes) -> bool:
    """Whether bytes begin as a document of HTML does; a page of text may well have tags in it."""
    return bool(_DOCUMENT.match(content[:_HEAD_BYTES]))


def declared_charset(content: bytes) -> str | None:
    """What the document calls its encoding; any name, or none."""
    head = content[:_HEAD_BYTES]
    found = _CHARSET.search(head)
    name = found[2] if found else (told := _XML_ENCODING.match(head)) and told[1]
    return name.decode("ascii", "replace") if name else None


def without_charset(content: bytes) -> bytes:
    """The document without what it calls its encoding, as long as it was: evidence to be weighed, not obeyed."""
    return _CHARSET.sub(lambda found: found[0].replace(found[2], b"-" * len(found[2])), content, count=1)


def to_text(html: str) -> tuple[str, str | None]:
    """Text of a document as a browser shows it, blocks parted by empty lines, and its canonical address.

    Scripts, styles and hidden elements are not shown; nothing is fetched. Time grows with the length, whatever the
    depth of the elements.
    """
    tree = HTMLTree.parse(html)
    text = extract_plain_text(tree, alt_texts=False, skip_elements=_HIDDEN)
    lines = (line.rstrip() for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n", _canonical(tree)


def _canonical(tree: HTMLTree) -> str | None:
    link = tree.head.query_selector("link[rel=canonical]") if tree.head else None
    address = link.getattr("href") if link else None
    return address if address and address.startswith(("http://", "https://")) else None
