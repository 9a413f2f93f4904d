# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report and plan as readers have them: on a desk, on a telephone, by keyboard alone, and on paper."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.integration.report.chromium import open_page
from tests.report_example import ROOT

AXE = ROOT / ".cache/node/node_modules/axe-core/axe.min.js"
WIDTHS = [1280, 390]
PAGES = ["report", "plan", "prediction", "worst"]
INTERACTIVE = "a[href], button, summary, input, [tabindex]"

OVERFLOWING = """
const wide = document.documentElement.clientWidth;
const found = [...document.querySelectorAll('body *')].filter(one => {
  if (one.closest('.skip, thead')) return false;  // put out of sight on purpose, and still read out
  const box = one.getBoundingClientRect();
  return box.width > 0 && (box.right > wide + 1 || box.left < -1);
});
return [document.documentElement.scrollWidth - wide,
        found.map(one => one.tagName + '.' + one.getAttribute('class') + ': ' + one.textContent.slice(0, 60))];
"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("opened", [False, True])
def test_nothing_overflows(browser: Chrome, pages: dict[str, Path], name: str, width: int, opened: bool) -> None:
    open_page(browser, pages[name], width, opened=opened)
    too_wide, found = browser.execute_script(OVERFLOWING)
    assert (too_wide, found) == (0, [])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("opened", [False, True])
def test_accessibility_has_nothing_to_object_to(
    browser: Chrome, pages: dict[str, Path], name: str, width: int, opened: bool
) -> None:
    open_page(browser, pages[name], width, opened=opened)
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text(encoding="utf-8")})
    result: dict[str, Any] = browser.execute_async_script("axe.run(document).then(arguments[arguments.length - 1])")
    violations = {
        one["id"]: [f"{node['html'][:120]}: {node['failureSummary']}" for node in one["nodes"][:3]]
        for one in result["violations"]
    }
    assert violations == {}
    judged = {one["id"] for one in result["passes"]}
    assert {"color-contrast", "document-title", "html-has-lang", "skip-link"} <= judged, "axe did not look"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["report", "plan"])
def test_the_keyboard_alone_reaches_and_opens_everything(
    browser: Chrome, pages: dict[str, Path], name: str, width: int
) -> None:
    open_page(browser, pages[name], width)
    mark = "document.querySelectorAll(arguments[0]).forEach((one, n) => one.dataset.at = n)"
    browser.execute_script(mark, INTERACTIVE)
    visible = "return [...document.querySelectorAll(arguments[0])].filter(one => one.checkVisibility()).length"
    wanted = browser.execute_script(visible, INTERACTIVE)
    reached, focused = [], "return [document.activeElement.dataset.at, document.activeElement.tagName]"
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    for _time in range(wanted):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        reached.append(browser.execute_script(focused))
        assert browser.execute_script(outline) == "solid", f"{reached[-1]} does not show that it has the focus"
    assert len({at for at, _tag in reached}) == wanted
    assert reached[0][1] == "A", "the skip link comes first"
    line = browser.find_element("css selector", "#line-1\\.1 > summary")
    browser.execute_script("arguments[0].focus()", line)
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    assert browser.execute_script("return document.activeElement.parentElement.open") is True


def printed(browser: Chrome, page: Path, tmp_path: Path) -> list[str]:
    """Return the text of each page that the printer would print."""
    open_page(browser, page, 1280)
    pdf = tmp_path / "printed.pdf"
    answer = browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    pdf.write_bytes(base64.b64decode(answer["data"]))
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return done.stdout.removesuffix("\f").split("\f")


@pytest.mark.parametrize("name", ["report", "plan"])
def test_every_printed_page_of_a_rehearsal_says_emulated(
    browser: Chrome, pages: dict[str, Path], name: str, tmp_path: Path
) -> None:
    sheets = printed(browser, pages[name], tmp_path)
    assert len(sheets) > 2
    assert [number for number, text in enumerate(sheets, 1) if "EMULATED: a rehearsal" not in text] == []
    assert f"page {len(sheets)} of {len(sheets)}" in sheets[-1]


def test_a_printed_report_of_live_says_nothing_of_a_rehearsal_and_shows_the_details(
    browser: Chrome, pages: dict[str, Path], tmp_path: Path
) -> None:
    whole = "".join(printed(browser, pages["worst"], tmp_path))
    assert "EMULATED" not in whole
    assert "every endpoint: chain, names, expiry" in " ".join(whole.split()), "closed details are printed open"


def test_each_person_has_a_sheet_of_paper_of_their_own(browser: Chrome, pages: dict[str, Path], tmp_path: Path) -> None:
    sheets = printed(browser, pages["plan"], tmp_path)
    of_people = [text for text in sheets if "run sheet as of" in text]
    assert len(of_people) > 5
    assert all(text.count("run sheet as of") == 1 for text in of_people)
