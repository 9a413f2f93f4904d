# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A bundle made into the files of an environment, and what of them differs from a target. Touches nothing.

The same for a target on this machine and for one that is reached through others: of the target, only the SHA-256 of its
files by path is needed, and which of them an earlier rendering has put there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import Content
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.documents import reopened, within
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import Place, Setting
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.secrets import (
    PLACEHOLDER,
    in_document,
    leaves,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.transform import changed
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Edit, Value, edited
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

Action = Literal["create", "update", "delete"]


@dataclass(frozen=True)
class HandOver:
    """A file that is not rendered, because a section of it can only be written on the machine that reads it."""

    file: str
    sections: tuple[str, ...]
    settings: tuple[str, ...]
    """What would have been set in it outside of these sections."""

    def as_dict(self) -> dict[str, object]:
        """Return it as the module returns it."""
        return {"file": self.file, "sections": list(self.sections), "settings": list(self.settings)}


@dataclass(frozen=True)
class Rendering:
    """The files of an environment."""

    files: Mapping[str, bytes] = field(repr=False)
    """Contents by path, secrets filled in."""
    shown: Mapping[str, Document]
    """The same with placeholders, understood as their kinds; without binary files. This may be shown to people."""
    hand_over: tuple[HandOver, ...] = ()
    unused: tuple[str, ...] = ()
    """Secrets that were given, and that no file has a place for."""

    def whole(self) -> Rendering:
        """Return it if no file is handed over, for those who deploy all or nothing. Raises Problem otherwise."""
        if not self.hand_over:
            return self
        raise Problem(
            "Windows has encrypted sections that only its machine can read, so that the bundle cannot be rendered as a"
            " whole",
            where="; ".join(f"{each.file}, {', '.join(each.sections)}" for each in self.hand_over),
            expected="sections in clear, whose secrets the bundle leaves out",
            remedy="Have them decrypted where they come from (aspnet_regiis -pdf), collected and signed off again.",
        )


@dataclass(frozen=True)
class FileChange:
    """A file of a target that differs from the rendering."""

    path: str
    action: Action


def render(
    content: Content, settings: Sequence[Setting], secrets: Mapping[str, str], *, carry_protected: bool = False
) -> Rendering:
    """Return the files of an environment.

    Args:
        content: of the bundle.
        settings: what is different in this environment.
        secrets: by name.
        carry_protected: whether to render files with sections that Windows has encrypted, as they are. Otherwise
            they are handed over.

    Raises:
        Problem: a setting does not match as declared or puts a secret in clear, or a secret is not given.
    """
    _check_files(content, [setting.place for setting in settings])
    files: dict[str, bytes] = {}
    shown: dict[str, Document] = {}
    handed: list[HandOver] = []
    used: set[str] = set()
    for path, file in sorted(content.files.items()):
        of_file = [setting for setting in settings if setting.place.file == path]
        document = file.document()
        if document is None:
            files[path] = file.content
            continue
        neutral = {(label, value.text) for label, value in in_document(document)}
        document = changed(document, of_file)
        _refuse_secrets(path, document, neutral)
        protected = document.protected()
        if protected and not carry_protected:
            told = tuple(f"{each.place}: {each.secret or each.value}" for each in of_file)
            handed.append(HandOver(path, tuple(each.label for each in protected), told))
            continue
        used |= set(PLACEHOLDER.findall(document.source.text))
        shown[path] = document
        filled = _filled(path, document, secrets)
        try:
            files[path] = document.source.encode(filled.source.text)
        except Problem as problem:
            raise within(problem, path) from None
    return Rendering(files, shown, tuple(handed), tuple(sorted(set(secrets) - used)))


def differences(
    files: Mapping[str, bytes], present: Mapping[str, str], managed: Collection[str] = ()
) -> list[FileChange]:
    """Return which files of a target have to be written or deleted.

    Args:
        files: contents by path, as they shall be.
        present: the SHA-256 of the target's files by path, in lower-case hexadecimal digits.
        managed: the paths that an earlier rendering has put there. Those that are not rendered any more are deleted;
            all other files of the target are not ours.
    """
    changes = [
        FileChange(path, "update" if path in present else "create")
        for path, content in files.items()
        if present.get(path) != hashlib.sha256(content).hexdigest()
    ]
    gone = [FileChange(path, "delete") for path in set(managed) - set(files) if path in present]
    return sorted([*changes, *gone], key=lambda each: each.path)


def _check_files(content: Content, places: Iterable[Place]) -> None:
    for place in places:
        if place.file not in content.files:
            raise Problem(
                "there is no such file in the bundle",
                where=f"{place.file}, {place}",
                expected=", ".join(sorted(content.files)) or "a file",
                remedy="Correct the entry.",
            )


def _refuse_secrets(path: str, document: Document, before: Collection[tuple[str, str]]) -> None:
    """Return if a file shows no more secrets than it did before it was transformed. Raises Problem."""
    for label, value in in_document(document):
        if (label, value.text) not in before:
            raise Problem(
                "a transformation puts a secret there in clear",
                where=f"{path}, {label}",
                remedy="Give secret, its name, instead of value; or in the value, write @@secret:NAME@@.",
            )


def _filled(path: str, document: Document, secrets: Mapping[str, str]) -> Document:
    """Return a file with the secrets in the places of their placeholders, written as each place wants it."""
    edits: list[Edit] = []
    count = 0
    for leaf in leaves(document):
        for value, text, names in _pieces(leaf.value, secrets):
            label = leaf.label or f"line {document.source.text.count(chr(10), 0, value.start) + 1}"
            for name in names:
                if name not in secrets:
                    raise Problem(
                        f"the secret {name} is not given",
                        where=f"{path}, {label}",
                        expected=f"secrets.{name}",
                        found=", ".join(sorted(secrets)) or "none",
                        remedy="Give it, from the vault; or collect the bundle with the name that you expect there.",
                    )
            try:
                edits.append(Edit(value.start, value.end, value.write(text)))
            except ValueError as error:
                raise Problem(
                    f"the secret {', '.join(names)} cannot be written there: {error}",
                    where=f"{path}, {label}",
                    remedy="Choose another one.",
                ) from None
            count += len(names)
    if count != len(PLACEHOLDER.findall(document.source.text)):
        raise Problem(
            "a placeholder stands where nothing can be filled in: in a comment, or beside elements",
            where=path,
            remedy="Correct the transformation that puts it there.",
        )
    return reopened(document, edited(document.source.text, edits))


def _pieces(value: Value, secrets: Mapping[str, str]) -> list[tuple[Value, str, list[str]]]:
    """Return what has to be written of a value, what it then says, and the secrets in it."""
    found = list(PLACEHOLDER.finditer(value.text))
    if found and value.whole:
        filled = PLACEHOLDER.sub(lambda match: secrets.get(match[1], ""), value.text)
        return [(value, filled, [match[1] for match in found])]
    return [(value.part(*match.span()), secrets.get(match[1], ""), [match[1]]) for match in found]
