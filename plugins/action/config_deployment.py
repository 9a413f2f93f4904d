# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploys what was signed off to a Windows host, where its services read it; puts back; restores; looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import differences
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.arguments import (
    ARGUMENTS as OF_BUNDLE,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.arguments import passphrase_of
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import Content
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import parse_settings
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.render import Rendering, render
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.rendered import checked
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Change, Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.settings import (
    ControllerAction,
    Settings,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.sign_offs import (
    Accepted,
    accepted,
    read_sign_offs,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.deployment import (
    Deployment,
    Stands,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.plan import (
    UNFINISHED,
    Incoming,
    Place,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.restoring import restored
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.config_deployment.windows_host import WindowsHost

SPEC: dict[str, dict[str, Any]] = {
    "state": {
        "type": "str",
        "choices": ["deployed", "accepted", "put_back", "restored", "seen"],
        "default": "deployed",
    },
    "directory": {"type": "str", "required": True},
    "services": {"type": "list", "elements": "str", "default": []},
    "bundle": {"type": "path"},
    "passphrase": OF_BUNDLE["passphrase"],
    "artefact": {"type": "str"},
    "transformations": OF_BUNDLE["transformations"],
    "secrets": OF_BUNDLE["secrets"],
    "generation": {"type": "str"},
    "keep": {"type": "int", "default": 10},
    "lock_expires": {"type": "int", "default": 3600},
    "watch_seconds": {"type": "int", "default": 10},
}
OF_ARTEFACT = ("deployed", "seen")


@dataclass(frozen=True)
class Artefact:
    """What was signed off, made into this environment's."""

    content: Content
    rendering: Rendering
    sign_off: Accepted | None
    refused: str
    """Why there is no sign-off that holds."""
    secrets: Mapping[str, str]


class ActionModule(ControllerAction):
    """Plans on the controller, and changes the host by modules whose arguments travel through the connection."""

    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what stands and what changed."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(
            argument_spec=SPEC,
            required_if=[("state", each, ["bundle", "artefact"]) for each in OF_ARTEFACT],
        )[1]
        variables = task_vars or {}
        name = str(self._templar.template(variables.get("exam_fqdn")) or variables.get("inventory_hostname", ""))

        def execute(module: str, given: dict[str, Any]) -> Mapping[str, Any]:
            answer: Mapping[str, Any] = self._execute_module(
                module_name=module, module_args=given, task_vars=task_vars, wrap_async=False
            )
            return answer

        deployment = Deployment(
            WindowsHost(name, execute, arguments["watch_seconds"]),
            Place(arguments["directory"].rstrip("\\")),
            arguments["services"],
            keep=arguments["keep"],
            lock_expires=arguments["lock_expires"],
        )
        try:
            told = self._told(deployment, arguments, task_vars)
        except Problem as problem:
            said = " ".join([*deployment.told, str(problem)])
            return {**result, "failed": True, "msg": said if said.startswith(name) else f"{name}: {said}"}
        for each in deployment.told:
            self._display.warning(f"{name}: {each}")
        return {**result, **told, "told": deployment.told}

    def _told(
        self, deployment: Deployment, arguments: dict[str, Any], task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Do what is asked, and return what is told of it. Raises Problem."""
        check = bool(self._task.check_mode)
        if arguments["state"] in OF_ARTEFACT:
            artefact = self._artefact(arguments, task_vars)
            return self._artefact_told(deployment, artefact, only_look=check or arguments["state"] == "seen")
        if check:
            if arguments["state"] == "restored":
                return restored(deployment, arguments["generation"], check=True)
            return {"changed": arguments["state"] == "put_back"}
        with deployment.locked():
            if arguments["state"] == "accepted":
                return {"changed": False, "accepted": deployment.accept()}
            if arguments["state"] == "put_back":
                return {"changed": True, "msg": deployment.put_back()}
            return restored(deployment, arguments["generation"], check=False)

    def _artefact(self, arguments: dict[str, Any], task_vars: dict[str, Any] | None) -> Artefact:
        """Return the artefact, signed off and rendered. Raises Problem; nothing was contacted by then."""
        settings = Settings.parse(self.variables(task_vars), self.extra_variables())
        try:
            content = checked(Path(arguments["bundle"]), passphrase_of(arguments), None)
            sign_offs = read_sign_offs(settings.records) if settings.records else []
            transformations = parse_settings("transformations", arguments["transformations"])
            rendering = render(content, transformations, arguments["secrets"]).whole()
            held, refused = None, ""
            try:
                held = accepted(sign_offs, arguments["artefact"], content.digest, settings.rules, settings.now)
            except Problem as problem:
                if arguments["state"] != "seen":
                    raise
                refused = str(problem)
        except (Problem, OSError) as problem:
            raise Problem(f"{problem} Nothing was touched") from None
        return Artefact(content, rendering, held, refused, arguments["secrets"])

    def _artefact_told(self, deployment: Deployment, artefact: Artefact, *, only_look: bool) -> dict[str, Any]:
        files = {path: Incoming.of(content) for path, content in artefact.rendering.files.items()}
        stands = deployment.look(list(files))
        unfinished = stands.journal is not None and stands.journal.state in UNFINISHED
        incoming = deployment.differing(files, stands)
        changes = [self._change(deployment, artefact, stands, path) for path in sorted(incoming)]
        told: dict[str, Any] = {
            "changed": bool(incoming) or unfinished,
            "digest": artefact.content.digest,
            "sign_off": _shown(artefact.sign_off) if artefact.sign_off else None,
            "sign_off_refused": artefact.refused,
            "present": dict(stands.present),
            "expected": {path: each.sha256 for path, each in files.items()},
            "unproven": stands.journal is not None and stands.journal.state == "switched",
            "changes": [each.as_dict() for each in changes],
            "diff": [_diff(each) for each in changes],
        }
        if only_look:
            deployment.notice(stands)
        if only_look or not (told["changed"] or deployment.left()):
            return told
        with deployment.locked():
            stands = deployment.mend(deployment.look(list(files)))
            incoming = deployment.differing(files, stands)
            if incoming:
                deployment.deploy(incoming, artefact.content.digest, stands)
            elif deployment.mended:
                deployment.resume(stands)
            else:
                deployment.tidy()
        told["unproven"] |= told["changed"]
        return told

    @staticmethod
    def _change(deployment: Deployment, artefact: Artefact, stands: Stands, path: str) -> Change:
        """Return a file before and after, as people may see it."""
        there = stands.present[path] is not None
        before = deployment.read(path) if there else None
        shown = artefact.rendering.shown.get(path)
        if path not in artefact.rendering.files:
            return Change(path, "delete", differences.masked(path, before or b"", artefact.secrets), None)
        if shown is None or before is None:
            after = (
                "\n".join(differences.lines(shown)) if shown else differences.summary(artefact.rendering.files[path])
            )
            seen = None if before is None else differences.masked(path, before, artefact.secrets)
            return Change(path, "create" if before is None else "update", seen, after)
        kind = artefact.content.files[path].kind
        return Change(path, "update", *differences.compared(kind, before, shown, artefact.secrets))


def _shown(held: Accepted) -> dict[str, Any]:
    """Return a sign-off as a report shows it."""
    return {**held.sign_off.as_dict(), "evidence": held.evidence}


def _diff(change: Change) -> dict[str, str]:
    """Return a change as Ansible shows it."""
    return {
        "before_header": change.item,
        "after_header": change.item,
        "before": f"{change.before}\n" if change.before else "",
        "after": f"{change.after}\n" if change.after else "",
    }
