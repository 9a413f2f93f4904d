# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has become in this run of the logins of Windows hosts: many share one, and an account locks after a few."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleError

_REJECTED = re.compile(r"(?i)credentials were rejected|Kerberos auth failure")
"""What Ansible's connections say where the login is rejected, or none is to be had: each host with it says the same."""


def standing(variables: Mapping[str, Mapping[str, Any]], hosts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return how the login of each of some hosts stands.

    Args:
        variables: those of all hosts, as `hostvars`.
        hosts: the hosts that are about to be asked.

    Returns:
        Of each host `first`, whom of those with the same login to ask before the others; `let_in`, whether one has let
        it in; and `rejected`, what was said where it was rejected, or nothing.
    """
    logins = {host: login for host in variables if (login := _login(variables[host])) is not None}
    asked: dict[tuple[str, str], dict[str, Any]] = {}
    for host, login in logins.items():
        found = asked.setdefault(login, {"let_in": False, "rejected": ""})
        of_host = variables[host]
        found["let_in"] = found["let_in"] or "windows_product_let_in" in of_host
        found["rejected"] = found["rejected"] or rejection(of_host.get("windows_product_unanswered"))
    found_of = {}
    for host in hosts:
        of_login = asked.get(logins[host]) if host in logins else None
        found = asked.setdefault(("", host), {"let_in": False, "rejected": ""}) if of_login is None else of_login
        if "windows_product_unanswered" not in variables[host]:
            found.setdefault("first", host)
        found_of[host] = found
    return {host: {"first": host, **found} for host, found in found_of.items()}


def rejection(said: object) -> str:
    """Return what a connection said if it says that the login is rejected, nothing otherwise."""
    return str(said) if said and _REJECTED.search(str(said)) else ""


def _login(of_host: Mapping[str, Any]) -> tuple[str, str] | None:
    try:
        return str(of_host["ansible_user"]), str(of_host["ansible_password"])
    except (KeyError, AnsibleError):  # one that has none, or none yet
        return None
