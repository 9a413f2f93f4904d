# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_acl: who may read a certificate's key; full control of a file, or a directory with all in it."""

from __future__ import annotations

import re

from emulators.windows.model import Certificate
from emulators.windows.module import Call, Module, ModuleFailure

_KEY = re.compile(r"Cert:\\(CurrentUser|LocalMachine)\\([^\\]+)\\([0-9A-F]{40})", re.IGNORECASE)
RIGHTS = ("Read", "FullControl")


def run(call: Call) -> None:
    """Give an account a right, or take it away."""
    path = call.path("path")
    match = _KEY.fullmatch(path)
    if match is None:
        _of_file(call, path)
    else:
        _of_key(call, path, match)


def _of_file(call: Call, path: str) -> None:
    asked = (call["state"], call["type"], call["rights"], call["inherit"], call["propagation"], call["follow"])
    if asked != ("present", "allow", "FullControl", None, "None", False):
        raise ModuleFailure(f"of win_acl on files, full control for an account is emulated, and not {asked}")
    file = call.machine.files.find(path)
    if file is None:
        raise ModuleFailure(f"{path} file or directory does not exist on the host")
    if call["user"] in file.full_control:
        call.result["msg"] = "the specified rule already exists"
        return
    if call.changed():
        file.full_control.append(call["user"])


def _of_key(call: Call, path: str, match: re.Match[str]) -> None:
    user, rights = call["user"], call["rights"]
    for option, emulated in (("type", "allow"), ("rights", RIGHTS)):
        if call[option] not in emulated:
            raise ModuleFailure(f"{option}={call[option]!r} is not emulated for a certificate")
    stored = _stored(call, match)
    if stored is None:
        raise ModuleFailure(f"{path} file or directory does not exist on the host")
    what = f"an error occurred when attempting to {call['state']} {rights} permission(s) on {path} for {user}"
    if stored.key_pem is None:
        raise ModuleFailure(f"{what} - Unable to retrieve private key handle")
    there = rights in stored.key_rights.get(user.lower(), ())
    if (call["state"] == "present") == there:
        call.result["msg"] = "the specified rule already exists" if there else "the specified rule does not exist"
    elif call.changed():
        held = {*stored.key_rights.get(user.lower(), ())} ^ {rights}
        stored.key_rights[user.lower()] = sorted(held)


def _stored(call: Call, match: re.Match[str]) -> Certificate | None:
    location, store, thumbprint = match.groups()
    wanted = (thumbprint.upper(), store.lower(), location.lower())
    return next(
        (
            each
            for each in call.machine.state.certificates
            if (each.thumbprint, each.store_name.lower(), each.store_location.lower()) == wanted
        ),
        None,
    )


MODULE = Module("ansible.windows.win_acl", run, check_mode=False)
