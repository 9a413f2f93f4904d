# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of a plan for certificates: steps, and what they depend on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import Folder
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.provider import Provider
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Pkcs12, Wanted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change


class Kind(Enum):
    """What a step does."""

    FINISH = "finish an exchange of directories that was interrupted"
    DIRECTORY = "make a directory, or make it private"
    KEY = "generate a key"
    REQUEST = "make a request"
    CERTIFICATE = "have a certificate issued"
    COPIES = "make the certificate's files agree"
    PKCS12 = "make a PKCS #12 file"
    MODE = "make a file private"
    EXCHANGE = "put the next key and certificate in place"
    DISCARD = "delete a next key that is not needed any more"


@dataclass(frozen=True, kw_only=True)
class Step(Change):
    """A change to one certificate's directory."""

    kind: Kind
    wanted: Wanted
    folder: Path
    file: str = ""


@dataclass(frozen=True)
class Rules:
    """What holds for all certificates of a call."""

    renew_before: dt.timedelta
    replace_key: bool
    pkcs12: Pkcs12 | None
    now: dt.datetime
    issuer: Provider | None
    """Who issues; None if certificates are put there by hand."""


@dataclass(frozen=True)
class Present:
    """What is there for one certificate."""

    current: Folder
    staged: Folder
    """`<name>.next`: a key that shall replace the current one as soon as it has a certificate."""
    interrupted: bool = False
    """Whether an exchange of the two was broken off; `current` is then what it will be once that is finished."""


@dataclass(frozen=True)
class Plan:
    """What is to be done for one certificate."""

    steps: tuple[Step, ...]
    waiting: str | None = None
    """Why a certificate is awaited from somebody else, None if none is."""
    warning: str | None = None
    replaces_key: bool = False
    """Whether what is awaited is a certificate for the next key."""


def step(
    kind: Kind, wanted: Wanted, folder: Folder, what: str, *, before: object, after: object, file: str = ""
) -> Step:
    """Return a step; it creates what was None before, and deletes what is None after."""
    return Step(
        f"{folder.path.name}: {what}",
        "create" if before is None else "delete" if after is None else "update",
        before,
        after,
        kind=kind,
        wanted=wanted,
        folder=folder.path,
        file=file,
    )
