# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arguments of `firewall_reachability`, for the module and for the action plugin that stands before it."""

from __future__ import annotations

from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.proof import PROOF_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.resolution import RESOLVER_ARGUMENTS

FLOW_ARGUMENTS = {
    "destination": {"type": "str", "required": True},
    "port": {"type": "int", "required": True},
    "protocol": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"},
    "expect": {"type": "str", "choices": ["open", "shut"], "default": "open"},
    "purpose": {"type": "str", "required": True},
    "greeting": {"type": "str", "choices": ["none", "tls", "tds", "tns", "winrm", "dns"], "default": "none"},
    "connect_address": {"type": "str"},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "flows": {"type": "list", "elements": "dict", "required": True, "options": FLOW_ARGUMENTS},
    "source": {"type": "str"},
    "source_address": {"type": "str"},
    "deadline": {"type": "float", "default": 3.0},
    "concurrency": {"type": "int", "default": 512},
    **RESOLVER_ARGUMENTS,
    **PROOF_ARGUMENTS,
}
