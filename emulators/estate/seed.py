# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the estate consists of, read from estate.yml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

SEED = Path(__file__).with_name("estate.yml")
WINDOWS = Path(__file__).with_name("windows.yml")


@dataclass(frozen=True)
class Seed:
    """The parts of the estate; see estate.yml for what each holds."""

    domain: str
    name_servers: dict[str, dict[str, str]]
    zones: dict[str, dict[str, str]]
    update_key: str
    web_servers: dict[str, dict[str, str]]
    databases: dict[str, dict[str, str]]
    bi_platforms: dict[str, dict[str, str]]
    services: dict[str, dict[str, str]]

    def addresses(self) -> dict[str, str]:
        """Return the last two numbers of each host's loopback address."""
        windows = yaml.safe_load(WINDOWS.read_text(encoding="utf-8"))
        named = {
            **self.name_servers,
            **self.web_servers,
            **self.databases,
            **self.bi_platforms,
            **self.services,
        }
        return {
            **{host: entry["address"] for host, entry in named.items()},
            **{host: entry["listen"] for host, entry in windows["hosts"].items()},
        }


def load_seed(path: Path = SEED) -> Seed:
    """Return the estate's parts; an unknown or missing key is a TypeError that names it."""
    return Seed(**yaml.safe_load(path.read_text(encoding="utf-8")))
