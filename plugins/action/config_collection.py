# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collects configuration files of a Windows host into a bundle, and writes the sign-off that is to be approved."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.arguments import (
    ARGUMENTS as OF_BUNDLE,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.arguments import passphrase_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import Rules
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collected import (
    CollectedBundle,
    Fetched,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import (
    parse_places,
    parse_settings,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, reconcile
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.settings import (
    ControllerAction,
    Settings,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.sign_offs import SignOff, record_text
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.windows import parse_time
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import Place
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.windows_host import WindowsHost

SPEC: dict[str, dict[str, Any]] = {
    "artefact": {"type": "str", "required": True},
    "bundle": {"type": "path", "required": True},
    "passphrase": {**OF_BUNDLE["passphrase"], "required": True},
    "directory": {"type": "str", "required": True},
    "files": {"type": "list", "elements": "str", "required": True},
    "secret_places": OF_BUNDLE["secret_places"],
    "not_secret": OF_BUNDLE["not_secret"],
    "title": {"type": "str", "required": True},
    "approver": {"type": "str", "required": True},
    "tested_by": {"type": "str", "required": True},
    "valid_until": {"type": "str", "required": True},
}


class ActionModule(ControllerAction):
    """Reads the files into memory; what is written is encrypted, and has no secret in it."""

    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the digest, what was found, and the record to approve."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(argument_spec=SPEC)[1]
        variables, check = self.variables(task_vars), bool(self._task.check_mode)
        host = self._host(task_vars)
        try:
            valid_until = parse_time("valid_until", arguments["valid_until"])
            settings = Settings.parse(variables, self.extra_variables())
            source = self._fetched(host, arguments, task_vars)
            with _locks(check=check) as locks:
                bundle = CollectedBundle(Path(arguments["bundle"]), passphrase_of(arguments), source, locks)
                outcome = reconcile(bundle, check_mode=check)
            told = outcome.result(check_mode=check, diff=bool(self._task.diff))
            record = self._record(arguments, variables, str(told["digest"]), settings.now, valid_until)
        except (Problem, OSError) as problem:
            return {**result, "failed": True, "msg": f"{problem} Nothing was touched."}
        warnings: Any = told.pop("warnings", [])
        for warning in warnings:
            self._display.warning(warning)
        if outcome.problem is not None:
            return {**result, **told, "failed": True, "msg": str(outcome.problem)}
        return {**result, **told, "record": record}

    def _host(self, task_vars: dict[str, Any] | None) -> str:
        variables = task_vars or {}
        return str(self._templar.template(variables.get("exam_fqdn")) or variables.get("inventory_hostname", ""))

    def _fetched(self, host: str, arguments: dict[str, Any], task_vars: dict[str, Any] | None) -> Fetched:
        """Return the files. Raises Problem if one is not there."""

        def execute(module: str, given: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = self._execute_module(module_name=module, module_args=given, task_vars=task_vars)
            return answer

        windows, place = WindowsHost(host, execute, 0), Place(arguments["directory"].rstrip("\\"))
        files = {}
        for path in arguments["files"]:
            content = windows.read(place.file(path))
            if content is None:
                raise Problem("there is no such file", where=f"{host}, {place.file(path)}", remedy="Correct files.")
            files[path] = content
        rules = Rules(
            secrets=parse_settings("secret_places", arguments["secret_places"]),
            not_secret=parse_places("not_secret", arguments["not_secret"]),
        )
        return Fetched(f"{host}, {place.directory}", files, rules)

    @staticmethod
    def _record(
        arguments: dict[str, Any], variables: dict[str, Any], digest: str, tested: datetime, valid_until: datetime
    ) -> dict[str, str]:
        """Return the id of the sign-off that is to be approved, and its file."""
        artefact = str(arguments["artefact"])
        identity = f"{artefact.replace('_', '-')}-{digest[:8]}"
        sign_off = SignOff(
            id=identity,
            title=str(arguments["title"]),
            approver=str(arguments["approver"]),
            path=Path(f"{identity}.yml"),
            content=b"",
            artefact=artefact,
            content_digest=digest,
            tested_in=str(variables["exam_environment"]),
            tested_by=str(arguments["tested_by"]),
            tested=tested.replace(microsecond=0),
            valid_until=valid_until,
        )
        text = record_text(sign_off)
        SignOff.parse(sign_off.path, text.encode())  # what the approver would be asked to sign is one
        return {"id": identity, "text": text}


@contextmanager
def _locks(*, check: bool) -> Iterator[ExitStack | None]:
    """Yield what keeps other runs out; None if nothing will be written."""
    with ExitStack() as locks:
        yield None if check else locks
