# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make pictures`: the documentation's pictures of report and plan, from the tests' example."""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.report import page
from tests.integration.report.chromium import chromium, open_page
from tests.report_example import ATTESTATIONS, ROOT, evening, weeks

HEIGHT = 1400
"""Pixels from the top; what is below says nothing new."""


def main() -> int:
    """Write docs/pictures/report.png and plan.png."""
    contents = {
        "report": page.report_page(evening().report()),
        "plan": page.plan_page(weeks(), ATTESTATIONS, "Europe/London"),
    }
    with tempfile.TemporaryDirectory() as directory, chromium(Path(directory, "profile")) as browser:
        for name, content in contents.items():
            written = Path(directory, f"{name}.html")
            written.write_text(content, encoding="utf-8")
            open_page(browser, written, 1120)
            clip = {"x": 0, "y": 0, "width": 1120, "height": HEIGHT, "scale": 1}
            options = {"format": "png", "captureBeyondViewport": True, "clip": clip}
            answer = browser.execute_cdp_cmd("Page.captureScreenshot", options)
            target = ROOT / "docs/pictures" / f"{name}.png"
            target.write_bytes(base64.b64decode(answer["data"]))
            print(target.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
