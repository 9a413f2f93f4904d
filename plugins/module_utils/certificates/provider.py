# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The contract of those who issue certificates."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import x509
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import Folder, Served
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Wanted


class Provider(ABC):
    """Who issues certificates, and what can be known of a certificate before it is issued."""

    @abstractmethod
    def objection(self, served: Served, folder: Folder) -> str | None:
        """Return why a certificate cannot have been issued here as it would be now, None if it can. Pure."""

    @abstractmethod
    def foreseen(self, wanted: Wanted, now: dt.datetime) -> dict[str, object]:
        """Return what is known beforehand of a certificate issued now, for the diff. Pure."""

    def latest_end(self, now: dt.datetime) -> dt.datetime | None:
        """Return the end of validity of a certificate issued now, None if the issuer decides. Pure."""
        return None

    @property
    def mark(self) -> bytes | None:
        """What is kept beside a certificate to tell who issued it, where the certificate itself does not."""
        return None

    @abstractmethod
    def issue(self, wanted: Wanted, request: x509.CertificateSigningRequest) -> Served:
        """Return a newly issued certificate with its intermediates, in order and without the root.

        Raises:
            Problem: it was not issued.
        """
