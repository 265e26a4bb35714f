"""A real browser in front of the UI: what a person clicks and sees, from launching a run to its checks and plots.

Wants Debian's chromium and chromium-driver; skipped without them. Screenshots of each step go to tests/screenshots.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from tests.conftest import ROOT, SAMPLE
from tests.orchestration.serving import ask, serving, wait

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SCREENSHOTS = ROOT / "tests" / "screenshots"
DAY, FIRST, LAST = "2026-11-13", "2026-10-15", "2026-11-13"
JOB = "/locations/broadsheet/jobs/everything"

pytest.importorskip("selenium", reason="needs selenium, of the dev extra")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Debian's chromium and chromium-driver"),
]


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a UI on the sample, with nothing run yet, and nothing that starts by itself."""
    home = tmp_path_factory.mktemp("browser") / "home"
    with serving(home, SAMPLE, BROADSHEET_SETTLE_SECONDS=10**9, FRESHNESS_DAEMON_INTERVAL_SECONDS=5) as served:
        Console().print(f"cold start of the UI: {served.cold_start_s:.1f} s")
        yield served.port


@pytest.fixture(scope="module")
def page(ui: int) -> Iterator["Page"]:
    """A window of headless chromium."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1500,1400"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options, Service(str(DRIVER)))
    try:
        yield Page(f"http://127.0.0.1:{ui}", driver)
    finally:
        driver.quit()


@dataclass
class Page:
    """What is on the screen, found by the words that a person reads."""

    address: str
    driver: "Chrome"

    def open(self, path: str) -> None:
        """Go to a page of the UI."""
        self.driver.get(self.address + path)

    def find(self, xpath: str, seconds: float = 60) -> "WebElement":
        """The last element that is displayed and enabled; the last, since dialogs come after what they cover."""

        def shown() -> "WebElement | None":
            from selenium.common.exceptions import StaleElementReferenceException

            with suppress(StaleElementReferenceException):
                found = self.driver.find_elements("xpath", xpath)
                return next((it for it in reversed(found) if it.is_displayed() and it.is_enabled()), None)
            return None

        try:
            found: WebElement = wait(xpath, seconds, shown)
        except AssertionError:
            self.picture("missing")
            raise
        return found

    def click(self, words: str) -> None:
        """Press the button, link or line that reads so."""
        self.find(f"//button[contains(., '{words}')] | //a[. = '{words}'] | //*[text() = '{words}']").click()

    def type(self, text: str) -> None:
        """Replace what stands in the dialog's field of partitions."""
        from selenium.webdriver.common.keys import Keys

        field = self.find("//*[@role = 'dialog' or contains(@class, 'dialog')]//input[@type = 'text' or @placeholder]")
        field.click()
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(text, Keys.TAB)

    def show(self, element: "WebElement") -> None:
        """Scroll it into sight."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)

    def picture(self, name: str) -> None:
        """Keep a screenshot."""
        SCREENSHOTS.mkdir(exist_ok=True)
        self.driver.save_screenshot(str(SCREENSHOTS / f"{name}.png"))


def _runs(port: int) -> list[dict[str, Any]]:
    """Runs, the newest first."""
    asked = ask(port, "{runsOrError{... on Runs{results{runId status tags{key value}}}}}")
    found: list[dict[str, Any]] = asked["runsOrError"]["results"]
    return found


def _finished(port: int, count: int) -> list[dict[str, Any]]:
    runs = _runs(port)
    assert not any(run["status"] in {"FAILURE", "CANCELED"} for run in runs), runs
    return runs if len(runs) >= count and all(run["status"] == "SUCCESS" for run in runs) else []


def test_everything_is_launched_for_a_partition_and_seen_to_succeed(ui: int, page: Page) -> None:
    page.open(JOB)
    page.click("Materialize all")
    page.type(DAY)
    page.picture("1_launch")
    page.click("Launch 1 run")
    runs = wait("the run succeeds", 400, lambda: _finished(ui, 1))
    assert len(runs) == 1
    assert {"key": "dagster/partition", "value": DAY} in runs[0]["tags"]
    page.open(f"/runs/{runs[0]['runId']}")
    page.find("//*[text() = 'Success']")
    page.picture("2_run")


def test_an_asset_shows_its_checks(page: Page) -> None:
    page.open("/assets/raw/quarantine?view=checks")
    page.find("//*[contains(text(), 'reason is one of')] | //*[text() = 'reason_known']")
    page.find("//*[text() = 'Succeeded']")
    page.picture("3_checks")


def test_an_asset_shows_its_laws_and_the_files_that_were_refused(page: Page) -> None:
    page.open("/assets/raw/quarantine")
    page.find("//li[. = 'No path is rejected twice at a time.']")
    page.find("//input[@placeholder = 'Filter metadata keys']").send_keys("refused_files")
    page.show(page.find("//td[. = '2026-11-13/courier_lights_photo_page.txt']"))
    page.picture("4_refused")


def test_the_release_is_fresh_and_shows_the_history_of_the_checks(page: Page) -> None:
    page.open("/assets/published/release")
    page.find("//*[text() = 'Passing']")
    page.click("[Show Markdown]")
    plot = page.find("//img[starts-with(@src, 'data:image/png')]")
    assert plot.size["width"] > 300
    page.picture("5_history")


def test_a_backfill_of_thirty_days_is_one_run(ui: int, page: Page) -> None:
    before = len(_runs(ui))
    page.open(JOB)
    page.click("Materialize all")
    page.type(f"[{FIRST}...{LAST}]")
    page.picture("6_backfill")
    page.click("Launch")
    runs = wait("the backfill succeeds", 400, lambda: _finished(ui, before + 1))
    assert len(runs) == before + 1
    tags = {tag["key"]: tag["value"] for tag in runs[0]["tags"]}
    assert (tags["dagster/asset_partition_range_start"], tags["dagster/asset_partition_range_end"]) == (FIRST, LAST)
    page.open("/runs")
    page.find("//*[text() = '30 partitions']")
    page.picture("7_runs")
