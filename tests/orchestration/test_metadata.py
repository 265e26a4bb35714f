"""What the Dagster UI shows of page text is text: nothing in it acts as Markdown or HTML."""

import polars as pl
import pytest
from markdown_it import MarkdownIt

from assets.metadata import preview

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![pixel](https://example.org/p.png)",
    "a | b\n\n# heading",
    "`code` **bold** _under_ ~~gone~~",
    "&lt;b&gt; stays as written",
    "&#60;script&#62;",
    "back\\slash \\| pipe",
    "{{ var }} '; drop table x; --",
]


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_preview_shows_a_cell_as_it_is_and_nothing_acts(cell: str) -> None:
    shown = preview(pl.DataFrame({"text": [cell], "after": ["end"]})).value
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(shown)
    cells = [token for token in tokens if token.type == "inline"]
    assert len(cells) == 4, "two columns of a heading and one row"
    inner = cells[2].children or []
    assert {child.type for child in inner} <= {"text", "text_special"}
    assert "".join(child.content for child in inner) == " ".join(cell.split())


def test_a_preview_is_short_and_shows_nothing_for_null() -> None:
    shown = preview(pl.DataFrame({"text": ["x" * 10_000, None]})).value
    assert len(shown) < 200
    assert shown.splitlines()[-1] == "|  |"
