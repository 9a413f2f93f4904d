# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Products: what may be declared, where Windows is asked, and how what it says is judged."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import windows_product
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.windows_product import Product
from emulators.windows import registry

DECLARED: dict[str, Any] = {
    "name": "Exam Scheduler",
    "version": "3.5.8",
    "product_id": "{6F1E5C62-3D0B-4B3C-9E55-000000003508}",
    "upgrade_code": "{6F1E5C62-3D0B-4B3C-9E55-0000000035FF}",
    "installer": r"\\files.exams.example\software\ExamScheduler-3.5.8.msi",
    "sha256": "ab" * 32,
    "services": [{"name": "ExamScheduler", "start_mode": "auto", "account": r"EXAMS\svc"}],
}
PRODUCT = Product.parse(DECLARED)


def key(version: str) -> dict[str, Any]:
    return {"exists": True, "properties": {"DisplayVersion": {"type": "REG_SZ", "value": version}}}


def service(**differs: str) -> dict[str, Any]:
    usual = {"start_mode": "auto", "username": r"EXAMS\svc", "state": "started"}
    return {"exists": True, "services": [{**usual, **differs}]}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"version": "latest"}, "version='latest'"),
        ({"version": ""}, "version=''"),
        ({"sha256": "abc"}, "sha256='abc'"),
        ({"upgrade_code": "35FF"}, "upgrade_code='35FF'"),
        ({"architecture": "arm"}, "architecture='arm'"),
        ({"checksum": "x"}, "checksum='x' is refused: the product has no such key"),
        ({"services": [{"name": "A", "start_mode": "auto"}]}, "account='' is refused"),
        ({"services": [{"name": "A", "start_mode": "boot", "account": r"A\b"}]}, "start_mode='boot'"),
        ({"services": [{"name": "A", "start_mode": "auto", "account": "a@b"}]}, "account='a@b'"),
    ],
)
def test_that_what_is_declared_wrongly_is_refused_by_its_key(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        Product.parse({**DECLARED, **changes})
    assert named in str(caught.value)


@given(st.uuids())
def test_that_a_packed_code_is_that_of_windows_installer_and_can_be_unpacked(code: uuid.UUID) -> None:
    guid = "{" + str(code).upper() + "}"
    assert windows_product.packed(guid) == registry.packed(guid)
    assert windows_product.unpacked(windows_product.packed(guid)) == guid


def test_that_a_code_is_packed_as_microsoft_s_example() -> None:
    # Office 2003, as the Windows Installer Blog and many a support article show it
    assert windows_product.packed("{90110409-6000-11D3-8CFE-0150048383C9}") == "9040110900063D11C8EF10054038389C"


def test_that_other_versions_are_found_by_the_upgrade_code_and_the_declared_one_by_its_own() -> None:
    other = "{00000000-0000-4000-8000-000000000001}"
    root = {"exists": True, "properties": {windows_product.packed(other): {"value": ""}, "(default)": {"value": ""}}}
    uninstall = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\"
    assert windows_product.root_key(PRODUCT).endswith("\\UpgradeCodes\\26C5E1F6B0D3C3B4E9550000000053FF")
    assert windows_product.uninstall_keys(PRODUCT, root) == [uninstall + DECLARED["product_id"], uninstall + other]
    assert windows_product.uninstall_keys(PRODUCT, {"exists": False}) == [uninstall + DECLARED["product_id"]]


def test_that_a_product_without_upgrade_code_has_one_key_and_32_bits_another_place() -> None:
    declared = {name: value for name, value in DECLARED.items() if name != "upgrade_code"}
    product = Product.parse({**declared, "product_id": "Connect_is1", "architecture": "x86"})
    uninstall = "HKLM:\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\"
    assert windows_product.root_key(product) == uninstall + "Connect_is1"
    assert windows_product.uninstall_keys(product, {"exists": True, "properties": {}}) == [uninstall + "CONNECT_IS1"]


@pytest.mark.parametrize(
    ("installed", "standing", "version"),
    [
        ([], "absent", None),
        (["3.5.7"], "older", "3.5.7"),
        (["3.5.8"], "same", "3.5.8"),
        (["3.5.8.0"], "same", "3.5.8"),
        (["3.5.10"], "newer", "3.5.10"),
        (["3.6"], "newer", "3.6"),
        (["3.5.7", "3.5.9"], "newer", "3.5.7, 3.5.9"),
        (["3.5.7", "3.5.8"], "same", "3.5.7, 3.5.8"),
    ],
)
def test_how_installed_versions_stand_to_the_pinned_one(
    installed: list[str], standing: str, version: str | None
) -> None:
    said = windows_product.judgement(PRODUCT, [*map(key, installed), {"exists": False}], [service()])
    assert (said["standing"], said["found"].get("version")) == (standing, version)
    assert (said["expected"] == said["found"]) == (version == "3.5.8")
    assert said["remedies"]["version"]


def test_that_a_version_without_numbers_is_left_to_people() -> None:
    with pytest.raises(InvalidParameter, match=r"DisplayVersion='3\.5 beta'"):
        windows_product.judgement(PRODUCT, [key("3.5 beta")], [service()])


@pytest.mark.parametrize(
    ("told", "found", "to_stop"),
    [
        (service(username=r"exams\SVC"), {}, []),
        (service(username=r"NT AUTHORITY\SYSTEM"), {"account": r"NT AUTHORITY\SYSTEM"}, ["ExamScheduler"]),
        (service(username=r"EXAMS\other", state="stopped"), {"account": r"EXAMS\other", "state": "stopped"}, []),
        (service(start_mode="manual"), {"start mode": "manual"}, []),
    ],
)
def test_how_a_service_is_judged(told: dict[str, Any], found: dict[str, str], to_stop: list[str]) -> None:
    said = windows_product.judgement(PRODUCT, [key("3.5.8")], [told])
    differs = {name: value for name, value in said["found"].items() if said["expected"][name] != value}
    assert differs == {f"ExamScheduler: {name}": value for name, value in found.items()}
    assert (said["there"], said["to_stop"]) == (["ExamScheduler"], to_stop)


def test_that_a_missing_service_is_a_difference_and_a_disabled_one_must_be_stopped() -> None:
    disabled = [{**DECLARED["services"][0], "start_mode": "disabled"}]
    said = windows_product.judgement(
        Product.parse({**DECLARED, "services": disabled}), [key("3.5.8")], [{"services": []}]
    )
    assert said["expected"]["ExamScheduler: state"] == "stopped"
    assert said["found"] == {"version": "3.5.8"}
    assert said["there"] == []


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            {"rc": 1603, "msg": "unexpected rc"},
            ["ended with 1603: a fatal error", r"Its log on the host is C:\log.txt"],
        ),
        ({"rc": 1618, "msg": "unexpected rc"}, ["another installation is running"]),
        ({"rc": 42, "msg": "unexpected rc"}, ["ended with 42: the vendor's documentation"]),
        (
            {"rc": 0, "msg": "There is not enough space on the disk."},
            ["to its end: There is not enough space on the disk. Run"],
        ),
        ({"msg": "the file cannot be reached"}, ["did not come to its end: the file cannot be reached. Run again"]),
    ],
)
def test_that_a_failure_says_what_where_and_what_to_do(result: dict[str, Any], words: list[str]) -> None:
    said = windows_product.failure(PRODUCT, result, r"C:\log.txt")
    assert "Exam Scheduler 3.5.8" in said
    for each in words:
        assert each in said
