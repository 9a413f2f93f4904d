# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What services have in their configuration: attributes, and the layout of their log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import log_layout
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.xml_attributes import attributes_in


def log_layout_fields(layout: str) -> list[str]:
    """Return what a layout writes into each line."""
    try:
        return log_layout.conversions(layout)
    except Problem as problem:
        raise AnsibleFilterError(str(problem)) from None


def log_layout_judgement(
    declared: Mapping[str, Any],
    layout_file: Mapping[str, Any],
    line: Mapping[str, Any],
    log_file: Mapping[str, Any],
    running: bool = True,
) -> dict[str, Any]:
    """Return how a service's log stands to what is declared."""
    try:
        return log_layout.judgement(declared, layout_file, line, log_file, running=running)
    except Problem as problem:
        raise AnsibleFilterError(str(problem)) from None


def xml_attributes(content: str, elements: Mapping[str, str], attribute: str) -> dict[str, str | None]:
    """Return an attribute of several elements of a file, each by the name that it is given."""
    try:
        return attributes_in(content, elements, attribute)
    except Problem as problem:
        raise AnsibleFilterError(str(problem)) from None


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {
            "log_layout_fields": log_layout_fields,
            "log_layout_judgement": log_layout_judgement,
            "log_line_regex": log_layout.line_regex,
            "xml_attributes": xml_attributes,
        }
