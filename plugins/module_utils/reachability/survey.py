# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All probes of a task at once: each name resolved once, a bounded number of sockets, one deadline a flow."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.flows import Flow
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.probe import Target, family_of, probe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reachability.states import Probe, State
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import (
    Resolver,
    Unresolved,
    is_address,
    resolve,
)

_RESERVED_FILES = 64
"""File descriptors left for Python, the event loop and the resolution of names."""
_MOST_RESOLUTIONS = 128
"""Names that are resolved at a time: each takes a thread."""
_LEAST_SHARE = 0.5
"""Share of the deadline that must be left after resolving, for silence to mean anything."""


@dataclass(frozen=True)
class Settings:
    """What holds for all flows of a task."""

    deadline: float
    """Seconds that a flow may take, from resolving its name to its greeting."""
    concurrency: int
    """Probes at a time."""
    source_address: str | None = None
    resolver: Resolver | None = None


@dataclass(frozen=True)
class _Resolved:
    addresses: Sequence[str]
    seconds: float
    problem: str = ""


def check_source_address(address: str | None) -> None:
    """Make sure that packets can leave from the address.

    Raises:
        InvalidParameter: it is no address, or none of this host's.
    """
    if address is None:
        return
    if not is_address(address):
        raise InvalidParameter("source_address", address, "it is no IP address", "Give one of this host's addresses.")
    try:
        with socket.socket(family_of(address), socket.SOCK_DGRAM) as trial:
            trial.bind((address, 0))
    except OSError as error:
        raise InvalidParameter(
            "source_address",
            address,
            f"this host cannot send from it ({error.strerror})",
            "Give one of this host's own addresses, or leave it out.",
        ) from error


def survey(flows: Sequence[Flow], settings: Settings) -> list[list[Probe]]:
    """Return for each flow what each address of its destination was found to be.

    Filtered flows take the whole deadline, so it takes about the deadline times (number of silent addresses divided by
    concurrency, rounded up).

    Raises:
        Problem: this host could not try: too few file descriptors, the library for a given resolver missing.
    """
    with Progress("Probing flows", total=len(flows), unit="flows") as progress:
        return asyncio.run(_survey(flows, settings, progress))


async def _survey(flows: Sequence[Flow], settings: Settings, progress: Progress) -> list[list[Probe]]:
    slots = asyncio.Semaphore(min(settings.concurrency, _allowed_files(settings.concurrency)))
    with ThreadPoolExecutor(_MOST_RESOLUTIONS, thread_name_prefix="resolve") as pool:
        names = {name: asyncio.create_task(_resolve(name, settings, pool)) for name in {flow.target for flow in flows}}
        probes = [asyncio.create_task(_flow(flow, names[flow.target], settings, slots)) for flow in flows]
        for each in probes:
            each.add_done_callback(lambda _flow: progress.advance())
        try:
            return await asyncio.gather(*probes)
        finally:
            # After a problem the others are of no use, and none of them may outlive the loop.
            for task in (*probes, *names.values()):
                task.cancel()
            await asyncio.gather(*probes, *names.values(), return_exceptions=True)


async def _flow(flow: Flow, name: asyncio.Task[_Resolved], settings: Settings, slots: asyncio.Semaphore) -> list[Probe]:
    resolved = await asyncio.shield(name)
    if resolved.problem:
        return [Probe(State.UNRESOLVED, resolved.problem)]
    left = settings.deadline - resolved.seconds
    if left < settings.deadline * _LEAST_SHARE:
        reason = f"resolving took {resolved.seconds:.1f} s of the deadline of {settings.deadline:g} s"
        return [Probe(State.UNRESOLVED, reason)]

    async def one(address: str) -> Probe:
        async with slots:
            return await probe(Target(flow, address, settings.source_address), left)

    return await asyncio.gather(*(one(address) for address in resolved.addresses))


async def _resolve(name: str, settings: Settings, pool: ThreadPoolExecutor) -> _Resolved:
    if is_address(name):
        return _Resolved([name], 0)

    def ask() -> _Resolved:
        started = time.monotonic()
        try:
            addresses = resolve(name, settings.resolver, timeout=settings.deadline)
        except Unresolved as error:
            return _Resolved([], time.monotonic() - started, error.what.removeprefix(f"{name} "))
        return _Resolved(addresses, time.monotonic() - started)

    return await asyncio.get_running_loop().run_in_executor(pool, ask)


def _allowed_files(wanted: int) -> int:
    """Return how many sockets this process may have open at a time, its soft limit raised for as many if possible."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + _RESERVED_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return wanted if soft == resource.RLIM_INFINITY else max(soft - _RESERVED_FILES, 1)
