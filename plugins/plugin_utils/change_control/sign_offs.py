# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign-offs: who accepts exactly which content, tested where, by whom and when, and until when that holds.

A sign-off is a record like a change record, approved by the same evidence. It names one digest: what is deployed is
that content or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control import signatures
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.approvals import Rules, examine
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.records import (
    APPROVAL_SUFFIX,
    SIGN_OFF,
    SUFFIX,
    ChangeRecord,
    Record,
    check_parts,
    check_texts,
    read_texts,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.windows import CLOCK_SKEW, parse_time

_TEXTS = ("id", "title", "approver", "artefact", "tested_in", "tested_by")
_TIMES = ("tested", "valid_until")
_REMEDY = "Have this content signed off (playbooks/sign_off.yml, then playbooks/sign.yml), or deploy the one that was."


@dataclass(frozen=True)
class SignOff(Record):
    """That a content was tested and is accepted."""

    artefact: str
    """What it is the content of: `calsync_exam_template`."""
    content_digest: str
    """The digest of the content: 64 hexadecimal digits. That of the record itself is `digest`."""
    tested_in: str
    """The environment."""
    tested_by: str
    tested: datetime
    valid_until: datetime
    """From then on it holds no longer."""

    namespace: ClassVar[str] = signatures.SIGN_OFF

    @classmethod
    def parse(cls, path: Path, content: bytes) -> SignOff:
        """Return the sign-off that a file holds.

        Raises:
            Problem: it cannot be read, or a part of it is missing, unknown, empty or wrong.
        """
        declared = read_texts(path, content)
        check_parts(declared, {*_TEXTS, *_TIMES, "kind", "digest"}, path, "it is no sign-off")
        try:
            check_texts(declared, (*_TEXTS, *_TIMES, "digest"), path)
            _check_forms(declared)
            tested, valid_until = (parse_time(name, declared[name]) for name in _TIMES)
        except InvalidParameter as error:
            raise Problem(str(error), where=str(path)) from error
        if valid_until <= tested:
            raise Problem(
                "it ends before the test",
                where=str(path),
                expected=f"valid_until after {tested.isoformat()}",
                found=valid_until.isoformat(),
                remedy="Correct the record and have it approved as it is then.",
            )
        texts = {name: declared[name].strip() for name in _TEXTS}
        return cls(
            **texts,
            content_digest=declared["digest"],
            tested=tested,
            valid_until=valid_until,
            path=path,
            content=content,
        )

    def as_dict(self) -> dict[str, object]:
        """Return what a report shows of it."""
        return {
            "id": self.id,
            "title": self.title,
            "approver": self.approver,
            "artefact": self.artefact,
            "digest": self.content_digest,
            "tested_in": self.tested_in,
            "tested_by": self.tested_by,
            "tested": self.tested.isoformat(),
            "valid_until": self.valid_until.isoformat(),
        }


@dataclass(frozen=True)
class Accepted:
    """A sign-off that holds, and what shows that it was approved."""

    sign_off: SignOff
    evidence: str


def parse_record(path: Path, content: bytes) -> Record:
    """Return the record that a file holds, a sign-off or a change record. Raises Problem if it is neither."""
    kind = SignOff if read_texts(path, content).get("kind") == SIGN_OFF else ChangeRecord
    return kind.parse(path, content)


def read_sign_offs(directory: Path) -> list[SignOff]:
    """Return the sign-offs of a directory of records, by id.

    Raises:
        Problem: one of them is none.
        OSError: a file cannot be read.
    """
    found = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        if path.name.endswith(APPROVAL_SUFFIX):
            continue
        content = path.read_bytes()
        if read_texts(path, content).get("kind") == SIGN_OFF:
            found.append(SignOff.parse(path, content))
    return found


def accepted(sign_offs: Sequence[SignOff], artefact: str, digest: str, rules: Rules, now: datetime) -> Accepted:
    """Return the sign-off that lets a content be deployed; of several, the one that holds longest.

    Raises:
        Problem: there is none, or none that is for this content, approved as it is, and still holds. The message says
            what is wrong with each that might have been meant.
    """
    of_artefact = [each for each in sign_offs if each.artefact == artefact]
    of_content = [each for each in of_artefact if each.content_digest == digest]
    if not of_content:
        others = [f"{each.id} ({each.content_digest[:12]}…)" for each in of_artefact]
        raise Problem(
            "this content is not signed off" if others else "there is no sign-off",
            where=artefact,
            expected=f"a sign-off of {digest}",
            found=f"sign-offs of other content: {', '.join(others)}" if others else "none",
            remedy=_REMEDY,
        )
    faults = []
    for sign_off in sorted(of_content, key=lambda each: each.valid_until, reverse=True):
        examined = examine(sign_off, rules, now)
        fault = examined.fault or _outdated(sign_off, now)
        if not fault:
            return Accepted(sign_off, examined.evidence)
        faults.append(f"{sign_off.id}: {fault}")
    raise Problem("no sign-off of this content holds", where=artefact, found=" ".join(faults), remedy=_REMEDY)


def record_text(sign_off: SignOff) -> str:
    """Return the file of a sign-off, to be approved; its `content` is not looked at."""
    declared = {"kind": SIGN_OFF, **sign_off.as_dict()}
    return "---\n" + yaml.safe_dump(declared, sort_keys=False, allow_unicode=True, width=120)


def _check_forms(declared: Mapping[str, str]) -> None:
    """Return if kind and digest are what they have to be. Raises InvalidParameter."""
    if declared["kind"] != SIGN_OFF:
        raise InvalidParameter("kind", declared["kind"], "it is another kind of record", f"Write {SIGN_OFF}.")
    if not re.fullmatch(r"[0-9a-f]{64}", declared["digest"]):
        raise InvalidParameter("digest", declared["digest"], "it is no SHA-256", "Copy it from what was collected.")


def _outdated(sign_off: SignOff, now: datetime) -> str:
    """Return why a sign-off does not hold now; empty if it does."""
    if sign_off.tested > now + CLOCK_SKEW:
        return f"it was tested in the future, at {sign_off.tested.isoformat()}."
    if sign_off.valid_until <= now:
        return f"it expired at {sign_off.valid_until.isoformat()}."
    return ""
