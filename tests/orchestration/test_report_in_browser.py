"""A real browser in front of the report, opened from disk: nothing acts, nothing leaves, everyone can read it.

Wants Debian's chromium and chromium-driver, and npm for axe-core; skipped without. Screenshots go to tests/screenshots.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.synthetic_release import Recipe, make
from broadsheet.report import build
from broadsheet.settings import Settings
from broadsheet.storage.connection import Warehouse
from tests.conftest import ROOT
from tests.orchestration.serving import wait
from tests.payloads import PAYLOADS

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM, DRIVER, NPM = (shutil.which(name) for name in ("chromium", "chromedriver", "npm"))
SCREENSHOTS, TOOLS = ROOT / "tests" / "screenshots", ROOT / "tests" / "node_modules"
AXE = "axe-core@4.14.1"
DESKTOP, PHONE = 1280, 360
RELEASE = "20261120T120000000000Z"
FOREIGN = "img, iframe, object, embed, base, link, math, form:not(.vega-bindings), main style, main template"
KINDS = ("index", "articles", "checks", "month", "article")

pytest.importorskip("selenium", reason="needs selenium, of the dev extra")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Debian's chromium and chromium-driver"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator["Chrome"]:
    """Headless chromium that keeps the log of its console and of its requests."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options, Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a release in which every text is a payload."""
    return _report(tmp_path_factory.mktemp("hostile"), Recipe(90, 900, days=12, texts=PAYLOADS, names=PAYLOADS))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a release of ordinary texts, with more articles than the search loads at once."""
    return _report(tmp_path_factory.mktemp("plain"), Recipe(5200, 12000, days=40))


def _report(folder: Path, recipe: Recipe) -> Path:
    make(folder / "release.duckdb", recipe)
    return build(folder / "release.duckdb", folder / "report").index.parent


def _pages(report: Path) -> dict[str, Path]:
    """One page of each kind; of articles, one with many comments."""
    articles = sorted(report.glob("articles/*/*.html"), key=lambda path: path.stat().st_size)
    months = sorted(report.glob("months/*.html"))
    alone = [report / f"{name}.html" for name in ("index", "articles", "checks")]
    return dict(zip(KINDS, (*alone, months[0], articles[-1]), strict=True))


def _show(browser: "Chrome", page: Path, width: int = DESKTOP, scheme: str = "light") -> None:
    """Open a page and wait until its charts are drawn or its search has loaded."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    browser.get(page.as_uri())
    ready = """
        return [...document.querySelectorAll('[data-chart]')].every((it) => it.dataset.drawn)
            && !(document.getElementById('status')?.textContent === '')
    """
    wait(f"{page} is drawn", 60, lambda: browser.execute_script(ready))


def _requests(browser: "Chrome") -> list[str]:
    """Addresses asked for since the last look."""
    told = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    return [it["params"]["request"]["url"] for it in told if it["method"] == "Network.requestWillBeSent"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_payload_acts_and_nothing_is_asked_of_the_network(hostile: Path, browser: "Chrome", kind: str) -> None:
    _requests(browser), browser.get_log("browser")
    pages = sorted(hostile.glob("articles/*/*.html")) if kind == "article" else [_pages(hostile)[kind]]
    for page in pages:
        _show(browser, page)
        assert browser.title.endswith(f"release {RELEASE}")
        assert browser.execute_script(f"return document.querySelectorAll('{FOREIGN}').length") == 0
    assert [entry for entry in browser.get_log("browser") if entry["level"] != "INFO"] == []
    asked = _requests(browser)
    assert len(asked) >= len(pages)
    assert {address.split(":")[0] for address in asked} == {"file"}


def test_the_policy_holds_against_what_is_put_into_a_page(hostile: Path, browser: "Chrome") -> None:
    """Were a payload not escaped, the policy would stop it, and the console, which is read above, would say so."""
    _show(browser, hostile / "index.html")
    browser.get_log("browser")
    browser.execute_script("""
        document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="document.title=\\'acted\\'">');
        document.body.insertAdjacentHTML('beforeend', '<p style="color: red">x</p>');
    """)
    wait("the policy speaks", 10, lambda: len(log := browser.get_log("browser")) >= 2 and log)
    assert browser.title != "acted"


def test_charts_are_drawn_without_eval_and_say_what_they_show(plain: Path, browser: "Chrome") -> None:
    _show(browser, plain / "index.html")
    charts = browser.find_elements("css selector", "[data-chart]")
    assert [chart.get_attribute("data-chart") for chart in charts] == ["tone", "tone_gap", "topics", "coverage"]
    for chart in charts:
        assert chart.find_elements("css selector", "svg path")
        assert "chart of" in (chart.get_attribute("aria-label") or "").lower()
    assert browser.get_log("browser") == []


def test_the_search_finds_by_words_orders_and_looks_at_all_articles(plain: Path, browser: "Chrome") -> None:
    from selenium.webdriver.support.select import Select

    _show(browser, plain / "articles.html")
    status, words = (browser.find_element("id", name) for name in ("status", "words"))
    assert status.text == "5,000 found, the first 100 shown, 5,000 of 5,200 articles looked at."
    words.send_keys("FERRYMAN")
    wait("all are looked at", 30, lambda: "looked at" not in status.text and "5,000" not in status.text)
    found = browser.find_elements("css selector", "#found tr")
    assert len(found) == 100
    assert all("ferryman" in row.text for row in found)
    browser.find_element("id", "more").click()
    assert len(browser.find_elements("css selector", "#found tr")) == 200
    words.clear()
    words.send_keys("no such word anywhere")
    wait("nothing is found", 30, lambda: status.text == "0 found.")
    words.clear()
    Select(browser.find_element("id", "order")).select_by_value("readers-negative")
    cells = "[...document.querySelectorAll('#found td:last-child span')].map((it) => it.textContent)"
    tones = [float(text.replace("\u2212", "-")) for text in browser.execute_script(f"return {cells}")]
    assert len(tones) == 100
    assert tones == sorted(tones)
    browser.find_element("css selector", "#found a").click()
    wait("the article opens", 30, lambda: "/articles/" in browser.current_url)


def test_pages_can_be_used_with_the_keyboard_alone(plain: Path, browser: "Chrome") -> None:
    from selenium.webdriver.common.keys import Keys

    _show(browser, plain / "index.html")
    browser.switch_to.active_element.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.text == "Skip to the content"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.current_url.endswith("#main")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_no_page_is_wider_than_its_window(
    plain: Path, hostile: Path, browser: "Chrome", width: int, scheme: str
) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    for name, report in (("plain", plain), ("hostile", hostile)):
        for kind, page in _pages(report).items():
            _show(browser, page, width, scheme)
            high, wide = browser.execute_script(
                "const it = document.documentElement; return [it.scrollHeight, it.scrollWidth]"
            )
            assert wide <= width, (name, kind)
            size = {"width": width, "height": min(high, 5000), "deviceScaleFactor": 1, "mobile": width == PHONE}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            browser.save_screenshot(str(SCREENSHOTS / f"report_{name}_{kind}_{width}_{scheme}.png"))


def test_the_page_that_dbt_makes_of_the_marts_opens_from_disk_and_asks_nobody(
    tmp_path: Path, browser: "Chrome", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT / "docs")
    settings = Settings.load(tmp_path)
    with Warehouse(settings.database).reading():
        pass
    page = tmp_path / "lineage.html"
    page.write_text(import_module("generate").lineage(settings), encoding="utf-8")
    _requests(browser)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    for place, shown in (
        ("overview", "Broadsheet's marts"),
        ("model/model.broadsheet.tone_gap", "Writer against readers"),
    ):
        browser.get(f"{page.as_uri()}#!/{place}")
        wait(f"{shown} is shown", 60, partial(_shows, browser, shown))
    assert {address.split(":")[0] for address in _requests(browser)} <= {"file", "data"}


def _shows(browser: "Chrome", text: str) -> bool:
    return text in browser.find_element("tag name", "body").text


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, from npm."""
    script = TOOLS / "axe-core" / "axe.min.js"
    if not script.exists():
        if not NPM:
            pytest.skip("needs npm for axe-core")
        options = ["--no-save", "--no-package-lock", "--ignore-scripts", "--prefix", str(TOOLS.parent)]
        command = [NPM, "install", *options, AXE]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            pytest.skip(f"npm cannot install axe-core: {done.stderr.strip()[-200:]}")
    return script.read_text(encoding="utf-8")


@pytest.mark.parametrize("look", [(width, scheme) for width in (DESKTOP, PHONE) for scheme in ("light", "dark")])
@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_to_object_to(
    plain: Path, browser: "Chrome", axe: str, kind: str, look: tuple[int, str]
) -> None:
    _show(browser, _pages(plain)[kind], *look)
    browser.execute_script("for (const it of document.querySelectorAll('details')) it.open = true")
    browser.execute_script(axe)
    found: dict[str, Any] = browser.execute_async_script("axe.run(document).then(arguments[arguments.length - 1])")
    told = [(it["id"], it["impact"], [node["html"][:200] for node in it["nodes"]][:3]) for it in found["violations"]]
    assert told == []
    assert len(found["passes"]) > 15
