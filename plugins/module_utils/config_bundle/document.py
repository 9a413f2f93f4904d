# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every kind of file offers: its values by a selector, all of its values, and what has no effect on a service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import Selector
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.source_text import SourceText
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Value


@dataclass(frozen=True)
class Entry:
    """One value of a file."""

    label: str
    """Where it stands, as people read it: `/configuration/appSettings/add[@key='Host']/@value`."""
    name: str
    """What it is called, for example `Host`. By that a secret is recognised."""
    value: Value


@dataclass(frozen=True)
class Protected:
    """A section that Windows has encrypted (`configProtectedData`), which only the machine itself can read."""

    label: str
    provider: str
    start: int
    end: int

    def holds(self, value: Value) -> bool:
        """Return whether a value is in it."""
        return self.start <= value.start and value.end <= self.end


class Document(ABC):
    """The text of a file, understood as its kind."""

    selectors: Sequence[str] = ()
    """The ways in which a value of such a file is selected."""

    def __init__(self, source: SourceText) -> None:
        """Read the text. Raises Problem if it is not of this kind."""
        self.source = source

    @abstractmethod
    def find(self, selector: Selector) -> list[Value]:
        """Return the values that a selector finds. Raises Problem if it finds something that has no value."""

    @abstractmethod
    def entries(self) -> list[Entry]:
        """Return all values, in the order of the file."""

    def asides(self) -> list[Value]:
        """Return the comments."""
        return []

    def protected(self) -> list[Protected]:
        """Return the sections that Windows has encrypted."""
        return []
