# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What three versions of ansible-core really send (scripts/record_payloads.py recorded it), decoded."""

from __future__ import annotations

import base64
import copy
import json
from pathlib import Path
from typing import Any

import pytest

from emulators.windows.payload import (
    Action,
    Credentials,
    ModuleCall,
    NotUnderstood,
    Script,
    decode,
    module_name,
    script_text,
)

PAYLOADS = Path(__file__).with_name("payloads")
VERSIONS = ("2.19", "2.20", "2.21")


def load(path: Path) -> tuple[str, list[Any]]:
    payload = json.loads(path.read_text(encoding="utf-8"))
    return payload["command_line"], payload["stdin"]


def sent(parts: list[Any]) -> bytes:
    """Return a standard input as ansible-core writes it."""
    texts = (part if isinstance(part, str) else json.dumps(part) for part in parts)
    return "\n\0\0\0\0\n".join(texts).encode()


def recorded(version: str, task: str) -> list[ModuleCall | Action | Script]:
    """Return, decoded, all that a task sent."""
    found = sorted((PAYLOADS / version).glob(f"[0-9][0-9]-{task}.json"))
    assert found, f"there is no recording of {task} by ansible-core {version}"
    return [decode(command_line, sent(parts)) for command_line, parts in map(load, found)]


@pytest.mark.parametrize("version", VERSIONS)
def test_that_every_recorded_payload_is_understood(version: str) -> None:
    for path in sorted((PAYLOADS / version).glob("*.json")):
        command_line, parts = load(path)
        decoded = decode(command_line, sent(parts))
        if isinstance(decoded, ModuleCall):
            assert not any(name.startswith("_ansible") for name in decoded.arguments), path


@pytest.mark.parametrize("version", VERSIONS)
def test_modules(version: str) -> None:
    (module,) = recorded(version, "module")
    assert module == ModuleCall("ansible.windows.win_ping", {"data": "grüße"})
    (checked,) = recorded(version, "check_and_diff")
    service = {"name": "W32Time", "state": "started"}
    assert checked == ModuleCall("ansible.windows.win_service", service, check=True, diff=True)
    (environment,) = recorded(version, "environment")
    assert environment == ModuleCall("ansible.windows.win_ping", {}, environment={"EXAM": "yes"})
    (builtin,) = recorded(version, "builtin")
    assert isinstance(builtin, ModuleCall)
    assert (builtin.name, builtin.arguments["gather_subset"]) == ("ansible.windows.setup", ["!all", "!min"])
    (become,) = recorded(version, "become")
    assert become == ModuleCall("ansible.windows.win_ping", {}, become_user="SYSTEM")
    (other,) = recorded(version, "script_module")
    assert isinstance(other, ModuleCall)
    assert other.name == "ansible.windows.win_powershell"


@pytest.mark.parametrize("version", VERSIONS)
def test_that_credentials_for_other_hosts_are_told_from_another_user_of_this_one(version: str) -> None:
    (path,) = (PAYLOADS / version).glob("[0-9][0-9]-become.json")
    command_line, parts = load(path)
    become = parts[1]["actions"][0]
    become["params"] = {
        "BecomeUser": "EXAMS\\reader",
        "LogonType": "NewCredentials",
        "LogonFlags": "NetCredentialsOnly",
    }
    become["secure_params"] = {"BecomePassword": "of the reader"}
    decoded = decode(command_line, sent(parts))
    assert isinstance(decoded, ModuleCall)
    assert (decoded.become_user, decoded.credentials) == (None, Credentials("EXAMS\\reader", "of the reader"))
    assert "of the reader" not in repr(decoded)
    become["params"]["LogonType"] = "Interactive"
    with pytest.raises(NotUnderstood, match="netcredentials_only with LogonType=Interactive"):
        decode(command_line, sent(parts))


@pytest.mark.parametrize("version", VERSIONS)
def test_async(version: str) -> None:
    started, status, cleanup = recorded(version, "async")
    assert isinstance(started, ModuleCall)
    assert started.asynchronous is not None
    assert (started.name, started.asynchronous["AsyncDir"]) == (
        "ansible.windows.win_ping",
        "%USERPROFILE%\\.ansible_async",
    )
    for asked, mode in ((status, "status"), (cleanup, "cleanup")):
        assert isinstance(asked, ModuleCall)
        assert asked.name == "ansible.windows.async_status"
        assert (asked.arguments["jid"], asked.arguments["mode"]) == (started.asynchronous["AsyncJid"], mode)


@pytest.mark.parametrize("version", VERSIONS)
def test_transfers(version: str) -> None:
    query, made, put, single, *removed = recorded(version, "copy")
    assert isinstance(query, ModuleCall)
    assert query.arguments["_copy_mode"] == "query"
    assert isinstance(made, Action)
    assert (made.name, made.parameters["Directory"]) == ("powershell_mkdtemp.ps1", "%TEMP%")
    assert isinstance(put, Action)
    assert (put.name, base64.b64decode(put.data)) == ("winrm_put_file.ps1", b"content\n")
    assert put.parameters["Path"].endswith(f"{made.parameters['Name']}\\source")
    assert isinstance(single, ModuleCall)
    assert single.arguments["src"] == put.parameters["Path"]
    for each in removed:
        assert isinstance(each, Script)
        assert each.text.startswith("Remove-Item ")
        assert each.text.endswith(" -Force -Recurse")
    fetched = recorded(version, "fetch")[-1]
    assert isinstance(fetched, Action)
    assert (fetched.name, fetched.parameters["Offset"]) == ("winrm_fetch_file.ps1", 0)
    assert recorded(version, "raw") == [Script("w32tm /query /source")]


def changed(part: int, *keys: str | int, to: object) -> bytes:
    """Return a recorded standard input in which one thing is another."""
    _command_line, parts = load(PAYLOADS / "2.21" / "00-module.json")
    parts = copy.deepcopy(parts)
    place = parts[part]
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = to
    return sent(parts)


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b"{}", "not divided by four NUL bytes"),
        (b"{}\n\0\0\0\0\n{", "is not JSON"),
        (b"[]\n\0\0\0\0\n{}", "the bootstrap is list; expected an object"),
        (changed(0, "name", to="other"), "runs 'other'; expected exec_wrapper"),
        (changed(0, "params", to={"Novelty": 1}), "the bootstrap's params has Novelty"),
        (changed(1, "novelty", to=1), "the manifest has novelty"),
        (changed(1, "actions", 0, "novelty", to=1), "an action of the manifest has novelty"),
        (changed(1, "actions", 0, "params", "Novelty", to=1), r"module_wrapper\.ps1 has Novelty"),
        (changed(1, "actions", 0, "params", "ForModule", to=False), "only modules are emulated"),
        (
            changed(1, "actions", 0, "params", "Variables", 0, "Name", to="other"),
            r"module_wrapper\.ps1's Variables has other",
        ),
        (changed(1, "actions", to=[{"name": "a", "params": {}}, {"name": "b", "params": {}}]), "only a module can be"),
    ],
)
def test_that_what_no_known_version_sends_is_refused_by_name(stdin: bytes, said: str) -> None:
    with pytest.raises(NotUnderstood, match=said):
        decode("PowerShell -EncodedCommand eAA=", stdin)


def test_that_an_unknown_wrapper_is_refused_by_name() -> None:
    command_line, parts = load(PAYLOADS / "2.19" / "00-module.json")
    parts[1]["actions"].insert(0, {"name": "coverage_wrapper.ps1", "params": {}})
    with pytest.raises(NotUnderstood, match=r"wrapper coverage_wrapper\.ps1 of a module"):
        decode(command_line, sent(parts))


def test_names_and_scripts() -> None:
    assert module_name("ansible_collections.microsoft.iis.plugins.modules.website.ps1") == "microsoft.iis.website"
    assert module_name("ansible.legacy.own.ps1") == "ansible.legacy.own"
    assert script_text("whoami  ") == "whoami"
    with pytest.raises(NotUnderstood, match="not base64 of UTF-16"):
        script_text("PowerShell -EncodedCommand !!!")
