# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records that somebody approves: change records, and sign-offs of content (`sign_offs`). A record is a file; what is
approved is exactly its bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control import signatures
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.windows import Window

SIGN_OFF = "sign_off"
"""The `kind` of a record that is a sign-off; a change record has none."""
SUFFIX = ".yml"
APPROVAL_SUFFIX = ".approval.yml"
SIGNATURE_SUFFIX = ".yml.sig"

PROCEDURES = frozenset({
    "back_out", "clear_down", "dry_run", "go_live", "restore_config", "revert_universe", "revert_views", "rollback",
    "rollback_web_timetables", "rotate", "snapshot", "validate", "withdraw_from_service",
})  # fmt: skip
"""What playbooks ask the gate for by name."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_TEXTS = ("id", "title", "reference", "approver", "back_out")


def digest(content: bytes) -> str:
    """Return the digest that an approval quotes: `sha256:` and 64 hexadecimal digits, of the file's bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class _OnlyTexts(yaml.BaseLoader):
    """YAML in which every scalar is a text, and a key that is given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _value in node.value]
        repeated = {key for key in keys if keys.count(key) > 1}
        if repeated:
            raise yaml.constructor.ConstructorError(
                None, None, f"{', '.join(repeated)} is given twice", node.start_mark
            )
        return super().construct_mapping(node, deep=True)


def read_texts(path: Path, content: bytes) -> dict[str, Any]:
    """Return a YAML file's mapping, all scalars as texts.

    Raises:
        Problem: it is no YAML, or no mapping.
    """
    try:
        loaded = yaml.load(content, Loader=_OnlyTexts)  # noqa: S506 - a BaseLoader, which makes nothing but texts
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("it cannot be read as YAML", where=str(path), found=" ".join(str(error).split())) from error
    if not isinstance(loaded, dict):
        raise Problem("it is no mapping", where=str(path), remedy="Write it as name: value, a line each.")
    return loaded


@dataclass(frozen=True)
class Coverage:
    """What a change covers: lines of the plan, all lines of a role, procedures."""

    lines: frozenset[str]
    roles: frozenset[str]
    procedures: frozenset[str]

    @classmethod
    def parse(cls, declared: object) -> Coverage:
        """Return the coverage.

        Raises:
            InvalidParameter: it covers nothing, or names something that is neither lines, roles nor procedures.
        """
        kinds = ("lines", "roles", "procedures")
        known = isinstance(declared, Mapping) and not set(declared) - set(kinds)
        if not isinstance(declared, Mapping) or not known or not any(declared.values()):
            raise InvalidParameter(
                "covers", declared, f"it may hold {', '.join(kinds)}, and must hold one", "Say what the change covers."
            )
        for kind, names in declared.items():
            if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
                raise InvalidParameter(f"covers.{kind}", names, "it is no list of names", "Write it as [a, b].")
        return cls(*(frozenset(declared.get(kind, ())) for kind in kinds))

    def unknown(self, plan: Iterable[Mapping[str, Any]]) -> list[str]:
        """Return what it names that neither the plan nor the procedures have: a slip that would leave work without
        cover."""
        lines, roles = {entry["line"] for entry in plan}, {entry["role"] for entry in plan}
        return [
            *sorted(self.lines - lines),
            *sorted(self.roles - roles),
            *sorted(self.procedures - PROCEDURES),
        ]

    def covers(self, line: str, role: str) -> bool:
        """Return whether a line, which that role applies, is covered."""
        return line in self.lines or role in self.roles


@dataclass(frozen=True)
class Record:
    """What somebody is asked to approve."""

    id: str
    title: str
    approver: str
    """Who has to approve it. With a signature: `Name <principal>`, the principal as in the allowed-signers file."""
    path: Path
    content: bytes = field(repr=False)

    namespace: ClassVar[str]
    """That of signatures over such records."""

    @property
    def digest(self) -> str:
        """The digest of the file's bytes, which an approval names."""
        return digest(self.content)

    @property
    def principal(self) -> str:
        """The approver's principal for signatures: what stands in angle brackets, else the whole."""
        found = re.search(r"<([^<>]+)>\s*$", self.approver)
        return found[1] if found else self.approver


@dataclass(frozen=True)
class ChangeRecord(Record):
    """What the advisory board is asked to approve."""

    reference: str
    """The board's own reference, such as the item of its agenda."""
    window: Window
    covers: Coverage
    back_out: str

    namespace: ClassVar[str] = signatures.CHANGE_RECORD

    @classmethod
    def parse(cls, path: Path, content: bytes) -> ChangeRecord:
        """Return the record that a file holds.

        Raises:
            Problem: it cannot be read, or a part of the record is missing, unknown, empty or wrong. The message names
                file, part and remedy.
        """
        declared = read_texts(path, content)
        check_parts(declared, {*_TEXTS, "window", "covers"}, path, "it is no change record")
        try:
            check_texts(declared, _TEXTS, path)
            return cls(
                **{name: declared[name].strip() for name in _TEXTS},
                window=Window.parse("window", declared["window"]),
                covers=Coverage.parse(declared["covers"]),
                path=path,
                content=content,
            )
        except InvalidParameter as error:
            raise Problem(str(error), where=str(path)) from error


def check_parts(declared: Mapping[str, Any], wanted: Set[str], path: Path, what: str) -> None:
    """Return if a record has all of its parts and no others. Raises Problem, which says `what` it is not."""
    missing, unknown = sorted(wanted - set(declared)), sorted(set(declared) - wanted)
    if missing or unknown:
        raise Problem(
            what,
            where=str(path),
            expected=", ".join(sorted(wanted)),
            found="; ".join(
                f"{word} {', '.join(names)}" for word, names in (("no", missing), ("unknown:", unknown)) if names
            ),
            remedy="changes/README.md shows one.",
        )


def check_texts(declared: Mapping[str, Any], names: Iterable[str], path: Path) -> None:
    """Return if each text says something, and the record is called as its file.

    Raises:
        InvalidParameter: one does not.
    """
    for name in names:
        if not isinstance(declared[name], str) or not declared[name].strip():
            raise InvalidParameter(name, declared[name], "it is empty", "Say it: the board will ask.")
    if not _IDENTIFIER.fullmatch(declared["id"]) or declared["id"] != path.name.removesuffix(SUFFIX):
        raise InvalidParameter(
            "id",
            declared["id"],
            f"the file is called {path.name}",
            "Give both the same name, such as SAS005-150.",
        )


def read_records(directory: Path) -> tuple[list[ChangeRecord], list[Problem]]:
    """Return the change records of a directory, by id, and what is wrong with files that are no records.

    Sign-offs are left out (`sign_offs.read_sign_offs`). A directory that is not there holds no record.
    """
    records, problems = [], []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        if path.name.endswith(APPROVAL_SUFFIX):
            continue
        try:
            content = path.read_bytes()
            if read_texts(path, content).get("kind") != SIGN_OFF:
                records.append(ChangeRecord.parse(path, content))
        except Problem as problem:
            problems.append(problem)
        except OSError as error:
            problems.append(Problem(f"it cannot be read: {error.strerror}", where=str(path)))
    return records, problems
