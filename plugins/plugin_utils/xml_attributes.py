# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes of configuration files in XML that were read from a host. Pure."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from xml.etree import ElementTree

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter


def attribute_in(content: str, element: str, attribute: str) -> str | None:
    """Return an attribute of the first element that is found, or None if there is no such element or attribute.

    Args:
        content: the file in base64.
        element: where it is, as an XPath that begins with `.//`.
        attribute: of that element.

    Raises:
        InvalidParameter: the file is no XML, or declares entities, which are never expanded.
    """
    return attributes_in(content, {attribute: element}, attribute)[attribute]


def attributes_in(content: str, elements: Mapping[str, str], attribute: str) -> dict[str, str | None]:
    """Return an attribute of several elements, each by the name that it is given. Raises as `attribute_in`."""
    text = base64.b64decode(content)
    if b"<!DOCTYPE" in text:
        raise InvalidParameter("configuration file", "…", "it has a DOCTYPE, which is not read", "Take it out.")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - without a DOCTYPE there are no entities to expand
    except ElementTree.ParseError as error:
        raise InvalidParameter(
            "configuration file", "…", f"it is no XML: {error}", "Mend it, or put its backup back."
        ) from error
    found = {name: root.find(element) for name, element in elements.items()}
    return {name: None if element is None else element.get(attribute) for name, element in found.items()}
