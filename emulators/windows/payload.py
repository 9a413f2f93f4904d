# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-core sends to a Windows host, decoded: the manifest of its exec wrapper (ansible-core 2.19, 2.20, 2.21).

The command line is a bootstrap that is the same for every task. What is to be done stands on the standard input, in
parts that lines of four NUL bytes divide: the bootstrap's own `{name, script, params}`, the manifest
`{scripts, actions, signed_hashlist}`, then data for the last action. Only actions and their parameters are looked at,
never the text of a script.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field
from typing import Any

SEPARATOR = b"\n\0\0\0\0\n"
_ENCODED = re.compile(r"-EncodedCommand\s+(\S+)", re.IGNORECASE)
_EXIT_CODE = re.compile(r";?\s*If \(-not \$\?\) \{ If \(Get-Variable LASTEXITCODE .*$", re.DOTALL)
_HEAD = {"name", "script", "params"}
_HEAD_PARAMETERS = {"MinOSVersion", "MinPSVersion", "TempPath", "PwshPath"}
"""PwshPath since ansible-core 2.21."""
_MANIFEST = {"scripts", "actions", "signed_hashlist"}
_ACTION = {"name", "params", "secure_params"}
_MODULE_PARAMETERS = {"Script", "Environment", "Variables", "CSharpModules", "PowerShellModules", "ForModule"}


class NotUnderstood(Exception):
    """The payload is not what an ansible-core of the known versions sends; the message names what is not known."""


@dataclass(frozen=True)
class Credentials:
    """Whom other hosts take the task for (`become` with `netcredentials_only`); on the host itself nothing changes."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class ModuleCall:
    """A module with its arguments as the user gave them."""

    name: str
    """In full: `ansible.windows.win_ping`."""
    arguments: dict[str, Any]
    check: bool = False
    diff: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    become_user: str | None = None
    credentials: Credentials | None = None
    asynchronous: dict[str, Any] | None = None
    """AsyncDir and AsyncJid of a task with `async`."""


@dataclass(frozen=True)
class Action:
    """A script of ansible-core itself, known by its name: `winrm_put_file.ps1` and the like."""

    name: str
    parameters: dict[str, Any]
    data: bytes = b""


@dataclass(frozen=True)
class Script:
    """A command line without a manifest: the text of a script, or another program."""

    text: str


def decode(command_line: str, stdin: bytes) -> ModuleCall | Action | Script:
    """Return what a command line and its standard input ask for.

    Raises:
        NotUnderstood: something in it is not known.
    """
    if not stdin:
        return Script(script_text(command_line))
    head, manifest, data = _parts(stdin)
    _known("the bootstrap", head, _HEAD)
    _known("the bootstrap's params", head["params"], _HEAD_PARAMETERS)
    if head["name"] != "exec_wrapper":
        raise NotUnderstood(f"the bootstrap runs {head['name']!r}; expected exec_wrapper")
    _known("the manifest", manifest, _MANIFEST)
    actions = manifest["actions"]
    for action in actions:
        _known("an action of the manifest", action, _ACTION)
    *wrappers, last = actions
    if last["name"] != "module_wrapper.ps1":
        if wrappers:
            raise NotUnderstood(f"actions {[a['name'] for a in actions]}; only a module can be wrapped")
        return Action(last["name"], last["params"], data)
    return _module_call(
        last["params"],
        {wrapper["name"]: {**wrapper["params"], **(wrapper.get("secure_params") or {})} for wrapper in wrappers},
    )


def script_text(command_line: str) -> str:
    """Return the script of an `-EncodedCommand`, or the command line itself if it has none.

    What Ansible puts around a script, so that it is strict and has an exit code, is left out.
    """
    found = _ENCODED.search(command_line)
    if found is None:
        return command_line.strip()
    try:
        script = base64.b64decode(found[1], validate=True).decode("utf-16-le").strip()
        return _EXIT_CODE.sub("", script.removeprefix("Set-StrictMode -Version Latest")).strip().rstrip(";")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise NotUnderstood(f"-EncodedCommand is not base64 of UTF-16: {error}") from error


def _parts(stdin: bytes) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    head, *rest = stdin.split(SEPARATOR, maxsplit=2)
    if not rest:
        raise NotUnderstood(
            "the standard input is not divided by four NUL bytes: not a payload of ansible-core 2.19 to 2.21"
        )
    try:
        return json.loads(head), json.loads(rest[0]), rest[1] if len(rest) > 1 else b""
    except ValueError as error:
        raise NotUnderstood(f"a part of the standard input is not JSON: {error}") from error


def _known(what: str, value: Any, keys: set[str]) -> None:
    if not isinstance(value, dict):
        raise NotUnderstood(f"{what} is {type(value).__name__}; expected an object")
    unknown = value.keys() - keys
    if unknown:
        raise NotUnderstood(f"{what} has {', '.join(sorted(unknown))}; known are {', '.join(sorted(keys))}")


def _module_call(parameters: dict[str, Any], wrappers: dict[str, dict[str, Any]]) -> ModuleCall:
    _known("module_wrapper.ps1", parameters, _MODULE_PARAMETERS)
    unknown = wrappers.keys() - {"become_wrapper.ps1", "async_wrapper.ps1", "async_watchdog.ps1"}
    if unknown:
        raise NotUnderstood(f"wrapper {', '.join(sorted(unknown))} of a module")
    if not parameters.get("ForModule"):
        raise NotUnderstood(
            f"the script {parameters['Script']}: only modules are emulated, no scripts of the playbook's own"
        )
    variables = {each["Name"]: each["Value"] for each in parameters["Variables"]}
    _known("module_wrapper.ps1's Variables", variables, {"complex_args"})
    given = variables["complex_args"]
    become = wrappers.get("become_wrapper.ps1") or {}
    user, credentials = become.get("BecomeUser"), None
    if become.get("LogonFlags") == "NetCredentialsOnly":
        if become.get("LogonType") != "NewCredentials":
            raise NotUnderstood(
                f"netcredentials_only with LogonType={become.get('LogonType')}; NewCredentials is known"
            )
        user, credentials = None, Credentials(str(user), str(become.get("BecomePassword", "")))
    return ModuleCall(
        name=module_name(parameters["Script"]),
        arguments={key: value for key, value in given.items() if not key.startswith("_ansible_")},
        check=bool(given.get("_ansible_check_mode")),
        diff=bool(given.get("_ansible_diff")),
        environment=dict(parameters["Environment"] or {}),
        become_user=user,
        credentials=credentials,
        asynchronous=wrappers.get("async_wrapper.ps1"),
    )


def module_name(script: str) -> str:
    """Return a module's full name from the name of its script.

    `ansible_collections.ansible.windows.plugins.modules.win_ping.ps1` is `ansible.windows.win_ping`.
    """
    plain = script.removesuffix(".ps1")
    found = re.fullmatch(r"ansible_collections\.(\w+\.\w+)\.plugins\.modules\.([\w.]+)", plain)
    return f"{found[1]}.{found[2]}" if found else plain
