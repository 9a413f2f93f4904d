# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments that the modules about DNS share (doc fragments `zone_records` and `tsig`)."""

from __future__ import annotations

MANAGED_TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "PTR", "SRV", "TXT")
"""The record types that can be declared. Records of any other type are neither read nor changed."""

KEY_ALGORITHMS = ("hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512")
"""TSIG algorithms (RFC 8945 section 6). HMAC-MD5 is left out: it must not be used."""

ZONE_RECORDS_ARGUMENTS: dict[str, dict[str, object]] = {
    "zone": {"type": "str", "required": True},
    "records": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "type": {"type": "str", "required": True, "choices": list(MANAGED_TYPES)},
            "ttl": {"type": "int"},
            "values": {"type": "list", "elements": "str", "default": []},
            "ptr": {"type": "bool", "default": True},
        },
    },
    "reverse_zones": {"type": "list", "elements": "str", "default": []},
    "default_ttl": {"type": "int", "default": 3600},
}

TSIG_ARGUMENTS: dict[str, dict[str, object]] = {
    "key_name": {"type": "str"},
    "key_secret": {"type": "str", "no_log": True},
    "key_algorithm": {"type": "str", "choices": list(KEY_ALGORITHMS), "default": "hmac-sha256"},
    "gss_tsig": {"type": "bool", "default": False},
}
