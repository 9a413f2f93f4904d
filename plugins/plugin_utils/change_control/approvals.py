# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Approvals: a file beside the record says who approved exactly which bytes, when, and where that can be seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control import signatures
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import (
    APPROVAL_SUFFIX,
    SIGNATURE_SUFFIX,
    ChangeRecord,
    Record,
    read_texts,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.windows import CLOCK_SKEW, parse_time

KINDS = ("minute", "ticket_comment", "signature")
_QUOTED = ("kind", "reference", "quote")


@dataclass(frozen=True)
class Approval:
    """What the approver said, and where."""

    record: str
    digest: str
    approver: str
    approved: datetime
    kind: str
    """`minute` and `ticket_comment` quote the record's digest; `signature` is a detached one over its bytes."""
    reference: str
    """Where it can be seen: which minute, which ticket's comment; empty for a signature."""
    quote: str
    path: Path

    @classmethod
    def parse(cls, path: Path, content: bytes) -> Approval:
        """Return the approval that a file holds.

        Raises:
            Problem: it cannot be read, or a part is missing, unknown or wrong.
        """
        declared = read_texts(path, content)
        evidence = declared.get("evidence")
        texts = ("record", "digest", "approver", "approved")
        of_kind = ("kind",) if isinstance(evidence, Mapping) and evidence.get("kind") == "signature" else _QUOTED
        if (
            set(declared) != {*texts, "evidence"}
            or not isinstance(evidence, Mapping)
            or set(evidence) != set(of_kind)
            or evidence["kind"] not in KINDS
            or not all(isinstance(declared[name], str) for name in texts)
        ):
            raise Problem(
                "it is no approval",
                where=str(path),
                expected=f"{', '.join(texts)} and evidence: {', '.join(_QUOTED)} (kind: {', '.join(KINDS)})",
                found=", ".join(declared),
                remedy="Make it with playbooks/sign.yml.",
            )
        try:
            approved = parse_time("approved", declared["approved"])
        except InvalidParameter as error:
            raise Problem(str(error), where=str(path)) from error
        return cls(
            **{name: declared[name] for name in ("record", "digest", "approver")},
            approved=approved,
            kind=evidence["kind"],
            reference=evidence.get("reference", ""),
            quote=evidence.get("quote", ""),
            path=path,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what the file says."""
        evidence = {"kind": self.kind}
        if self.kind != "signature":
            evidence |= {"reference": self.reference, "quote": self.quote}
        return {
            "record": self.record,
            "digest": self.digest,
            "approver": self.approver,
            "approved": self.approved.isoformat(),
            "evidence": evidence,
        }


@dataclass(frozen=True)
class Rules:
    """What an approval must fulfil in this inventory."""

    directory: Path
    """Where approvals and signatures are kept."""
    require_signature: bool
    allowed_signers: Path


@dataclass(frozen=True)
class Examined:
    """What came of looking at the approval of a record, of whatever kind."""

    approval: Approval | None
    fault: str = ""
    """Why it does not count as approved; empty if it does."""
    evidence: str = ""
    """What shows that it is approved."""

    @property
    def approved(self) -> bool:
        """Whether it is approved."""
        return not self.fault


@dataclass(frozen=True)
class Judged:
    """A change record, and what came of looking at its approval."""

    record: ChangeRecord
    approval: Approval | None
    fault: str = ""
    """Why it does not count as approved; empty if it does."""
    evidence: str = ""
    """What shows that it is approved."""

    @property
    def approved(self) -> bool:
        """Whether work may run under it, in its window."""
        return not self.fault

    def as_dict(self) -> dict[str, Any]:
        """Return what a report shows of it."""
        record, approval = self.record, self.approval
        return {
            "id": record.id,
            "title": record.title,
            "reference": record.reference,
            "approver": record.approver,
            "approved": approval.approved.isoformat() if approval and self.approved else None,
            "evidence": self.evidence or None,
            "digest": record.digest,
            "window": record.window.as_dict(),
            "state": "approved" if self.approved else self.fault,
            "back_out": record.back_out,
        }


def judge(record: ChangeRecord, rules: Rules, now: datetime) -> Judged:
    """Return whether a change record is approved, from the files beside it. Never raises for what is wrong."""
    examined = examine(record, rules, now)
    return Judged(record, examined.approval, examined.fault, examined.evidence)


def examine(record: Record, rules: Rules, now: datetime) -> Examined:
    """Return whether a record is approved, from the files beside it. Never raises for what is wrong with them."""
    path = rules.directory / f"{record.id}{APPROVAL_SUFFIX}"
    approval = None
    try:
        try:
            approval = Approval.parse(path, path.read_bytes())
        except FileNotFoundError:
            raise Problem(
                f"it is not approved: there is no {path.name}",
                remedy=f"Ask {record.approver} to approve {record.digest}, then run playbooks/sign.yml.",
            ) from None
        _check(record, approval, rules, now)
        evidence = _evidence(record, approval, rules)
    except OSError as error:
        return Examined(approval, fault=f"its approval cannot be read: {error.strerror} ({path})")
    except Problem as problem:
        return Examined(approval, fault=str(problem))
    return Examined(approval, evidence=evidence)


def _check(record: Record, approval: Approval, rules: Rules, now: datetime) -> None:
    """Hold an approval against its record.

    Raises:
        Problem: it is for something else, by somebody else, or from the future; or it is no signature and must be one.
    """
    if approval.record != record.id or approval.digest != record.digest:
        raise Problem(
            "it was edited after it was approved, or the approval is for another record",
            where=approval.path.name,
            expected=f"{record.id} {record.digest}",
            found=f"{approval.record} {approval.digest}",
            remedy="Have the record approved as it is now, or restore the one that was approved.",
        )
    if approval.approver != record.approver:
        raise Problem(
            "somebody else approved it",
            where=approval.path.name,
            expected=record.approver,
            found=approval.approver,
            remedy="Have it approved by whom the record names.",
        )
    if approval.approved > now + CLOCK_SKEW:
        raise Problem(
            "it was approved in the future",
            where=approval.path.name,
            expected=f"a time before now, {now.isoformat(timespec='seconds')}",
            found=approval.approved.isoformat(timespec="seconds"),
            remedy="Either that time is wrong or the clock of this machine is: compare it with a time server.",
        )
    if rules.require_signature and approval.kind != "signature":
        raise Problem(
            "it is approved without a signature",
            where=approval.path.name,
            expected="a signature, since change_control_require_signature is on",
            found=approval.kind,
            remedy="Let the approver sign it: playbooks/sign.yml -e key=…",
        )


def _evidence(record: Record, approval: Approval, rules: Rules) -> str:
    """Return what shows the approval.

    Raises:
        Problem: it does not show it.
    """
    if approval.kind == "signature":
        return signatures.verify(
            record.content,
            rules.directory / f"{record.id}{SIGNATURE_SUFFIX}",
            signers=rules.allowed_signers,
            principal=record.principal,
            namespace=record.namespace,
            at=approval.approved,
        )
    if record.digest not in approval.quote:
        raise Problem(
            f"the {approval.kind.replace('_', ' ')} does not quote the record's digest",
            where=approval.path.name,
            expected=record.digest,
            found=approval.quote or "nothing",
            remedy="Quote what the approver wrote, with the digest in it.",
        )
    return f"{approval.kind.replace('_', ' ')} {approval.reference}: {approval.quote}"


def approve(
    record: Record, directory: Path, *, approved: datetime, key: Path | None = None, **evidence: str
) -> dict[Path, str]:
    """Return the files that approve a record: the approval, and with a key the signature over the record's bytes.

    Args:
        record: what is approved.
        directory: where approvals are kept.
        approved: when.
        key: the approver's key; without it, the evidence is a quote.
        evidence: `kind`, `reference` and `quote`, where there is no key.

    Raises:
        InvalidParameter: the quote does not hold the record's digest, or says not where it can be seen.
        Problem: it could not be signed.
    """
    if key is None:
        if record.digest not in evidence["quote"]:
            raise InvalidParameter(
                "quote", evidence["quote"], f"it does not hold {record.digest}", "Quote what the approver wrote."
            )
        if not evidence["reference"].strip():
            raise InvalidParameter("reference", evidence["reference"], "it is empty", "Say where that can be read.")
    approval = Approval(
        record=record.id,
        digest=record.digest,
        approver=record.approver,
        approved=approved,
        kind="signature" if key else evidence["kind"],
        reference=evidence.get("reference", ""),
        quote=evidence.get("quote", ""),
        path=directory / f"{record.id}{APPROVAL_SUFFIX}",
    )
    # by way of JSON: Ansible's texts carry their origin, and YAML does not know how to write that
    plain = json.loads(json.dumps(approval.as_dict()))
    files = {approval.path: yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120)}
    if key:
        signature = directory / f"{record.id}{SIGNATURE_SUFFIX}"
        files[signature] = signatures.sign(record.content, key, record.namespace)
    return files
