"""HTML, in Debian's chromium: search, keyboard, print, no script, and what assistive technology is told."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from axe_core_python.selenium import Axe
from selenium.webdriver import Chrome, ChromeOptions, Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from archiver.bag.rules import finding
from archiver.findings import COMPLETE, VALID, Check, Report, Survey, Verdict
from archiver.reports import html
from archiver.reports.saving import save
from tests.reports.conftest import BEGAN

SHEAF = 3
"""How many bags of one kind are folded here, so that the page is small."""

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
QUIETLY = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="no chromium, or no chromedriver: apt-get install chromium chromium-driver",
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (*QUIETLY, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


def bag(name: str, *findings: Any) -> Report:
    verdict = Verdict.PASSED if all(f.severity != "error" for f in findings) else Verdict.FAILED
    return Report(
        name,
        (Check(COMPLETE, Verdict.PASSED), Check(VALID, verdict)),
        findings,
        {"payload files": 3, "payload bytes": 4096, "version": "1.0", "algorithms": ["sha512", "md5"]},
    )


def holdings() -> Survey:
    """Two bags that are invalid, one with a warning, one not verified, and some that are valid."""
    missing = [finding("bagit-3-file-missing", "is not there", f"data/{number}") for number in range(30)]
    altered = finding("bagit-3-checksum", "was altered", "data/page.tif", "restore it from a copy")
    litter = finding("bag-litter", "was left behind", "data/Thumbs.db")
    weak = finding("bagit-2.4-weak", "only md5")
    return Survey(
        (
            *(bag(f"holdings/{number:04}", weak) for number in range(SHEAF + 1)),
            bag("holdings/ארכיון/<b>" + "long" * 100, altered, litter),
            bag("holdings/empty", *missing),
            bag("holdings/littered", litter),
            Report("holdings/unasked", (Check(VALID, Verdict.NOT_CHECKED, "no checksum was verified"),)),
        ),
        BEGAN,
        1.5,
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("page") / "report.html"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "SHEAF", SHEAF)
        save(target, html.written(holdings()))
    return target


@pytest.fixture
def page(chromium: Chrome, path: Path) -> Chrome:
    """The page as it is loaded, and nothing on its console."""
    chromium.get(path.as_uri())
    assert chromium.get_log("browser") == []  # type: ignore[no-untyped-call]
    return chromium


def command(page: Chrome, name: str, **arguments: Any) -> Any:
    return page.execute_cdp_cmd(name, arguments)


def names(page: Chrome) -> list[str]:
    """The bags in sight, by what their names end in."""
    found = page.find_elements(By.CSS_SELECTOR, "[data-verdict] .name")
    return [name.text[-10:] for name in found if name.is_displayed()]


def told_after(page: Chrome, *keys: str) -> str:
    """What is announced once these keys were pressed."""
    page.switch_to.active_element.send_keys(*keys)
    return WebDriverWait(page, 10).until(lambda page: page.find_element(By.ID, "hits").text)


def test_style_and_script_are_let_through_by_the_policy(page: Chrome) -> None:
    assert page.find_element(By.ID, "filter").is_displayed()
    assert page.find_element(By.TAG_NAME, "h1").value_of_css_property("color") != "rgba(0, 0, 0, 1)"


def test_what_the_policy_does_not_name_is_not_run(page: Chrome) -> None:
    page.execute_script(
        "const s = document.createElement('script'); s.text = 'run = 1'; document.body.append(s)"
    )
    assert page.execute_script("return typeof run") == "undefined"
    assert "Content Security Policy" in page.get_log("browser")[0]["message"]  # type: ignore[no-untyped-call]


def test_search_narrows_the_lists_and_announces_how_many_are_left(page: Chrome) -> None:
    assert told_after(page, "/", "ALTERED page.tif") == "1 of 8 bags, 1 of 37 findings"
    assert len(names(page)) == 1
    hits = page.find_element(By.ID, "hits")
    assert hits.get_attribute("aria-live") == "polite"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("severity", "warning", "2 of 8 bags, 2 of 37 findings"),
        ("severity", "info", "4 of 8 bags, 4 of 37 findings"),
        ("verdict", "failed", "2 of 8 bags, 32 of 37 findings"),
        ("verdict", "not checked", "1 of 8 bags, 0 of 37 findings"),
    ],
)
def test_bags_are_chosen_by_severity_and_verdict(page: Chrome, name: str, value: str, told: str) -> None:
    option = page.find_element(By.CSS_SELECTOR, f"#{name} [value='{value}']")
    option.click()
    WebDriverWait(page, 10).until(lambda page: page.find_element(By.ID, "hits").text == told)


def test_folds_open_where_something_is_found_in_them_and_close_again(page: Chrome) -> None:
    assert "dings/0003" not in names(page)
    told_after(page, "/", "holdings/0003")
    assert names(page) == ["dings/0003"]
    page.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    WebDriverWait(page, 10).until(lambda page: page.find_element(By.ID, "hits").text == "")
    assert len(names(page)) == 3


def test_the_keyboard_reaches_everything_and_shows_where_it_is(page: Chrome) -> None:
    def focused(*keys: str) -> WebElement:
        page.switch_to.active_element.send_keys(*keys)
        element = page.switch_to.active_element
        outline = element.value_of_css_property("outline")
        assert "3px" in outline or element.get_attribute("id") == "bags"
        return element

    assert focused(Keys.TAB).text == "Skip to the bags"
    assert focused(Keys.ENTER).get_attribute("id") == "bags"
    reached = [focused(Keys.TAB) for _ in range(5)]
    names = [element.get_attribute("id") or element.tag_name for element in reached]
    assert names == ["words", "verdict", "severity", "button", "summary"]
    article = page.find_element(By.TAG_NAME, "article")
    before = article.size["height"]
    reached[-1].send_keys(Keys.ENTER)
    assert article.size["height"] < before
    assert focused("/").get_attribute("id") == "words"
    assert told_after(page, "a/b").startswith("0 of")
    assert page.find_element(By.ID, "words").get_attribute("value") == "a/b"


def test_without_script_there_is_everything_but_the_search(page: Chrome) -> None:
    command(page, "Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.refresh()
        assert not page.find_element(By.ID, "filter").is_displayed()
        for summary in page.find_elements(By.CSS_SELECTOR, "details.more > summary"):
            if summary.text.startswith(("10 more", "3 bags", "2 bags")):
                summary.send_keys(Keys.ENTER)
        assert len(names(page)) == 8
        shown = [e for e in page.find_elements(By.CSS_SELECTOR, "article .finding") if e.is_displayed()]
        assert len(shown) == 33
    finally:
        command(page, "Emulation.setScriptExecutionDisabled", value=False)


def test_print_has_all_that_is_folded_and_no_controls(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    command = [str(CHROMIUM), *QUIETLY, f"--user-data-dir={tmp_path / 'chromium'}"]
    subprocess.run(
        [*command, "--no-pdf-header-footer", f"--print-to-pdf={target}", path.as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with pypdfium2.PdfDocument(target) as document:
        printed = "".join(sheet.get_textpage().get_text_range() for sheet in document)
    assert all(f"data/{number}\r\n" in printed for number in range(30))
    assert all(f"holdings/{number:04}" in printed for number in range(SHEAF + 1))
    assert printed.count("only md5") == SHEAF + 1
    assert not any(control in printed for control in ("Search", "Show all", "Skip to", "more finding"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_to_object_to(page: Chrome, scheme: str, width: int) -> None:
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    command(page, "Emulation.setEmulatedMedia", features=features)
    command(
        page,
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=900,
        deviceScaleFactor=1,
        mobile=False,
    )
    try:
        found = Axe().run(page)
        assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
        assert page.execute_script("return document.documentElement.scrollWidth") <= width
        paper = page.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
        assert ("251" in paper) == (scheme == "light")
    finally:
        command(page, "Emulation.clearDeviceMetricsOverride")
        command(page, "Emulation.setEmulatedMedia", features=[])


def test_ten_thousand_bags_are_searched_within_a_second(chromium: Chrome, tmp_path: Path) -> None:
    altered = finding("bagit-3-checksum", "was altered", "data/page.tif")
    weak = finding("bagit-2.4-weak", "only md5")
    reports = [bag(f"holdings/{number:05}", weak if number % 10 else altered) for number in range(10_000)]
    save(tmp_path / "report.html", html.written(Survey(tuple(reports), BEGAN, 1.5)))
    chromium.get((tmp_path / "report.html").as_uri())
    for words, told in (("holdings", "10,000 of"), ("09990", "1 of"), ("altered", "1,000 of"), ("", "")):
        milliseconds, hits = chromium.execute_async_script(
            """
            const [words, done] = arguments, begun = performance.now();
            const tell = () => done([performance.now() - begun, hits.textContent]);
            filter.words.value = words;
            narrow();
            requestAnimationFrame(() => setTimeout(tell));
            """,
            words,
        )
        assert hits.startswith(told)
        assert milliseconds < 1000
