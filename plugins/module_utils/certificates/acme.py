# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates from an ACME service (RFC 8555), the names proven by dns-01."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.provider import Provider
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Wanted

ACME_OPTIONS: dict[str, dict[str, object]] = {
    "directory_url": {"type": "str", "required": True},
    "account_key": {"type": "path", "required": True, "no_log": False},
    "contact": {"type": "list", "elements": "str", "default": []},
    "terms_agreed": {"type": "bool", "default": False},
    "ca_file": {"type": "path"},
    "eab_key_id": {"type": "str", "no_log": False},
    "eab_hmac_key": {"type": "str", "no_log": True},
    "timeout": {"type": "int", "default": 120},
    "dns": {
        "type": "dict",
        "required": True,
        "options": {
            "server": {"type": "str", "required": True},
            "connect_address": {"type": "str"},
            "port": {"type": "int", "default": 53},
            "zone": {"type": "str", "required": True},
            "key_name": {"type": "str", "no_log": False},
            "key_secret": {"type": "str", "no_log": True},
            "key_algorithm": {
                "type": "str",
                "choices": ["hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"],
                "default": "hmac-sha256",
            },
        },
    },
}
"""Suboptions of `acme`; keys that are paths or names are no secrets."""


def acme_from(options: Mapping[str, Any], certificates: Sequence[Wanted]) -> Provider:
    """Return it."""
    raise NotImplementedError
