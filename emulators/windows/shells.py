# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The remote shells of one host: what WS-Management's operations do."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from emulators.windows import wsman
from emulators.windows.commands import Commands, Output
from emulators.windows.faults import Killed
from emulators.windows.machine import Machine
from emulators.windows.wsman import Request, WsmanFault

IDLE_SECONDS = 7200.0
"""WinRM's own IdleTimeout."""

BUSY_SECONDS = 0.02
"""How often it is looked whether services have come up."""

Observer = Callable[[str, bytes], None]


class Dropped(Exception):
    """A fault was asked for: the connection ends here, without an answer."""


@dataclass
class Command:
    """A command of a shell."""

    line: str
    stdin: bytearray = field(default_factory=bytearray)
    output: Output | None = None
    lost: bool = False
    """A fault was asked for: nobody is told its output."""
    goes_down: bool = False
    """The same, and the host is off once its output is asked for."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Shell:
    """A shell with its commands."""

    user: str
    used: float
    commands: dict[str, Command] = field(default_factory=dict)


class Shells:
    """All shells of one host."""

    def __init__(self, machine: Machine, commands: Commands, observer: Observer | None = None) -> None:
        self._machine = machine
        self._commands = commands
        self._observer = observer
        self._shells: dict[str, Shell] = {}
        self._actions = {
            f"{wsman.TRANSFER}/Create": self._create,
            f"{wsman.TRANSFER}/Delete": self._delete,
            f"{wsman.SHELL}/Command": self._command,
            f"{wsman.SHELL}/Send": self._send,
            f"{wsman.SHELL}/Receive": self._receive,
            f"{wsman.SHELL}/Signal": self._signal,
        }

    async def answer(self, user: str, request: Request) -> str:
        """Return the answer to a request.

        Raises:
            WsmanFault: it is answered with a fault.
            Dropped: it is not answered at all.
        """
        if request.resource != wsman.CMD:
            raise WsmanFault(f"the resource {request.resource} is not emulated; {wsman.CMD} is")
        if self._machine.faults.refuse:
            raise Dropped("the host is off")
        action = self._actions.get(request.action)
        if action is None:
            raise WsmanFault(f"the action {request.action} is not emulated; {', '.join(self._actions)} are")
        return await action(user, request)

    async def _create(self, user: str, request: Request) -> str:
        now = time.monotonic()
        self._shells = {name: shell for name, shell in self._shells.items() if shell.used > now - IDLE_SECONDS}
        shell_id = str(uuid.uuid4()).upper()
        self._shells[shell_id] = Shell(user, now)
        return wsman.created(request, shell_id)

    async def _delete(self, user: str, request: Request) -> str:
        self._shell(user, request)
        del self._shells[request.shell_id or ""]
        return wsman.deleted(request)

    async def _command(self, user: str, request: Request) -> str:
        shell = self._shell(user, request)
        line = request.find("rsp:CommandLine")
        if line is None:
            raise WsmanFault("Command has no CommandLine")
        words = [each.text or "" for each in line]
        command_id = str(uuid.uuid4()).upper()
        shell.commands[command_id] = Command(" ".join(words))
        return wsman.started(request, command_id)

    async def _send(self, user: str, request: Request) -> str:
        shell = self._shell(user, request)
        for stream in request.body.iterfind("rsp:Send/rsp:Stream", wsman.NAMESPACES):
            command = self._of(shell, stream.get("CommandId"))
            try:
                command.stdin += base64.b64decode(stream.text or "")
            except binascii.Error as error:
                raise WsmanFault(f"the stream is not base64: {error}") from error
            if stream.get("End", "").lower() == "true":
                await self._run(user, command)
        return wsman.sent(request)

    async def _receive(self, user: str, request: Request) -> str:
        shell = self._shell(user, request)
        wanted = request.find("rsp:Receive/rsp:DesiredStream")
        command_id = wanted.get("CommandId") if wanted is not None else None
        command = self._of(shell, command_id)
        if command.output is None and not command.stdin:
            # a command without input is not announced as such: its output is asked for before there is any
            await self._run(user, command)
        try:
            await asyncio.wait_for(command.ended.wait(), request.timeout)
        except TimeoutError:
            raise WsmanFault(
                "The WS-Management service cannot complete the operation within the time specified in "
                "OperationTimeout.",
                wsman.TIMED_OUT,
                "w:TimedOut",
            ) from None
        output = command.output or Output("nothing")
        if command.goes_down:
            self._machine.go_down()
        if command.lost or command.goes_down:
            raise Dropped(output.name)
        return wsman.received(request, command_id or "", output.stdout, output.stderr, output.exit_code)

    async def _signal(self, user: str, request: Request) -> str:
        shell = self._shell(user, request)
        signal = request.find("rsp:Signal")
        code = "" if signal is None else signal.findtext("rsp:Code", "", wsman.NAMESPACES)
        if signal is None or code not in (wsman.TERMINATE, wsman.CTRL_C):
            raise WsmanFault(f"the signal {code!r} is not emulated")
        shell.commands.pop(signal.get("CommandId", ""), None)
        return wsman.signalled(request)

    async def _run(self, user: str, command: Command) -> None:
        while self._machine.services.busy:
            await asyncio.sleep(BUSY_SECONDS)
        stdin, machine = bytes(command.stdin), self._machine
        if self._observer is not None:
            self._observer(command.line, stdin)
        faults, name = machine.faults, self._commands.named(command.line, stdin)
        if machine.struck("drop_before", name):
            raise Dropped(name)
        try:
            command.output = self._commands.run(machine, user, command.line, stdin)
        except Killed:
            command.output, command.goes_down = Output(name, exit_code=1), faults.down_when_killed
        machine.save()
        command.lost = machine.struck("drop", name)
        command.goes_down |= machine.struck("down_after", name)
        if faults.delay_seconds:
            asyncio.get_running_loop().call_later(faults.delay_seconds, command.ended.set)
        else:
            command.ended.set()

    def _shell(self, user: str, request: Request) -> Shell:
        shell = self._shells.get(request.shell_id or "")
        if shell is None or shell.user != user:
            raise WsmanFault(
                "The request for the Windows Remote Shell failed because the shell was not found on the server.",
                wsman.SHELL_NOT_FOUND,
                "w:InvalidSelectors",
            )
        shell.used = time.monotonic()
        return shell

    @staticmethod
    def _of(shell: Shell, command_id: str | None) -> Command:
        command = shell.commands.get(command_id or "")
        if command is None:
            raise WsmanFault(f"the shell has no command {command_id}")
        return command
