# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A vendor's product on a Windows host: where to look for it, how it stands, and why an installation failed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import windows_logins, windows_product


def windows_product_keys(declared: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> list[str]:
    """Return the registry keys that tell of a product: the first one, or, by what it said, those of its versions."""
    product = _product(declared)
    return [windows_product.root_key(product)] if root is None else windows_product.uninstall_keys(product, root)


def windows_product_judgement(
    declared: Mapping[str, Any], keys: Sequence[Mapping[str, Any]], services: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return how a host stands to what is declared of a product."""
    try:
        return windows_product.judgement(_product(declared), keys, services)
    except Problem as problem:
        raise AnsibleFilterError(str(problem)) from None


def windows_product_failure(result: Mapping[str, Any], declared: Mapping[str, Any], log: str) -> str:
    """Return why an installation failed, for people."""
    return windows_product.failure(_product(declared), result, log)


def windows_logins_standing(variables: Mapping[str, Any], hosts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return how the login of each of some hosts stands in this run."""
    return windows_logins.standing(variables, hosts)


def windows_login_rejection(said: Any) -> str:
    """Return what a connection said if it says that the login is rejected, nothing otherwise."""
    return windows_logins.rejection(said)


def _product(declared: Mapping[str, Any]) -> windows_product.Product:
    try:
        return windows_product.Product.parse(declared)
    except Problem as problem:
        raise AnsibleFilterError(f"{declared.get('name', 'a product')}: {problem}") from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {
            "windows_login_rejection": windows_login_rejection,
            "windows_logins_standing": windows_logins_standing,
            "windows_product_failure": windows_product_failure,
            "windows_product_judgement": windows_product_judgement,
            "windows_product_keys": windows_product_keys,
        }
