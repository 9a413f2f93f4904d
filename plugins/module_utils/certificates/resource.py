# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps a set of certificates in the declared state: reads the directories, has the plan made, and carries it out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils import files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates import describe, making
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates._cryptography import Encoding
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.arguments import Declared
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.folder import (
    CERTIFICATE,
    CHAIN,
    FULLCHAIN,
    ISSUER_MARK,
    KEY,
    OWNED,
    PKCS12_FILE,
    REQUEST,
    Folder,
    Served,
    read_folder,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.plan import (
    Kind,
    Plan,
    Present,
    Rules,
    Step,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.planner import plan_certificate
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.renewal import (
    can_be_served,
    in_use,
    served_by,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.certificates.specification import Wanted
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Resource

FILES = {
    "key": KEY,
    "request": REQUEST,
    "certificate": CERTIFICATE,
    "chain": CHAIN,
    "fullchain": FULLCHAIN,
    "pkcs12": PKCS12_FILE,
}
"""Return value's names of the files."""


@dataclass(frozen=True)
class State:
    """What is there for each certificate, in the order of declaration."""

    present: tuple[Present, ...]


class Certificates(Resource[State, Step]):
    """The certificates of one call of `https_certificate`."""

    def __init__(
        self, declare: Callable[[], Declared], *, locks: ExitStack | None, warn: Callable[[str], None]
    ) -> None:
        """Keep how to learn what is declared.

        Args:
            declare: returns it, or raises what is wrong with it; called once, by `read`.
            locks: holds what keeps other runs out until it is closed; None if nothing will be applied.
            warn: takes what the user should know though it is no error.
        """
        self._declare = declare
        self._locks = locks
        self._warn = warn
        self._applied = False

    @cached_property
    def _declared(self) -> Declared:
        return self._declare()

    @property
    def _wanted(self) -> Sequence[Wanted]:
        return self._declared.specification.certificates

    @property
    def _rules(self) -> Rules:
        return self._declared.rules

    def read(self) -> State:
        """Return what is in the directories."""
        directory = self._declared.specification.directory
        with files.told(directory, "read the directory"):
            if not directory.parent.is_dir():
                raise Problem(
                    "the parent directory is missing", where=str(directory), remedy=f"Make {directory.parent} first."
                )
            if not directory.exists():
                return State(tuple(_absent(self._path(wanted)) for wanted in self._wanted))
            if not directory.is_dir():
                raise Problem("it is no directory", where=str(directory), remedy="Choose another directory.")
        if not self._applied:
            self._lock(directory)
        return State(tuple(_read(self._path(wanted)) for wanted in self._wanted))

    def plan(self, present: State) -> Sequence[Step]:
        """Return the steps of all certificates, each certificate's together."""
        return [step for plan in self.plans(present) for step in plan.steps]

    def plans(self, present: State) -> list[Plan]:
        """Return the plan of each certificate."""
        pairs = zip(self._wanted, present.present, strict=True)
        return [plan_certificate(wanted, there, self._rules) for wanted, there in pairs]

    def apply(self, changes: Sequence[Step]) -> Iterator[Step]:
        """Carry the steps out one by one; each is in force, and on disk, when it is yielded."""
        self._applied = True
        for step in changes:
            with files.told(step.folder, step.kind.value):
                self._carry_out(step)
            yield step

    def facts(self, present: State) -> Mapping[str, object]:
        """Return the certificates as they are now, after what was applied, and what is awaited from others."""
        try:
            state = self.read() if self._applied else present
            plans = self.plans(state)
        except Problem:  # the application broke off on the same; what was read before is still the best knowledge
            state = present
            plans = self.plans(state)
        entries = list(zip(self._wanted, state.present, plans, strict=True))
        for plan in plans:
            if plan.warning:
                self._warn(plan.warning)
        return {
            "certificates": [self._entry(wanted, there.current) for wanted, there, _plan in entries],
            "requests": [self._request(wanted, there, plan) for wanted, there, plan in entries if plan.waiting],
            "waiting": [wanted.name for wanted, _there, plan in entries if plan.waiting],
            "nothing_to_serve": [
                wanted.name
                for wanted, there, plan in entries
                if plan.waiting and not can_be_served(wanted, there.current, self._rules)
            ],
        }

    def _lock(self, directory: Path) -> None:
        if self._locks:
            self._locks.enter_context(files.locked(directory))

    def _path(self, wanted: Wanted) -> Path:
        return self._declared.specification.directory / wanted.name

    def _carry_out(self, step: Step) -> None:
        folder = step.folder
        match step.kind:
            case Kind.DIRECTORY:
                if not folder.parent.exists():
                    files.make_directory(folder.parent)
                    self._lock(folder.parent)
                files.make_directory(folder)
            case Kind.KEY:
                key = making.generate_key(step.wanted.key)
                files.write(folder / KEY, making.key_pem(key), files.PRIVATE_FILE)
            case Kind.MODE:
                files.change_mode(folder / step.file, files.PRIVATE_FILE)
            case Kind.FINISH | Kind.EXCHANGE:
                files.replace_directory(folder, _staged(folder), _previous(folder), OWNED)
            case Kind.DISCARD:
                shutil.rmtree(folder)
            case Kind.REQUEST | Kind.CERTIFICATE | Kind.COPIES | Kind.PKCS12:
                self._make(step, read_folder(folder))

    def _make(self, step: Step, folder: Folder) -> None:
        """Carry out a step that starts from what is in the folder by now."""
        if folder.key is None:
            raise Problem("the key has gone meanwhile", where=str(folder.path / KEY), remedy="Run again.")
        if step.kind is Kind.REQUEST:
            request = making.make_request(step.wanted, folder.key)
            files.write(folder.path / REQUEST, request.public_bytes(Encoding.PEM), files.PUBLIC_FILE)
            return
        if step.kind is Kind.CERTIFICATE:
            self._issue(step.wanted, folder)
            return
        served = served_by(step.wanted, folder, self._rules)
        if served is None:
            raise Problem("the certificate has gone meanwhile", where=str(folder.path), remedy="Run again.")
        if step.kind is Kind.COPIES:
            if self._rules.issuer is None:  # another than this run's issuer may have issued it
                _forget_issuer(folder)
            _write_served(served, folder)
        elif self._rules.pkcs12:
            bundle = making.Bundle(folder.key, served, step.wanted.name, self._rules.pkcs12.encryption)
            content = making.make_pkcs12(bundle, self._rules.pkcs12)
            files.write(folder.path / PKCS12_FILE, content, files.PRIVATE_FILE)

    def _issue(self, wanted: Wanted, folder: Folder) -> None:
        """Have a certificate issued, make sure that it is what was asked for, and put its files in place."""
        if self._rules.issuer is None or folder.key is None or folder.request is None:
            raise Problem("the request has gone meanwhile", where=str(folder.path / REQUEST), remedy="Run again.")
        served = self._rules.issuer.issue(wanted, folder.request)
        names = describe.names_of(served.leaf)
        if served.leaf.public_key() != folder.key.public_key() or set(names) != set(wanted.names):
            raise Problem(
                "the issuer returned another certificate than was asked for",
                where=str(folder.path),
                expected=", ".join(wanted.names),
                found=", ".join(names) or "no names",
                remedy="Look into the certification authority; nothing was replaced.",
            )
        mark = self._rules.issuer.mark
        if folder.content(ISSUER_MARK) != mark:
            _forget_issuer(folder)
        _write_served(served, folder)
        if mark:
            files.write(folder.path / ISSUER_MARK, mark, files.PUBLIC_FILE)

    def _entry(self, wanted: Wanted, folder: Folder) -> dict[str, object]:
        served = in_use(folder, self._rules)
        paths = {name: str(folder.path / file) for name, file in FILES.items()}
        if self._rules.pkcs12 is None and PKCS12_FILE not in folder.files:
            del paths["pkcs12"]
        summary: dict[str, object] = dict.fromkeys(
            ("subject", "issuer", "serial", "key", "not_before", "not_after", "fingerprint_sha1", "fingerprint_sha256")
        )
        days_left = None
        if served:
            summary = describe.summary(served.leaf)
            days_left = describe.days_between(self._rules.now, served.leaf.not_valid_after_utc)
        return {"names": list(wanted.names), **summary, "name": wanted.name, "files": paths, "days_left": days_left}

    def _request(self, wanted: Wanted, present: Present, plan: Plan) -> dict[str, object]:
        folder = present.staged if plan.replaces_key else present.current
        content = folder.content(REQUEST)
        return {
            "name": wanted.name,
            "names": list(wanted.names),
            "request": content.decode(errors="replace") if content else None,
            "request_file": str(folder.path / REQUEST),
            "put_certificate_at": str(folder.path / CERTIFICATE),
            "put_chain_at": str(folder.path / CHAIN),
            "reason": plan.waiting,
        }


def _write_served(served: Served, folder: Folder) -> None:
    """Put a certificate's files in place, the one that holds all first."""
    for name, content in served.files.items():
        if folder.content(name) != content:
            files.write(folder.path / name, content, files.PUBLIC_FILE)


def _forget_issuer(folder: Folder) -> None:
    """Take the mark away before another certificate comes, which must not pass for that issuer's."""
    (folder.path / ISSUER_MARK).unlink(missing_ok=True)


def _staged(path: Path) -> Path:
    return path.with_name(f"{path.name}.next")


def _previous(path: Path) -> Path:
    return path.with_name(f"{path.name}.previous")


def _absent(path: Path) -> Present:
    return Present(Folder(path, None, {}), Folder(_staged(path), None, {}))


def _read(path: Path) -> Present:
    """Return what is there; after an interrupted exchange, as it will be once that is finished."""
    current, staged = read_folder(path), read_folder(_staged(path))
    if not _previous(path).exists():
        return Present(current, staged)
    if current.mode is None:
        return Present(replace(staged, path=path), replace(staged, mode=None, files={}), interrupted=True)
    return Present(current, staged, interrupted=True)
