# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_package: an installer is a file that says what it installs (README.md, "Installers")."""

from __future__ import annotations

import contextlib
import hashlib
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from emulators.windows import paths
from emulators.windows.arguments import Rules
from emulators.windows.files import FileError
from emulators.windows.installer import Installer
from emulators.windows.model import Product
from emulators.windows.module import Call, Module, ModuleFailure

RESTART = (3010, 1641)


def run(call: Call) -> None:
    """Install or uninstall a program."""
    call.result["reboot_required"] = False
    path, wanted = call["path"], call["state"] == "present"
    if path is not None and path.lower().startswith("http"):
        raise ModuleFailure(f"path={path}: an emulated host downloads nothing; give a path on the host or of a share")
    if call["provider"] not in ("auto", "msi", "registry"):
        raise ModuleFailure(f"provider={call['provider']} is not emulated; auto, msi and registry are")
    there = path is not None and call.machine.files.find(path) is not None
    if path is not None and not there and not call.check:
        raise ModuleFailure(f"the file at the path '{path}' cannot be reached")
    installer = _installer(call, path) if there and path is not None else None
    code = call["product_id"] or (installer.id if installer else None)
    installed = _installed(call, code)
    call.result["rc"] = 0
    if wanted == installed or not call.changed():
        return
    if wanted and installer is not None:
        _install(call, installer, path)
    else:
        product = next(each for each in call.machine.state.products if each.id == code)
        _uninstall(call, product)


def _installed(call: Call, code: str | None) -> bool:
    if call["creates_path"] is not None:
        return call.machine.files.find(call.path("creates_path")) is not None
    if call["creates_service"] is not None:
        return call.machine.services.find(call["creates_service"]) is not None
    return any(each.id.lower() == (code or "").lower() for each in call.machine.state.products)


def _installer(call: Call, path: str) -> Installer:
    try:
        content = yaml.safe_load(call.machine.files.read(path).decode())
        return TypeAdapter(Installer).validate_python(content["emulated_installer"])
    except (UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, ValidationError) as error:
        raise ModuleFailure(
            f"failed to read the installer '{path}': it is not one that an emulated host can run "
            f"(emulators/windows/README.md): {error}"
        ) from error


def _install(call: Call, installer: Installer, path: str) -> None:
    content = call.machine.files.read(path)
    checksum = hashlib.new(call["checksum_algorithm"], content, usedforsecurity=False).hexdigest().upper()
    call.result["checksum"] = checksum
    if call["checksum"] and call["checksum"].upper() != checksum:
        raise ModuleFailure(f"The checksum for {path} did not match '{call['checksum']}', it was '{checksum}'")
    _end(call, installer.exit_code, f"/package {path}", lambda: installer.install(call.machine))


def _uninstall(call: Call, product: Product) -> None:
    def remove() -> None:
        call.machine.state.products.remove(product)
        for name in product.services:
            service = call.machine.services.find(name)
            if service is not None:
                call.machine.services.remove(service)
        if product.location:
            call.machine.files.remove(paths.normal(product.location))

    _end(call, product.uninstall_exit_code, f"/uninstall {product.id}", remove)


def _end(call: Call, exit_code: int, action: str, apply: Any) -> None:
    """Do it, if the installer's end is a good one, and tell how it ended."""
    forced = call.machine.faults.installer_exit_code
    code = exit_code if forced is None else forced
    if code == 0 or code in RESTART:
        apply()
    if code in RESTART:
        call.machine.state.reboot_pending = True
    log = f"MainEngineThread is returning {code}\r\n"
    if call["log_path"] is not None:
        _write_log(call, log)
    call.result["rc"] = code
    call.result["reboot_required"] = code == 3010
    if code not in call["expected_return_code"]:
        call.result["changed"] = False
        raise ModuleFailure(
            f"unexpected rc from 'C:\\Windows\\System32\\msiexec.exe {action} /qn /norestart': "
            "see rc, stdout, and stderr for more details",
            stdout="",
            stderr="",
            log=log,
        )
    # said in as many words, since Ansible takes any `rc` but 0 for a failure where a module says nothing
    call.result["failed"] = False


def _write_log(call: Call, text: str) -> None:
    path = call.path("log_path")
    # Windows Installer goes on without a log where it cannot write one
    with contextlib.suppress(FileError):
        call.machine.files.make_directory(paths.parent(path))
        call.machine.files.write(path, text.encode("utf-16"))


MODULE = Module(
    "ansible.windows.win_package",
    run,
    Rules(
        required_if=[
            ("state", "present", ["path"]),
            ("state", "absent", ["path", "product_id"], True),
        ],
        required_by={"creates_version": "creates_path"},
    ),
)
