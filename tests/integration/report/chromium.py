# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium that opens pages as a reader does, and nothing from any network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

ALONE = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--hide-scrollbars",
)
"""Chromium as root, in nobody's way, and without a network: a page that needs one is not complete in itself."""


@contextmanager
def chromium(profile: Path) -> Iterator[Chrome]:
    """Start it with a profile of its own, and end it."""
    options = ChromeOptions()
    program, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if not program or not driver:
        raise RuntimeError(
            "chromium or chromedriver is missing; make setup-test installs both, or says what to install"
        )
    options.binary_location = program
    for option in (*ALONE, f"--user-data-dir={profile}"):
        options.add_argument(option)
    browser = Chrome(options=options, service=Service(driver))
    try:
        yield browser
    finally:
        browser.quit()


def open_page(browser: Chrome, page: Path, width: int, *, opened: bool = False) -> None:
    """Open a page at that width, exactly; with every detail shown, or as a reader finds it."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600},
    )
    browser.get(page.as_uri())
    if opened:
        browser.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
