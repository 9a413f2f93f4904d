# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out what a client asks of a host: modules, and the few actions of ansible-core itself."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import ntpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulators.windows import clock, paths, programs
from emulators.windows.arguments import InvalidArguments
from emulators.windows.faults import Killed
from emulators.windows.files import FileError
from emulators.windows.machine import Machine
from emulators.windows.module import Call, Loaded, ModuleFailure
from emulators.windows.payload import Action, ModuleCall, NotUnderstood, Script, decode
from emulators.windows.services import ServiceError

LOG = logging.getLogger(__name__)

_REMOVE = re.compile(r"Remove-Item '?(?P<path>[^'\n]+?)'? -Force(?: -Recurse)?")
_BOOT_TIME = re.compile(
    r"\(Get-CimInstance -ClassName Win32_OperatingSystem -Property LastBootUpTime\)\.LastBootUpTime"
)
_RESTART = re.compile(r"\{ C:\\Windows\\System32\\shutdown\.exe /r /t \d+ /c ")
_AFTER_RESTART = re.compile(r"Get-Item -LiteralPath '[^']+' -ErrorAction Stop; '(?P<answer>success-[0-9a-f-]+)'")


@dataclass
class Output:
    """What a command leaves."""

    name: str
    """What was carried out, for faults and the log."""
    stdout: bytes = b""
    stderr: bytes = b""
    exit_code: int = 0


@dataclass
class Commands:
    """Runs commands on machines."""

    modules: Mapping[str, Loaded]

    def run(self, machine: Machine, user: str, command_line: str, stdin: bytes) -> Output:
        """Carry out a command line with its standard input, and return its output. Raises nothing but Killed."""
        try:
            asked = decode(command_line, stdin)
        except NotUnderstood as error:
            return _refused("payload", str(error))
        try:
            if isinstance(asked, ModuleCall):
                return self._module(machine, user, asked)
            if isinstance(asked, Action):
                return _action(machine, user, asked)
            return _script(machine, user, asked)
        except Killed:
            raise
        except FileError as error:
            return _refused(_name(asked), str(error))
        except Exception as error:
            LOG.exception("%s: %s", machine.name, _name(asked))
            said = f"the emulated host broke: {type(error).__name__}: {error}; see the emulator's log"
            return _refused(_name(asked), said)

    def named(self, command_line: str, stdin: bytes) -> str:
        """Return what `run` would call the command, without carrying it out."""
        try:
            asked = decode(command_line, stdin)
        except NotUnderstood:
            return "payload"
        return _name(asked)

    def _module(self, machine: Machine, user: str, asked: ModuleCall) -> Output:
        result = self._result(machine, user, asked)
        if asked.asynchronous is not None:
            return _asynchronous(machine, user, asked, result)
        content = json.dumps(result, ensure_ascii=True).encode()
        return Output(asked.name, content, exit_code=1 if result.get("failed") else 0)

    def _result(self, machine: Machine, user: str, asked: ModuleCall) -> dict[str, Any]:
        loaded = self.modules.get(asked.name)
        if loaded is None:
            return _failed(f"{asked.name} is not emulated; emulated are {', '.join(sorted(self.modules))}")
        if asked.become_user not in (None, "SYSTEM"):
            return _failed(
                f"become_user={asked.become_user} is not emulated; SYSTEM is, and anybody with become_flags "
                "'logon_type=new_credentials logon_flags=netcredentials_only'"
            )
        try:
            arguments = loaded.contract.validate(asked.arguments)
        except InvalidArguments as error:
            return _failed(str(error))
        if asked.check and not loaded.module.check_mode:
            short = asked.name.rpartition(".")[2]
            return {"changed": False, "skipped": True, "msg": f"remote module ({short}) does not support check mode"}
        return self._answer(machine, user, asked, loaded, arguments)

    @staticmethod
    def _answer(
        machine: Machine, user: str, asked: ModuleCall, loaded: Loaded, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        call = Call(machine, arguments, asked.check, asked.diff, asked.become_user or user, asked.environment)
        machine.files.shares_are_readable = machine.reads_shares(asked.credentials)
        try:
            loaded.module.run(call)
        except ModuleFailure as failure:
            return {**call.result, **failure.results, **_failed(str(failure))}
        except Killed:
            raise
        except (FileError, ServiceError) as error:
            return {**call.result, **_failed(str(error))}
        except Exception as error:
            LOG.exception("%s: %s", machine.name, asked.name)
            return _failed(f"the emulated {asked.name} broke: {type(error).__name__}: {error}; see the emulator's log")
        return call.result


def _name(asked: ModuleCall | Action | Script) -> str:
    return "script" if isinstance(asked, Script) else asked.name


def _failed(message: str) -> dict[str, Any]:
    return {"failed": True, "msg": message}


def _refused(name: str, message: str) -> Output:
    return Output(name, stderr=f"{message}\r\n".encode(), exit_code=1)


def _asynchronous(machine: Machine, user: str, asked: ModuleCall, result: dict[str, Any]) -> Output:
    """Leave a result where async_status looks for it; the task is over as soon as it has begun."""
    given = asked.asynchronous or {}
    directory = paths.expand(given["AsyncDir"], paths.environment(user, machine.name))
    path, job = ntpath.join(directory, given["AsyncJid"]), given["AsyncJid"]
    machine.files.make_directory(directory)
    machine.files.write(path, json.dumps({**result, "started": 1, "finished": 1, "ansible_job_id": job}).encode())
    started = {"started": 1, "finished": 0, "ansible_job_id": job, "results_file": path, "changed": False}
    return Output(asked.name, json.dumps(started).encode())


def _action(machine: Machine, user: str, action: Action) -> Output:
    files, variables = machine.files, paths.environment(user, machine.name)
    given = action.parameters
    match action.name:
        case "powershell_mkdtemp.ps1":
            path = ntpath.join(paths.expand(given["Directory"], variables), given["Name"])
            files.make_directory(path)
            return Output(action.name, f"{path}\r\n".encode())
        case "powershell_expand_user.ps1":
            return Output(action.name, f"{_home(given['Path'], variables)}\r\n".encode())
        case "winrm_put_file.ps1":
            content = b"".join(base64.b64decode(line) for line in action.data.split())
            files.write(given["Path"], content)
            digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
            return Output(action.name, json.dumps({"sha1": digest}).encode())
        case "winrm_fetch_file.ps1":
            return _fetch(machine, action)
    return _refused(action.name, f"the action {action.name} is not emulated")


def _home(path: str, variables: dict[str, str]) -> str:
    profile = variables["userprofile"]
    if path == "~":
        return profile
    return ntpath.join(profile, path[2:]) if path.startswith("~\\") else path


def _fetch(machine: Machine, action: Action) -> Output:
    path, offset = action.parameters["Path"], int(action.parameters["Offset"])
    file = machine.files.find(path)
    if file is None:
        return _refused(action.name, f"{path} does not exist")
    if file.directory:
        return Output(action.name, b"[DIR]\r\n")
    part = machine.files.read(path)[offset : offset + int(action.parameters["BufferSize"])]
    return Output(action.name, base64.b64encode(part) + b"\r\n")


def _script(machine: Machine, user: str, script: Script) -> Output:
    """Carry out the scripts that Ansible itself sends as text; no other is understood."""
    if found := _REMOVE.fullmatch(script.text):
        machine.files.remove(paths.expand(found["path"], paths.environment(user, machine.name)))
        return Output("script")
    if _BOOT_TIME.search(script.text):
        return Output("script", f"{clock.file_time(machine.state.booted)}\r\n".encode())
    if _RESTART.search(script.text):
        machine.reboot()
        return Output("script", json.dumps({"stdout": "", "stderr": "", "rc": 0}).encode())
    if found := _AFTER_RESTART.search(script.text):
        return Output("script", f"{found['answer']}\r\n".encode())
    try:
        ended = programs.run(machine, script.text)
    except programs.UnknownProgram as error:
        return _refused("script", str(error))
    return Output("script", ended.stdout.encode(), ended.stderr.encode(), ended.exit_code)
