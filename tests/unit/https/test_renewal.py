# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan over time: nothing until renewal is due, then exactly that."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import making
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import Encoding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import Folder, StoredFile
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.own_ca import OwnAuthority
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.plan import Kind, Plan, Present, Rules
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.planner import plan_certificate
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Wanted
from emulators.certificates import Authority

WANTED = Wanted("es", ("scheduler.exams.example", "es-live.exams.example"), "ECDSA P-256")
PATH = Path("/nowhere/es")
NOTHING = Folder(PATH.with_name("es.next"), None, {})
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)

AUTHORITY = Authority.create("Unit test authority")
KEY = making.generate_key(WANTED.key)
REQUEST = making.make_request(WANTED, KEY)


def authority(valid_days: int) -> OwnAuthority:
    return OwnAuthority(AUTHORITY.certificate, AUTHORITY.key, (), valid_days)


def applied(issuer: OwnAuthority, *, key_mode: int = 0o600) -> Folder:
    """Return the directory as it is after a run, without PKCS #12."""
    contents = {"key.pem": making.key_pem(KEY), "request.csr": REQUEST.public_bytes(Encoding.PEM)}
    contents |= issuer.issue(WANTED, REQUEST).files
    modes = {"key.pem": key_mode}
    files = {name: StoredFile(content, modes.get(name, 0o644)) for name, content in contents.items()}
    return Folder(PATH, 0o700, files)


def plan(folder: Folder, issuer: OwnAuthority, now: dt.datetime, *, renew_before: int = 30) -> Plan:
    rules = Rules(renew_before=renew_before * DAY, replace_key=False, pkcs12=None, now=now, issuer=issuer)
    return plan_certificate(WANTED, Present(folder, NOTHING), rules)


@given(
    valid_days=st.integers(1, 400),
    renew_before=st.integers(0, 120),
    moment=st.floats(0, 1.2, exclude_max=True),
)
def test_an_applied_state_needs_nothing_until_it_is_due_and_then_a_certificate(
    valid_days: int, renew_before: int, moment: float
) -> None:
    issuer = authority(valid_days)
    folder = applied(issuer)
    assert folder.installed
    start, end = folder.installed.leaf.not_valid_before_utc, folder.installed.leaf.not_valid_after_utc
    now = start + moment * (end - start)
    due = end - min(renew_before * DAY, (end - start + SECOND) / 3)
    kinds = [step.kind for step in plan(folder, issuer, now, renew_before=renew_before).steps]
    assert kinds == ([Kind.CERTIFICATE] if now >= due else [])


@pytest.mark.parametrize(("seconds", "due"), [(-1, False), (0, True), (1, True)])
def test_renewal_begins_to_the_second(seconds: int, due: bool) -> None:
    issuer = authority(200)
    folder = applied(issuer)
    assert folder.installed
    now = folder.installed.leaf.not_valid_after_utc - 30 * DAY + seconds * SECOND
    assert bool(plan(folder, issuer, now).steps) is due


@given(valid_days=st.integers(1, 3650))
def test_a_new_certificate_lives_exactly_as_long_as_declared_and_is_never_due_at_once(valid_days: int) -> None:
    issuer = authority(valid_days)
    folder = applied(issuer)
    assert folder.installed
    leaf = folder.installed.leaf
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc + SECOND == valid_days * DAY
    assert plan(folder, issuer, dt.datetime.now(dt.UTC), renew_before=10_000).steps == ()


def test_a_key_that_others_can_read_is_mended_and_nothing_else() -> None:
    issuer = authority(200)
    (step,) = plan(applied(issuer, key_mode=0o640), issuer, dt.datetime.now(dt.UTC)).steps
    assert (step.kind, step.file, step.before, step.after) == (Kind.MODE, "key.pem", "0640", "0600")
