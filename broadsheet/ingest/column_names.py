"""Which fields of a row hold a page, its address, and what stands above its text; by their names."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from broadsheet.ingest.archive_page import ArchiveRecord
from broadsheet.ingest.source_files import too_large
from broadsheet.ingest.text_decoding import RejectedError

PAGE_FIELDS = (
    "html",
    "raw_html",
    "text",
    "content",
    "body",
    "article",
    "article_text",
    "maintext",
    "raw_content",
    "message",
)
"""Names of the field that holds a page, the likeliest first."""
URL_FIELDS = ("url", "link", "source_url", "canonical_url", "uri", "permalink")
METADATA_FIELDS = (
    ("title", "headline"),
    ("author", "authors", "byline"),
    ("date", "published", "published_at", "date_publish", "publication_date", "date_published", "pubdate"),
)
"""Names of fields that stand above the text of an article: title, byline and date."""


def page_field(fields: Mapping[str, Any]) -> str | None:
    """Which field of an object holds a page; None where none has a name that tells."""
    by_name = {str(key).lower(): key for key, value in fields.items() if isinstance(value, str) and value.strip()}
    return next((by_name[name] for name in PAGE_FIELDS if name in by_name), None)


def page_of(fields: Mapping[str, Any], name: str) -> str:
    """The page: HTML as it is; text below the title, byline and date that stand in other fields."""
    page = str(fields[name])
    if name.lower().endswith("html") or page.lstrip()[:1] == "<":
        return page
    above = [stated for names in METADATA_FIELDS if (stated := _stated(fields, names)) and stated not in page[:1000]]
    return "\n\n".join([*above, page])


def page_found(
    offset: int, fields: Mapping[str, Any], name: str | None, max_bytes: int, charset: str | None = "utf-8"
) -> ArchiveRecord:
    """The page of a row, or that it has none.

    Args:
        offset: where the row is.
        fields: of the row, by name.
        name: the field that holds the pages of the others; it is looked for where None, or where this row lacks it.
        max_bytes: of a page.
        charset: of the text; None where it is told by the bytes, which stand in it as surrogates.
    """
    own = name if name and isinstance(fields.get(name), str) else page_field(fields)
    if own is None:
        return ArchiveRecord(offset, None, rejection=no_page())
    data = page_of(fields, own).encode("utf-8", "replace" if charset else "surrogateescape")
    url = _stated(fields, URL_FIELDS)
    if len(data) > max_bytes:
        return ArchiveRecord(offset, None, url, rejection=too_large(max_bytes))
    return ArchiveRecord(offset, data, url, charset)


def no_page() -> RejectedError:
    """Why a row, or a table, is rejected that has no field with a page."""
    return RejectedError("empty", f"no field holds a page; its name is one of {', '.join(PAGE_FIELDS)}")


def _stated(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """What the first of some fields says that is there, on one line; several values with commas between."""
    by_name = {str(key).lower(): value for key, value in fields.items()}
    for value in (by_name.get(name) for name in names):
        listed = value if isinstance(value, list) else [value.isoformat() if isinstance(value, date) else value]
        if said := ", ".join(" ".join(each.split()) for each in listed if isinstance(each, str) and each.strip()):
            return said
    return None
