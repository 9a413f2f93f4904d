# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of `https_certificate`, and what they declare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import (
    require_cryptography,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.acme import ACME_OPTIONS, acme_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.own_ca import (
    OWN_CA_OPTIONS,
    own_authority_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.plan import Rules
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.provider import Provider
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import (
    CERTIFICATE_OPTIONS,
    Specification,
    specification_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import PREREQUISITE_ARGUMENTS

ARGUMENTS: dict[str, dict[str, object]] = {
    "directory": {"type": "path", "required": True},
    "certificates": {"type": "list", "elements": "dict", "required": True, "options": CERTIFICATE_OPTIONS},
    "provider": {"type": "str", "choices": ["own_ca", "csr_only", "acme"], "required": True},
    "own_ca": {"type": "dict", "options": OWN_CA_OPTIONS},
    "acme": {"type": "dict", "options": ACME_OPTIONS},
    "valid_days": {"type": "int", "default": 200},
    "renew_before_days": {"type": "int", "default": 30},
    # No secret: whether a key may be replaced.
    "replace_key": {"type": "bool", "default": False, "no_log": False},
    "pkcs12_password": {"type": "str", "no_log": True},
    "pkcs12_encryption": {"type": "str", "choices": ["modern", "server_2016"], "default": "modern"},
    **PREREQUISITE_ARGUMENTS,
}


@dataclass(frozen=True)
class Declared:
    """What the module's parameters declare."""

    specification: Specification
    rules: Rules


def declared_by(params: Mapping[str, Any], warn: Callable[[str], None]) -> Declared:
    """Return what the parameters declare. Writes nothing and opens no connection.

    Args:
        params: the module's parameters.
        warn: takes what the user should know though it is no error.

    Raises:
        InvalidParameter: one of them cannot be meant.
        MissingPrerequisite: the own certification authority is not there yet.
        Problem: a library is missing, or the authority has expired.
    """
    require_cryptography()
    now = dt.datetime.now(dt.UTC)
    specification = specification_from(params)
    provider: Provider | None = None
    if specification.provider == "own_ca":
        provider = own_authority_from(params["own_ca"], params["valid_days"], now)
    elif specification.provider == "acme":
        provider = acme_from(params["acme"], specification.certificates, warn)
    rules = Rules(
        renew_before=dt.timedelta(days=specification.renew_before_days),
        replace_key=specification.replace_key,
        pkcs12=specification.pkcs12,
        now=now,
        issuer=provider,
    )
    return Declared(specification, rules)
