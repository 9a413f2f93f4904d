# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a certificate is renewed, and when a key may not be kept. Touches nothing."""

from __future__ import annotations

import datetime as dt

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import by_hand, describe
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import (
    FULLCHAIN,
    KEY,
    Folder,
    Served,
    certificates_in,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.plan import Rules
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Wanted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

NO_GAIN = dt.timedelta(hours=1)
"""A certificate is not renewed for less, because the authority itself ends."""


def key_trouble(wanted: Wanted, folder: Folder, rules: Rules) -> Problem | None:
    """Return why the key cannot be kept, None if it can, or if there is none yet and nothing depends on one."""
    leaf = in_use(folder, rules)
    if folder.content(KEY) is None:
        what, found = ("the key of the certificate is gone", "no file") if leaf else (None, "")
    elif folder.key is None:
        what, found = "the key cannot be read", "an encrypted or damaged file"
    elif (label := describe.key_label(folder.key)) != wanted.key:
        what, found = "the key is of another type or size than declared", label
    elif leaf and leaf.leaf.public_key() != folder.key.public_key():
        what, found = "the certificate does not belong to the key", f"serial {leaf.leaf.serial_number:X}"
    else:
        what, found = None, ""
    if what is None:
        return None
    return Problem(
        what,
        where=str(folder.path / KEY),
        expected=f"a private key {wanted.key}, unencrypted in PEM, with a certificate that fits",
        found=found,
        remedy="A key is never replaced silently: put the right one there, or set `replace_key: true` for one run "
        "(role https: https_replace_key; CalSync's key: the next number in calsync_certificate_generation).",
    )


def reason_to_renew(wanted: Wanted, folder: Folder, rules: Rules) -> str | None:
    """Return why a new certificate is needed, None if the one that is there will do.

    Raises:
        Problem: a certificate was put there wrongly.
    """
    served = folder.installed if rules.issuer else by_hand.picked_up(wanted, folder, rules.now)
    if served is None or isinstance(served, str):
        return served or by_hand.NO_CERTIFICATE
    names = describe.names_of(served.leaf)
    # An authority of somebody else may add names, such as the domain with and without www.
    if set(wanted.names) - set(names) or (rules.issuer and set(names) - set(wanted.names)):
        return f"its names are {', '.join(names) or 'none'}"
    if rules.issuer and (objection := rules.issuer.objection(served, folder)):
        return objection
    if rules.now >= renewal_time(served, rules.renew_before):
        return f"it ends at {describe.timestamp(served.leaf.not_valid_after_utc)}"
    return None


def renewal_time(served: Served, renew_before: dt.timedelta) -> dt.datetime:
    """Return when renewal begins: `renew_before` the end, or at the last third of the life if that is later."""
    return served.leaf.not_valid_after_utc - min(renew_before, describe.life(served.leaf) / 3)


def in_use(folder: Folder, rules: Rules) -> Served | None:
    """Return the certificate in use; what was put there by hand and not yet accepted is not."""
    if rules.issuer:
        return folder.installed
    accepted = certificates_in(folder.content(FULLCHAIN))
    return Served(accepted[0], tuple(accepted[1:])) if accepted else None


def no_gain(wanted: Wanted, folder: Folder, rules: Rules) -> str | None:
    """Return a warning if the only reason is the end, and the authority cannot give a later one."""
    served = folder.installed
    end = rules.issuer.latest_end(rules.now) if rules.issuer else None
    if rules.issuer is None or end is None or served is None:
        return None
    present = served.leaf.not_valid_after_utc
    other_reason = set(describe.names_of(served.leaf)) != set(wanted.names) or rules.issuer.objection(served, folder)
    if other_reason or present <= rules.now or end > present + NO_GAIN:
        return None
    return (
        f"{wanted.name}: the certificate ends at {describe.timestamp(present)} and cannot be renewed beyond that, "
        "because the certification authority itself ends. Renew the authority."
    )


def served_by(wanted: Wanted, folder: Folder, rules: Rules) -> Served | None:
    """Return the certificate that the folder's files follow, None if there is none."""
    if rules.issuer:
        return folder.installed
    found = by_hand.picked_up(wanted, folder, rules.now)
    return in_use(folder, rules) if isinstance(found, str) else found


def can_be_served(wanted: Wanted, folder: Folder, rules: Rules) -> bool:
    """Return whether the folder's certificate, once its files follow it, can be brought to its host: with its key, for
    all names, and at this time. One whose renewal is awaited can."""
    served = served_by(wanted, folder, rules)
    if served is None or key_trouble(wanted, folder, rules):
        return False
    has_begun, has_ended = (
        at <= rules.now for at in (served.leaf.not_valid_before_utc, served.leaf.not_valid_after_utc)
    )
    return has_begun and not has_ended and set(wanted.names) <= set(describe.names_of(served.leaf))


def answer_waits(wanted: Wanted, folder: Folder, rules: Rules) -> bool:
    """Return whether what was put there by hand is not taken up yet, so that no other certificate may overwrite it."""
    return rules.issuer is None and isinstance(by_hand.picked_up(wanted, folder, rules.now), str)
