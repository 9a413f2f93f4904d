# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSH's signatures over files: the one place that calls `ssh-keygen -Y` (ssh-keygen(1); PROTOCOL.sshsig)."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

CHANGE_RECORD = "change-record@uoe.exam-scheduling"
"""The namespace of signatures over change records: one that was given for anything else does not count for them."""
SIGN_OFF = "sign-off@uoe.exam-scheduling"
"""The same for sign-offs of content."""
_SECONDS = 30


def sign(content: bytes, key: Path, namespace: str) -> str:
    """Return a detached signature, in OpenSSH's armour.

    Args:
        content: what is signed.
        key: the private key, or the public one of a key that the agent holds. A key that wants a passphrase is for the
            agent: nothing is asked for here.
        namespace: what the signature is for.

    Raises:
        Problem: ssh-keygen is not there, or would not sign.
    """
    # the content goes in by standard input, so that ssh-keygen writes the signature nowhere but to standard output
    done = _run(["-Y", "sign", "-f", str(key), "-n", namespace], content)
    if done.returncode != 0:
        raise Problem(
            "ssh-keygen would not sign it",
            where=str(key),
            found=_said(done),
            remedy="Name a private key that you may read; one with a passphrase is added to the agent first (ssh-add).",
        )
    return done.stdout.decode()


def verify(content: bytes, signature: Path, *, signers: Path, principal: str, namespace: str, at: datetime) -> str:
    """Return what ssh-keygen says of a good signature: namespace, principal, kind and fingerprint of the key.

    Args:
        content: what was signed.
        signature: the detached signature.
        signers: the allowed-signers file; a key's `valid-after` and `valid-before` there are held against `at`.
        principal: who must have signed.
        namespace: what the signature must be for.
        at: when it was given.

    Raises:
        Problem: there is no signature or no allowed-signers file; the signature is not good, not of that principal, not
            for that purpose, or not of a key that was valid then.
    """
    for needed, what, remedy in (
        (signature, "there is no signature", "Let the approver make it with playbooks/sign.yml."),
        (signers, "there is no allowed-signers file", "Set change_control_allowed_signers in the inventory."),
    ):
        if not needed.is_file():
            raise Problem(what, where=str(needed), remedy=remedy)
    when = f"{at.astimezone(UTC):%Y%m%d%H%M%S}Z"
    of_whom = ["-f", str(signers), "-I", principal, "-n", namespace, "-s", str(signature)]
    done = _run(["-Y", "verify", *of_whom, "-O", f"verify-time={when}"], content)
    if done.returncode != 0:
        raise Problem(
            "the signature does not hold",
            where=str(signature),
            expected=f"one by {principal} over the bytes of the record, for {namespace}, by a key of {signers.name}",
            found=_said(done),
            remedy="If the record was edited, have it approved again.",
        )
    return done.stdout.decode().strip()


def _run(arguments: list[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["ssh-keygen", *arguments],
            input=content,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            # nobody is there to be asked for a passphrase: without terminal and dialogue it fails instead of waiting
            start_new_session=True,
            env={**os.environ, "SSH_ASKPASS_REQUIRE": "never"},
        )
    except FileNotFoundError:
        raise Problem(
            "ssh-keygen is not there", remedy="Install OpenSSH's client (Debian: openssh-client) on the controller."
        ) from None
    except subprocess.TimeoutExpired:
        raise Problem("ssh-keygen did not answer", expected=f"an answer within {_SECONDS} s") from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return " ".join((done.stderr or done.stdout).decode(errors="replace").split()) or f"exit code {done.returncode}"
