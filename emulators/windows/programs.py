# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few programs of Windows that an emulated host has: for win_command and for the actions of scheduled tasks."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from emulators.certificates import thumbprint_of
from emulators.windows import bi_platform, clock
from emulators.windows.bi_platform import Ended
from emulators.windows.services import ServiceError

if TYPE_CHECKING:
    from emulators.windows.machine import Machine
    from emulators.windows.model import Service, StartMode

NO_SUCH_SERVICE = 1060
NOT_STARTED = 1062
SERVICE_FAILED = 1053

_SHELL = re.compile(r'cmd\.exe /d /s /c "(.*)"')
_WORDS = re.compile(r'"([^"]*)"|(\S+)')


class UnknownProgram(Exception):
    """A program, or a use of one, that is not emulated; the message names it."""


def run(machine: Machine, command_line: str, stdin: str = "") -> Ended:
    """Run a command line with a standard input.

    Raises:
        UnknownProgram: it is none of those below.
    """
    if match := _SHELL.fullmatch(command_line):
        return _shell(machine, match[1], stdin)
    words = split(command_line)
    name = ntpath.basename(words[0]).lower().removesuffix(".exe") if words else ""
    program = _PROGRAMS.get(name)
    ended = program(machine, words[1:]) if program else None
    if ended is None:
        raise UnknownProgram(
            f"the emulated host has no program {command_line!r}; emulators/windows/README.md lists those that it has"
        )
    return ended


def split(command_line: str) -> list[str]:
    """Return the words of a command line; double quotes keep blanks together."""
    words, word, quoted, there = [], "", False, False
    for character in command_line:
        if character == '"':
            quoted, there = not quoted, True
        elif character.isspace() and not quoted:
            if there:
                words.append(word)
            word, there = "", False
        else:
            word, there = word + character, True
    return [*words, word] if there else words


def _shell(machine: Machine, command: str, stdin: str) -> Ended:
    """Carry out one of the few commands that cmd.exe has here.

    Raises:
        UnknownProgram: it is none of those below.
    """
    files = machine.files
    words = [quoted or plain for quoted, plain in _WORDS.findall(command)]
    match words:
        case ["mkdir", path]:
            if files.find(path) is not None:
                return Ended(1, stderr=f"A subdirectory or file {path} already exists.\r\n")
            files.make_directory(path)
        case ["findstr", "^", ">", path]:
            files.write(path, f"{stdin}\r\n".encode())
        case ["move", "/y", path, target]:
            files.write(target, files.read(path))
            files.remove(path)
        case [program, "-lcmproperty", path] if program in machine.state.bi_platforms:
            return bi_platform.lcm_cli(machine, Path(machine.state.bi_platforms[program]), path)
        case [program, *_rest] if program.lower().endswith(".bat"):
            return Ended(1, stderr=f"'{program}' is not recognized as an internal or external command.\r\n")
        case _:
            raise UnknownProgram(f"the emulated cmd.exe does not know {command!r}")
    return Ended()


def _w32tm(machine: Machine, words: list[str]) -> Ended | None:
    service = machine.state.time
    now = clock.local(machine.now(), service.timezone)
    match [word.lower() for word in words]:
        case ["/query", "/source"]:
            return Ended(stdout=f"{service.source}\r\n")
        case ["/query", "/status"]:
            return Ended(
                stdout="Leap Indicator: 0(no warning)\r\nStratum: 3 (secondary reference - syncd by (S)NTP)\r\n"
                f"Last Successful Sync Time: {now:%d/%m/%Y %H:%M:%S}\r\nSource: {service.source}\r\n"
            )
        case ["/stripchart", computer, samples, "/dataonly"] if computer.startswith("/computer:"):
            count = int(samples.removeprefix("/samples:"))
            # what would have to be added to this host's clock
            line = f"{now:%H:%M:%S}, {-service.offset_seconds:+011.7f}s\r\n"
            name = words[1].partition(":")[2]
            head = f"Tracking {name} [{name}:123].\r\nCollecting {count} samples.\r\n"
            return Ended(stdout=f"{head}The current time is {now:%d/%m/%Y %H:%M:%S}.\r\n{line * count}")
    return None


_START_MODES: dict[str, StartMode] = {
    "disabled": "disabled",
    "demand": "manual",
    "auto": "auto",
    "delayed-auto": "delayed",
}


def _sc(machine: Machine, words: list[str]) -> Ended | None:
    verb, name, *rest = [words[0].lower(), *words[1:]] if len(words) > 1 else ["", ""]
    service = machine.services.find(name)
    match [verb, *(word.lower() for word in rest)]:
        case ["start" | "stop" | "query"] | ["config", "start=", _] if service is None:
            text = "The specified service does not exist as an installed service."
            return Ended(NO_SUCH_SERVICE, f"[SC] OpenService FAILED {NO_SUCH_SERVICE}:\r\n\r\n{text}\r\n\r\n")
        case ["query"] if service is not None:
            state = "4  RUNNING" if service.state == "started" else "1  STOPPED"
            return Ended(stdout=f"\r\nSERVICE_NAME: {service.name}\r\n        STATE              : {state}\r\n")
        case ["start" | "stop"] if service is not None:
            return _controlled(machine, service, verb)
        case ["config", "start=", mode] if service is not None and mode in _START_MODES:
            service.start_mode = _START_MODES[mode]
            return Ended(stdout="[SC] ChangeServiceConfig SUCCESS\r\n")
    return None


def _controlled(machine: Machine, service: Service, verb: str) -> Ended:
    if verb == "stop" and service.state == "stopped":
        return Ended(NOT_STARTED, "[SC] ControlService FAILED 1062:\r\n\r\nThe service has not been started.\r\n\r\n")
    try:
        (machine.services.stop if verb == "stop" else machine.services.start)(service)
    except ServiceError as error:
        return Ended(SERVICE_FAILED, f"[SC] FAILED {SERVICE_FAILED}:\r\n\r\n{error}\r\n\r\n")
    return Ended(stdout=f"\r\nSERVICE_NAME: {service.name}\r\n")


def _netsh(machine: Machine, words: list[str]) -> Ended | None:
    match [word.lower() for word in words]:
        case ["advfirewall", "firewall", "set", "rule", named, "new", ("enable=yes" | "enable=no") as how]:
            if not named.startswith("name="):
                return None
            rules = [rule for rule in machine.state.firewall_rules if rule.name.lower() == named.removeprefix("name=")]
            for rule in rules:
                rule.enabled = how == "enable=yes"
            if not rules:
                return Ended(1, "\r\nNo rules match the specified criteria.\r\n\r\n")
            return Ended(stdout=f"\r\nUpdated {len(rules)} rule(s).\r\nOk.\r\n\r\n")
        case ["http", "show", "sslcert"]:
            return Ended(stdout=_certificates_of_http_sys(machine))
    return None


def _certificates_of_http_sys(machine: Machine) -> str:
    """Return what is bound in http.sys: the bindings of IIS, and WinRM's listener."""
    bound = {("IP:port", "0.0.0.0:5986"): thumbprint_of(machine.winrm_certificate).lower()}
    for each in (binding for site in machine.state.sites for binding in site.bindings):
        if each.protocol == "https" and each.certificate_hash:
            kind, place = (
                ("Hostname:port", each.hostname) if each.use_sni else ("IP:port", each.ip.replace("*", "0.0.0.0"))
            )
            bound[kind, f"{place}:{each.port}"] = each.certificate_hash.lower()
    lines = ["", "SSL Certificate bindings:", "-------------------------"]
    for (kind, place), thumbprint in bound.items():
        lines += ["", f"    {kind:<29}: {place}", f"    {'Certificate Hash':<29}: {thumbprint}"]
    return "\r\n".join([*lines, ""])


def _tzutil(machine: Machine, words: list[str]) -> Ended | None:
    return Ended(stdout=machine.state.time.timezone) if [word.lower() for word in words] == ["/g"] else None


def _schtasks(machine: Machine, words: list[str]) -> Ended | None:
    match words:
        case ["/run" | "/end" as verb, "/tn", name]:
            path, _, last = name.rpartition("\\")
            task = machine.tasks.find(path or "\\", last)
        case _:
            return None
    if task is None:
        return Ended(1, stderr="ERROR: The system cannot find the file specified.\r\n")
    if verb == "/run" and not task.enabled:
        return Ended(1, stderr="ERROR: The task is disabled.\r\n")
    if verb == "/run":
        machine.tasks.run(task)
        return Ended(stdout=f'SUCCESS: Attempted to run the scheduled task "{name}".\r\n')
    if not task.running:
        return Ended(1, stderr="ERROR: There is no running instance of the task.\r\n")
    machine.tasks.end(task)
    return Ended(stdout=f'SUCCESS: The scheduled task "{name}" has been terminated successfully.\r\n')


_PROGRAMS: dict[str, Callable[[Machine, list[str]], Ended | None]] = {
    "netsh": _netsh,
    "sc": _sc,
    "schtasks": _schtasks,
    "tzutil": _tzutil,
    "w32tm": _w32tm,
}
