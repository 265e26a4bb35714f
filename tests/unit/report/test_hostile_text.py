"""Whatever a page says stays text: no payload becomes an element, an attribute, an address or a script."""

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from broadsheet.report.formatting import inert, page_path
from tests.payloads import PAYLOADS
from tests.unit.report.reading import Page

TAGS = {
    *("html", "head", "meta", "title", "style", "script", "body", "header", "nav", "main", "section", "article"),
    *("footer", "h1", "h2", "h3", "p", "a", "dl", "dt", "dd", "div", "details", "summary", "table", "caption", "thead"),
    *(
        "tbody",
        "tr",
        "th",
        "td",
        "span",
        "bdi",
        "code",
        "pre",
        "time",
        "ul",
        "ol",
        "li",
        "strong",
        "mark",
        "blockquote",
    ),
    *("svg", "path", "rect", "label", "input", "select", "option", "button", "noscript"),
}
ADDRESS = re.compile(
    r"(\.\./){0,2}((index|articles|checks)\.html|months/\d{4}-\d\d(-\d+)?\.html|articles/[0-9a-f]{2}/[0-9a-f]{32}(-\d+)?\.html)?"
    r"(#[a-z]+\d*)?"
)
SOURCES = Path(__file__).parents[3] / "broadsheet" / "report" / "templates"
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def test_no_payload_becomes_an_element_or_an_attribute(pages: list[Page]) -> None:
    for page in pages:
        for element in page.elements:
            assert element.tag in TAGS, (page.path, element)
            assert not {name for name in element.attributes if name.startswith("on") or name == "style"}, page.path


def test_no_payload_becomes_an_address(pages: list[Page]) -> None:
    seen = 0
    for page in pages:
        for element in page.elements:
            assert not element.attributes.keys() & {"src", "srcdoc", "action", "formaction", "data", "xlink:href"}
            if (address := element.attributes.get("href")) is not None:
                assert ADDRESS.fullmatch(address), (page.path, address)
                seen += 1
    assert seen > len(pages)


def test_no_payload_becomes_a_script_or_a_style(pages: list[Page]) -> None:
    ours = {(SOURCES / name).read_text() for name in ("charts.js", "search.js", "style.css", "overview.css")}
    for page in pages:
        for element in page.all("script"):
            if element.attributes.get("type") == "application/json":
                assert json.loads(element.text)
            else:
                assert element.text in ours
        assert {element.text for element in page.all("style")} <= ours


def test_every_page_has_a_policy_that_names_its_scripts_and_styles_and_allows_nothing_else(pages: list[Page]) -> None:
    for page in pages:
        (policy,) = [
            meta.attributes["content"] or ""
            for meta in page.all("meta")
            if meta.attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        allowed = {part.split()[0]: set(part.split()[1:]) for part in policy.split(";")}
        scripts = [it.text for it in page.all("script") if "type" not in it.attributes]
        assert allowed == {
            "default-src": {"'none'"},
            "style-src": {_hash(it.text) for it in page.all("style")},
            "script-src": {*map(_hash, scripts), "'strict-dynamic'"} if scripts else {"'none'"},
            "base-uri": {"'none'"},
            "form-action": {"'none'"},
        }


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_is_shown_as_it_stands_but_for_control_characters(payload: str, pages: list[Page]) -> None:
    shown = "\n".join(page.elements[0].text for page in pages)
    assert _folded(inert(payload)) in _folded(shown)


def test_nothing_that_is_written_turns_the_text_around_it(hostile: Path) -> None:
    written = [path for path in hostile.rglob("*") if path.suffix in {".html", ".js"} and path.name != "vega.js"]
    assert len(written) > 90
    for path in written:
        assert not TURNING.search(path.read_text(encoding="utf-8")), path


def test_search_chunks_are_one_call_with_json(hostile: Path) -> None:
    (chunk,) = hostile.glob("search/*.js")
    script = chunk.read_text(encoding="utf-8")
    assert "<" not in script
    rows = json.loads(f"[{script.removeprefix('broadsheet.take(').removesuffix(');' + chr(10))}]")[1]
    assert {row[2] for row in rows} == {inert(payload) for payload in PAYLOADS}


@pytest.mark.parametrize("address", ["../../etc/passwd", "javascript:1", "a" * 31, "A" * 32, "a" * 32 + "\n"])
def test_only_a_page_id_becomes_a_path(address: str) -> None:
    with pytest.raises(ValueError, match="no page_id"):
        page_path(address)


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _folded(text: str) -> str:
    return " ".join(text.split())
