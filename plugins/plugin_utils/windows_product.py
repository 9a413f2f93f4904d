# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vendor's product on a Windows host: what is declared of it, where Windows tells of it, how the two compare. Pure.

Windows lists installed programs under the registry keys `Uninstall`, one key each, named by product code. A product
code is that of one version; what all versions of an MSI have in common is their upgrade code, and under `UpgradeCodes`
Windows Installer keeps which product codes it has installed of it. So other versions are found without reading every
program's key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter

Standing = Literal["absent", "older", "same", "newer"]

START_MODES = {"auto": "started", "delayed": "started", "manual": None, "disabled": "stopped"}
"""Start modes, and the state that a service of each must be in; None where it may be in any."""

_CURRENT_VERSION = "Microsoft\\Windows\\CurrentVersion"
_SOFTWARE = {"x64": "HKLM:\\SOFTWARE", "x86": "HKLM:\\SOFTWARE\\WOW6432Node"}
_UPGRADE_CODES = f"HKLM:\\SOFTWARE\\{_CURRENT_VERSION}\\Installer\\UpgradeCodes"
_GUID = re.compile(r"\{?([0-9A-F]{8})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{12})\}?", re.IGNORECASE)
_VERSION = re.compile(r"\d+(\.\d+)*")


@dataclass(frozen=True)
class Service:
    """A service that a product brings along."""

    name: str
    start_mode: str
    account: str
    """As Windows lists it: `DOMAIN\\name`, or `NT AUTHORITY\\SYSTEM`."""

    def __post_init__(self) -> None:
        if self.start_mode not in START_MODES:
            raise InvalidParameter(
                "start_mode", self.start_mode, "it is none", f"Give one of {', '.join(START_MODES)}."
            )
        if "\\" not in self.account:
            raise InvalidParameter("account", self.account, "Windows lists none so", "Write it as DOMAIN\\name.")


@dataclass(frozen=True)
class Product:
    """What is declared of a product."""

    name: str
    version: str
    product_id: str
    installer: str
    sha256: str
    upgrade_code: str = ""
    architecture: str = "x64"
    arguments: str = ""
    services: tuple[Service, ...] = ()

    def __post_init__(self) -> None:
        if not _VERSION.fullmatch(self.version):
            raise InvalidParameter("version", self.version, "versions are numbers with dots", "Give it like '3.5.8'.")
        if not re.fullmatch(r"[0-9a-f]{64}", self.sha256, re.IGNORECASE):
            raise InvalidParameter(
                "sha256", self.sha256, "it is no SHA-256", "Give the 64 digits that sha256sum prints."
            )
        if self.upgrade_code and not _GUID.fullmatch(self.upgrade_code):
            raise InvalidParameter("upgrade_code", self.upgrade_code, "it is no GUID", "Give the MSI's UpgradeCode.")
        if self.architecture not in _SOFTWARE:
            raise InvalidParameter("architecture", self.architecture, "Windows has none such", "Give x64 or x86.")

    @classmethod
    def parse(cls, declared: Mapping[str, Any]) -> Product:
        """Return the product that the inventory declares.

        Raises:
            InvalidParameter: a key is missing, unknown or wrong; it names the key.
        """
        services = declared.get("services", [])
        own = {name: str(value) for name, value in declared.items() if name != "services"}
        _keys("the product", declared, cls)
        for service in services:
            _keys("a service of the product", service, Service)
        return cls(**own, services=tuple(Service(**service) for service in services))


def _keys(what: str, declared: Mapping[str, Any], kind: type[Product | Service]) -> None:
    known = {field.name: field.default is MISSING for field in fields(kind)}
    if unknown := sorted(declared.keys() - known.keys()):
        raise InvalidParameter(
            unknown[0], declared[unknown[0]], f"{what} has no such key", f"Known: {', '.join(known)}."
        )
    if missing := sorted(name for name, required in known.items() if required and declared.get(name) in (None, "")):
        raise InvalidParameter(missing[0], "", f"{what} does not say it", "Add it.")


def root_key(product: Product) -> str:
    """Return the registry key that is read first: its values name installed versions, or it is the product's own."""
    if not product.upgrade_code:
        return _uninstall(product, product.product_id)
    return f"{_UPGRADE_CODES}\\{packed(product.upgrade_code)}"


def uninstall_keys(product: Product, root: Mapping[str, Any]) -> list[str]:
    """Return the keys `Uninstall` of all installed versions, and of the declared one.

    Args:
        product: what is declared.
        root: what win_reg_stat said of `root_key`.
    """
    codes = [product.product_id]
    if product.upgrade_code:
        codes += [unpacked(name) for name in root.get("properties") or {} if re.fullmatch(r"[0-9A-Fa-f]{32}", name)]
    return [_uninstall(product, code) for code in dict.fromkeys(code.upper() for code in codes)]


def judgement(
    product: Product, keys: Sequence[Mapping[str, Any]], services: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return how a host stands to what is declared.

    Args:
        product: what is declared.
        keys: what win_reg_stat said of each of `uninstall_keys`.
        services: what win_service_info said of each of the product's services, in their order.

    Returns:
        `standing`, `installed` (the versions, as Windows lists them), `expected`, `found` and `remedies` for the proof,
        `there` (the names of declared services that exist), and `to_stop` (those that run under another account).
    """
    properties = [key.get("properties") or {} for key in keys if key.get("exists")]
    installed = [str(each["DisplayVersion"]["value"]) for each in properties if "DisplayVersion" in each]
    standing = _standing(product, installed)
    shown = [product.version if _compare(each, product.version) == 0 else each for each in installed]
    expected: dict[str, str] = {"version": product.version}
    found: dict[str, str] = {"version": ", ".join(shown)} if shown else {}
    remedies = {"version": _remedy(product, standing)}
    there, to_stop = [], []
    for service, told in zip(product.services, services, strict=False):
        wanted = {
            "start mode": service.start_mode,
            "account": service.account,
            "state": START_MODES[service.start_mode],
        }
        expected |= {f"{service.name}: {name}": value for name, value in wanted.items() if value}
        remedies[f"{service.name}: state"] = f"Look into its log and Windows' event log {_EVENTS}, and start it."
        for each in (told.get("services") or [])[:1]:
            there.append(service.name)
            account = service.account if same_account(each["username"], service.account) else each["username"]
            is_now = {"start mode": each["start_mode"], "account": account, "state": each["state"]}
            found |= {f"{service.name}: {name}": value for name, value in is_now.items()}
            if account != service.account and each["state"] != "stopped":
                to_stop.append(service.name)
    return {
        "standing": standing,
        "installed": ", ".join(installed),
        "expected": expected,
        "found": {name: found[name] for name in expected if name in found},
        "remedies": remedies,
        "there": there,
        "to_stop": to_stop,
    }


_EVENTS = "System (source Service Control Manager)"

EXIT_CODES = {
    1601: "the Windows Installer service cannot be reached; start the service msiserver",
    1602: "somebody cancelled the installation",
    1603: "a fatal error during the installation: the log says which action returned value 3; often no room on the "
    "disk, a file in use, or a missing right",
    1612: "the installation source is not available: the share, or the account that reads it",
    1618: "another installation is running on the host; wait for it to end",
    1619: "the installer could not be opened: it is damaged, or the account may not read it (docs/windows.md)",
    1625: "a policy of the system forbids the installation",
    1633: "the installer is for another processor",
    1638: "another version of the product is installed, and this installer does not replace it",
    1641: "the installer has begun a restart by itself",
}
"""Exit codes of Windows Installer that engineers meet. Source: Microsoft, MsiExec.exe and InstallShield error codes."""


def failure(product: Product, result: Mapping[str, Any], log: str) -> str:
    """Return why an installation failed, for people.

    Args:
        product: what was to be installed.
        result: what win_package returned.
        log: where the installer's log is on the host.
    """
    code = result.get("rc")
    if not code:  # it never ran, or the connection was lost while it did
        said = str(result.get("msg", "")).rstrip(".")
        return (
            f"Installing {product.name} {product.version} did not come to its end: {said}. "
            "Run again when that is mended: the next run looks at what is there, and carries on."
        )
    meaning = EXIT_CODES.get(int(code), "the vendor's documentation says what it means")
    return (
        f"The installer of {product.name} {product.version} ended with {code}: {meaning}. "
        f"Its log on the host is {log}. Windows Installer has taken back what it had begun. Correct it, and run again."
    )


def same_account(one: str, other: str) -> bool:
    """Return whether two names, as Windows lists them, are of one account: case does not count."""
    return one.lower() == other.lower()


def packed(guid: str) -> str:
    """Return a GUID as Windows Installer writes it in names of keys and values: each number's digits from its end.

    Raises:
        InvalidParameter: it is no GUID.
    """
    found = _GUID.fullmatch(guid)
    if found is None:
        raise InvalidParameter("guid", guid, "it is no GUID", "Give it like {6F1E5C62-3D0B-4B3C-9E55-000000003508}.")
    numbers, octets = found.groups()[:3], "".join(found.groups()[3:])
    swapped = (octets[place + 1] + octets[place] for place in range(0, len(octets), 2))
    return "".join((*(number[::-1] for number in numbers), *swapped)).upper()


def unpacked(name: str) -> str:
    """Return the GUID, in braces, that a packed name stands for."""
    octets = "".join(name[place + 1] + name[place] for place in range(16, 32, 2))
    numbers = (name[0:8][::-1], name[8:12][::-1], name[12:16][::-1], octets[:4], octets[4:])
    return "{" + "-".join(numbers).upper() + "}"


def _uninstall(product: Product, code: str) -> str:
    return f"{_SOFTWARE[product.architecture]}\\{_CURRENT_VERSION}\\Uninstall\\{code}"


def _standing(product: Product, installed: Sequence[str]) -> Standing:
    compared = [_compare(each, product.version) for each in installed]
    if not compared:
        return "absent"
    if max(compared) > 0:
        return "newer"
    return "same" if max(compared) == 0 else "older"


def _compare(one: str, other: str) -> int:
    """Return -1, 0 or 1, as the first version is older, the same or newer; 3.5.8 and 3.5.8.0 are the same.

    Raises:
        InvalidParameter: Windows lists a version that is not made of numbers, so that nobody can say which is newer.
    """
    numbers = []
    for version in (one, other):
        if not _VERSION.fullmatch(version.strip()):
            raise InvalidParameter("DisplayVersion", version, "it is not made of numbers", "Look at the host by hand.")
        parts = [int(part) for part in version.strip().split(".")]
        while parts and parts[-1] == 0:
            parts.pop()
        numbers.append(parts)
    return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])


def _remedy(product: Product, standing: Standing) -> str:
    return {
        "absent": f"Have {product.version} installed.",
        "older": f"Have it upgraded to {product.version}.",
        "same": "Have the other version uninstalled.",
        "newer": "Pin it once it is tested, or have it uninstalled by hand: a run never goes back to an older version.",
    }[standing]
