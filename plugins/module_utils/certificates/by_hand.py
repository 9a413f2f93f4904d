# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates that another party issues from our request and that somebody puts into the directory by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import x509
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import (
    CERTIFICATE,
    CHAIN,
    FULLCHAIN,
    REQUEST,
    Folder,
    Served,
    certificates_in,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Wanted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

NO_CERTIFICATE = "there is no certificate yet"


def picked_up(wanted: Wanted, folder: Folder, now: dt.datetime) -> Served | str:
    """Return the certificate that lies in the folder with its chain in order, or what is still awaited. Pure.

    Raises:
        Problem: what was put there does not belong to the key, the names, or together, or has expired.
    """
    put = _certificates(folder, CERTIFICATE)
    accepted = certificates_in(folder.content(FULLCHAIN))
    if not put:
        return Served(accepted[0], tuple(accepted[1:])) if accepted else NO_CERTIFICATE
    leaf = put[0]
    intermediates = _certificates(folder, CHAIN)
    is_new = not accepted or leaf != accepted[0]
    if is_new:
        _check_leaf(wanted, folder, leaf, now)
        if folder.content(CHAIN) is None and len(put) == 1:
            return f"{CHAIN} is missing: put the intermediates there, or an empty file if a root issued the certificate"
        if leaf.not_valid_before_utc > now:
            return f"{CERTIFICATE} is not valid before {describe.timestamp(leaf.not_valid_before_utc)}: run again then"
    elif folder.content(CHAIN) is None:
        intermediates = accepted[1:]
    chain, foreign = describe.ordered_chain(leaf, [*put[1:], *intermediates])
    if foreign:
        raise _refused(
            folder,
            CHAIN,
            "a certificate is no issuer of what is below it",
            expected=f"the issuer of {(leaf, *chain)[-1].subject.rfc4514_string()!r}, which is "
            f"{(leaf, *chain)[-1].issuer.rfc4514_string()!r}",
            found=repr(foreign[0].subject.rfc4514_string()),
        )
    return Served(leaf, chain)


def _certificates(folder: Folder, name: str) -> Sequence[x509.Certificate]:
    content = folder.content(name)
    certificates = certificates_in(content)
    if content and content.strip() and not certificates:
        raise _refused(folder, name, "it holds no certificate", expected="PEM", found=f"{len(content)} other bytes")
    return certificates


def _check_leaf(wanted: Wanted, folder: Folder, leaf: x509.Certificate, now: dt.datetime) -> None:
    if folder.key is None or leaf.public_key() != folder.key.public_key():
        raise _refused(
            folder,
            CERTIFICATE,
            "it belongs to another key",
            expected=f"a certificate made from {REQUEST}",
            found=f"serial {leaf.serial_number:X} of {leaf.subject.rfc4514_string()!r}",
        )
    if missing := [name for name in wanted.names if name not in describe.names_of(leaf)]:
        raise _refused(
            folder,
            CERTIFICATE,
            "names are missing in it",
            expected=", ".join(missing),
            found=", ".join(describe.names_of(leaf)),
        )
    if leaf.not_valid_after_utc <= now:
        end = describe.timestamp(leaf.not_valid_after_utc)
        raise _refused(
            folder, CERTIFICATE, "it has expired", expected=f"an end after {describe.timestamp(now)}", found=end
        )


def _refused(folder: Folder, name: str, what: str, *, expected: str, found: str) -> Problem:
    return Problem(
        what,
        where=str(folder.path / name),
        expected=expected,
        found=found,
        remedy="Put the right file there, or take this one away; nothing was touched.",
    )
