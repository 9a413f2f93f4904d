# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The products that LIVE declares are those that the rehearsal's installers install, checksums included."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from emulators.estate.seed import WINDOWS
from emulators.windows.files import Blobs
from emulators.windows.paths import key
from emulators.windows.seed import load
from scripts.working_copy import ROOT

PRODUCTS = {
    "exam_scheduler": ["exam_scheduler_product"],
    "connect": ["connect_product", "connect_connector"],
    "calsync": ["calsync_product"],
}


def declared(concern: str, name: str) -> dict[str, Any]:
    text = (ROOT / f"inventories/live/group_vars/all/{concern}.yml").read_text(encoding="utf-8")
    product: dict[str, Any] = yaml.safe_load(text.replace("!vault ", ""))[name]
    return product


@pytest.fixture(scope="module")
def digests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the SHA-256 of each file that an emulated host finds, by its path in small letters."""
    directory = tmp_path_factory.mktemp("emulator") / "windows"
    seed = yaml.safe_load(WINDOWS.read_text(encoding="utf-8"))
    (directory.parent / "secrets").mkdir()
    directory.mkdir()
    for account in (*seed["accounts"], *seed["share_readers"]):
        (directory / account["password_file"]).write_text("not asked for", encoding="utf-8")
    for host in seed["hosts"].values():
        host.pop("sites", None)  # their certificates are made when the estate is
    (directory / "seed.yml").write_text(yaml.safe_dump(seed), encoding="utf-8")
    host = load(directory / "seed.yml", network="127.10", directory=directory)[0]
    return {path: file.blob for path, file in host.state(Blobs(directory / "blobs")).files.items()}


@pytest.mark.parametrize(("concern", "name"), [(each, name) for each, names in PRODUCTS.items() for name in names])
def test_that_the_declared_checksum_is_that_of_the_emulated_installer(
    concern: str, name: str, digests: dict[str, str]
) -> None:
    product = declared(concern, name)
    assert product["sha256"] == digests[key(product["installer"])], (
        f"{name} in inventories/live: {product['installer']}"
    )


@pytest.mark.parametrize(("concern", "name"), [(each, name) for each, names in PRODUCTS.items() for name in names])
def test_that_the_declared_product_is_the_one_that_is_installed(concern: str, name: str) -> None:
    product = declared(concern, name)
    installer = yaml.safe_load(WINDOWS.read_text(encoding="utf-8"))["shares"][product["installer"]]["installer"]
    for mine, its in (("name", "name"), ("version", "version"), ("product_id", "id"), ("upgrade_code", "upgrade_code")):
        assert product[mine] == str(installer[its])
    assert [each["name"] for each in product.get("services", [])] == [
        each["name"] for each in installer.get("services", [])
    ]
