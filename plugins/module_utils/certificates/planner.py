# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is in a certificate's directory and what is declared to the steps between them. Touches nothing.

An unchanged key: each file is replaced by a rename, `fullchain.pem` first, since it alone holds everything that is
served. Whatever moment a run is broken off at, certificate and key fit, and the next run makes the copies follow.

Another key: key, request and certificate are made complete in `<name>.next`, while the old ones stay in use; then the
whole directory changes places. Neither an old certificate with a new key nor the reverse ever stands in place.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import by_hand, describe, making
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import (
    FULLCHAIN,
    KEY,
    PKCS12_FILE,
    REQUEST,
    Folder,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.plan import (
    Kind,
    Plan,
    Present,
    Rules,
    Step,
    step,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.renewal import (
    answer_waits,
    key_trouble,
    no_gain,
    reason_to_renew,
    served_by,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Pkcs12, Wanted

REPLACED = "the key is replaced"


def plan_certificate(wanted: Wanted, present: Present, rules: Rules) -> Plan:
    """Return the steps for one certificate.

    Raises:
        Problem: what is there must not be replaced without being asked to, or was put there wrongly.
    """
    current, staged = present.current, present.staged
    trouble = key_trouble(wanted, current, rules)
    # A replacement that was once begun is carried through: its request may be with the certification authority.
    may_replace = rules.replace_key or staged.key is not None
    if trouble and not may_replace:
        raise trouble
    warning = None
    reason = REPLACED if trouble else reason_to_renew(wanted, current, rules)
    if reason and not trouble and (warning := no_gain(wanted, current, rules)):
        reason = None
    waiting = reason if rules.issuer is None else None
    steps: list[Step] = []
    if present.interrupted:
        steps.append(
            step(Kind.FINISH, wanted, current, "exchange of directories", before="interrupted", after="finished")
        )
    replaces_key = bool(trouble or (reason and current.installed and may_replace))
    if replaces_key:
        steps += _folder_steps(wanted, staged, rules, REPLACED)
        if _ready(wanted, staged, rules):
            waiting = None
            before = {"key": describe.key_label(current.key) if current.key else "missing or unreadable"}
            steps.append(
                step(Kind.EXCHANGE, wanted, current, "key and certificate", before=before, after={"key": wanted.key})
            )
        elif not trouble:
            steps += _derived_steps(wanted, current, rules)
    else:
        steps += _folder_steps(wanted, current, rules, reason)
        if staged.mode is not None:
            steps.append(step(Kind.DISCARD, wanted, staged, "next key", before="not needed", after=None))
    return Plan(tuple(steps), waiting, warning, replaces_key)


def _ready(wanted: Wanted, staged: Folder, rules: Rules) -> bool:
    """Return whether the next key gets, or by hand has got, its certificate in this run."""
    if rules.issuer:
        return True
    return _key_is_kept(wanted, staged) and not isinstance(by_hand.picked_up(wanted, staged, rules.now), str)


def _key_is_kept(wanted: Wanted, folder: Folder) -> bool:
    return folder.key is not None and describe.key_label(folder.key) == wanted.key


def _folder_steps(wanted: Wanted, folder: Folder, rules: Rules, reason: str | None) -> Iterator[Step]:
    """Yield what leads to a directory with key, request, and the certificate as far as it can be had."""
    if folder.mode != files.PRIVATE_DIRECTORY:
        before = None if folder.mode is None else f"{folder.mode:04o}"
        yield step(Kind.DIRECTORY, wanted, folder, "directory", before=before, after="0700")
    kept = _key_is_kept(wanted, folder)
    if kept:
        yield from _mode_step(wanted, folder, KEY)
    else:
        found = describe.key_label(folder.key) if folder.key else "unreadable"
        before = None if folder.content(KEY) is None else found
        yield step(Kind.KEY, wanted, folder, KEY, before=before, after=wanted.key)
    key, request = folder.key, folder.request
    if not (kept and key and request and making.request_fits(request, wanted, key)):
        names = list(describe.names_of(request)) if request else "unreadable"
        there = folder.content(REQUEST) is not None
        yield step(Kind.REQUEST, wanted, folder, REQUEST, before=names if there else None, after=list(wanted.names))
    if rules.issuer and (not kept or _needs_issue(wanted, folder, rules, reason)):
        yield from _issue_steps(wanted, folder, rules, reason)
    elif kept:
        yield from _derived_steps(wanted, folder, rules)


def _needs_issue(wanted: Wanted, folder: Folder, rules: Rules, reason: str | None) -> bool:
    """Return whether a certificate is still to be issued: one that an interrupted run left with the next key is not."""
    served = folder.installed
    fits = served and folder.key and served.leaf.public_key() == folder.key.public_key()
    return reason is not None and (not fits or reason_to_renew(wanted, folder, rules) is not None)


def _issue_steps(wanted: Wanted, folder: Folder, rules: Rules, reason: str | None) -> Iterator[Step]:
    before = describe.summary(folder.installed.leaf) if folder.installed else None
    foreseen = rules.issuer.foreseen(wanted, rules.now) if rules.issuer else {}
    after = {**foreseen, "because": reason}
    yield step(Kind.CERTIFICATE, wanted, folder, "certificate", before=before, after=after)
    if rules.pkcs12:
        yield _pkcs12_step(wanted, folder, rules.pkcs12, "of the certificate before")


def _derived_steps(wanted: Wanted, folder: Folder, rules: Rules) -> Iterator[Step]:
    """Yield what makes the files follow the certificate that is there."""
    served = served_by(wanted, folder, rules)
    if served is None or folder.key is None:
        return
    differing = {
        name: "missing" if folder.content(name) is None else "different"
        for name, content in served.files.items()
        if folder.content(name) != content
    }
    if differing and not answer_waits(wanted, folder, rules):
        before = None if folder.content(FULLCHAIN) is None else differing
        yield step(Kind.COPIES, wanted, folder, "certificate", before=before, after=describe.summary(served.leaf))
    if rules.pkcs12 is None:
        return
    content = folder.content(PKCS12_FILE)
    found = making.open_pkcs12(content, rules.pkcs12) if content else None
    declared = making.Bundle(folder.key, served, wanted.name, rules.pkcs12.encryption)
    if found is None:
        yield _pkcs12_step(wanted, folder, rules.pkcs12, "does not open with the password")
    elif not found.holds_same(declared):
        same = found.served == served and found.key.public_key() == folder.key.public_key()
        yield _pkcs12_step(wanted, folder, rules.pkcs12, found.encryption if same else "of another certificate or key")
    else:
        yield from _mode_step(wanted, folder, PKCS12_FILE)


def _pkcs12_step(wanted: Wanted, folder: Folder, settings: Pkcs12, found: str) -> Step:
    before = None if folder.content(PKCS12_FILE) is None else found
    after = {"friendly_name": wanted.name, "encryption": settings.encryption}
    return step(Kind.PKCS12, wanted, folder, PKCS12_FILE, before=before, after=after)


def _mode_step(wanted: Wanted, folder: Folder, name: str) -> Iterator[Step]:
    mode = folder.files[name].mode
    if mode != files.PRIVATE_FILE:
        yield step(Kind.MODE, wanted, folder, f"{name} mode", before=f"{mode:04o}", after="0600", file=name)
