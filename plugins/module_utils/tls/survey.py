# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All endpoints at once: resolves, looks at every address concurrently, and says what was found."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.progress import Progress
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import Finding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import Resolver, Unresolved, resolve
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.defects import Defect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.endpoint import Endpoint, Policy, Task
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.examination import Examination, examine
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.tls.handshake import (
    NotReached,
    NotServed,
    Session,
    look_at,
)


@dataclass(frozen=True)
class Sight:
    """One address of an endpoint, and what was seen there."""

    endpoint: Endpoint
    address: str | None
    """None if no address could be had."""
    defects: Sequence[Defect] = field(default=())
    not_reached: str | None = None
    """Why nothing was seen."""
    session: Session | None = None
    examination: Examination | None = None

    @property
    def differences(self) -> list[Finding]:
        """The defects as the proof reports them."""
        where = self.endpoint.where(self.address)
        return [Finding(where, each.name, each.expected, each.found, each.remedy) for each in self.defects]

    @property
    def not_proven(self) -> list[Finding]:
        """What could not be looked at, as the proof reports it."""
        if self.not_reached is None:
            return []
        remedy = "Check that the server is up and that firewalls let this host reach it."
        return [Finding(self.endpoint.where(self.address), "not_reached", "a TLS handshake", self.not_reached, remedy)]

    def as_dict(self) -> dict[str, object]:
        """Return it as the module does."""
        result: dict[str, object] = {
            "host": self.endpoint.host,
            "port": self.endpoint.port,
            "connect_address": self.endpoint.connect_address,
            "address": self.address,
            "reached": self.not_reached is None,
            "defects": list(dict.fromkeys(defect.name for defect in self.defects)),
            "chain": [],
        }
        if self.session and self.examination:
            leaf = self.session.chain[0]
            algorithm = leaf.signature_hash_algorithm
            result |= {
                "chain": [describe.summary(certificate) for certificate in self.session.chain],
                "days_left": self.examination.days_left,
                "names": list(describe.names_of(leaf)),
                "key": describe.key_label(leaf.public_key()),
                "signature_algorithm": algorithm.name if algorithm else leaf.signature_algorithm_oid._name,
                "protocol": self.session.version,
                "protocols": dict(self.session.protocols),
                "cipher": self.session.cipher,
                "ocsp_staple": self.examination.staple.status,
            }
        return result


def survey(task: Task, resolver: Resolver | None) -> list[Sight]:
    """Return what was seen at every address of every endpoint, in the order of declaration."""
    return asyncio.run(_survey(task, resolver))


async def _survey(task: Task, resolver: Resolver | None) -> list[Sight]:
    slots = asyncio.Semaphore(task.concurrency)
    targets = dict.fromkeys(endpoint.target for endpoint in task.endpoints)
    answers = await asyncio.gather(*(_addresses(target, resolver, task.deadline) for target in targets))
    addresses = dict(zip(targets, answers, strict=True))

    async def see(endpoint: Endpoint, address: str, progress: Progress) -> Sight:
        async with slots:
            sight = await _see(endpoint, address, task.policy, task.deadline)
        progress.advance()
        return sight

    sights: list[Sight | asyncio.Task[Sight]] = []
    found_of_each = [addresses[endpoint.target] for endpoint in task.endpoints]
    total = sum(len(found) for found in found_of_each if not isinstance(found, str))
    with Progress("TLS handshakes", total=total, unit="addresses") as progress:
        for endpoint, found in zip(task.endpoints, found_of_each, strict=True):
            if isinstance(found, str):
                sights.append(Sight(endpoint, None, not_reached=found))
            else:
                sights += [asyncio.create_task(see(endpoint, address, progress)) for address in found]
        return [await sight if isinstance(sight, asyncio.Task) else sight for sight in sights]


async def _addresses(target: str, resolver: Resolver | None, deadline: float) -> list[str] | str:
    """Return the addresses, or why there are none."""
    try:
        return await asyncio.to_thread(resolve, target, resolver, timeout=deadline)
    except Unresolved as error:
        return str(error)


async def _see(endpoint: Endpoint, address: str, policy: Policy, deadline: float) -> Sight:
    try:
        session = await look_at(endpoint, address, deadline=deadline)
    except NotReached as error:
        return Sight(endpoint, address, not_reached=str(error))
    except NotServed as error:
        return Sight(endpoint, address, [Defect(error.defect, "a TLS handshake", error.found)])
    if not session.chain:
        return Sight(endpoint, address, [Defect("no_certificate", "a certificate", "none was sent")])
    try:
        examination = examine(session, endpoint, policy)
    except ValueError as error:  # an extension that cannot be parsed
        return Sight(endpoint, address, [Defect("unreadable_certificate", "certificates by RFC 5280", str(error))])
    return Sight(endpoint, address, examination.defects, session=session, examination=examination)
