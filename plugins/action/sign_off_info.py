# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds out whether a content is signed off, and writes the record that is to be approved if it is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.settings import (
    ControllerAction,
    Settings,
)
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.change_control.sign_offs import (
    SignOff,
    accepted,
    read_sign_offs,
    record_text,
)


class ActionModule(ControllerAction):
    """Runs on the controller, where the records are."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return whether the content is signed off, by whom, and the record to be approved."""
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = self.validate_argument_spec(
            argument_spec={
                "artefact": {"type": "str", "required": True},
                "digest": {"type": "str", "required": True},
                "title": {"type": "str", "required": True},
                "approver": {"type": "str", "required": True},
                "tested_by": {"type": "str", "required": True},
                "valid_days": {"type": "int", "default": 180},
            }
        )[1]
        variables = self.variables(task_vars)
        try:
            settings = Settings.parse(variables, self.extra_variables())
            result["record"] = _record(arguments, str(variables["exam_environment"]), settings.now)
            sign_offs = read_sign_offs(settings.records) if settings.records else []
        except (Problem, OSError) as problem:
            raise AnsibleActionFail(str(problem)) from None
        try:
            held = accepted(sign_offs, arguments["artefact"], arguments["digest"], settings.rules, settings.now)
        except Problem as problem:
            return {**result, "changed": False, "signed_off": False, "refused": str(problem)}
        shown = held.sign_off.as_dict() | {"evidence": held.evidence}
        return {**result, "changed": False, "signed_off": True, "refused": "", "sign_off": shown}


def _record(arguments: dict[str, Any], environment: str, now: datetime) -> dict[str, str]:
    """Return the record of a sign-off, to be approved: its `id` and its `text`.

    Raises:
        Problem: it would be none.
    """
    # what comes of templates carries tags, which are no part of what is signed
    title, approver, artefact, digest, tested_by = (
        str(arguments[name]) for name in ("title", "approver", "artefact", "digest", "tested_by")
    )
    identity = f"{artefact.replace('_', '-')}-{digest[:12]}"
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    sign_off = SignOff(
        id=identity,
        title=title,
        approver=approver,
        artefact=artefact,
        content_digest=digest,
        tested_in=environment,
        tested_by=tested_by,
        tested=day,
        valid_until=day + timedelta(days=arguments["valid_days"]),
        path=Path(identity),
        content=b"",
    )
    text = record_text(sign_off)
    SignOff.parse(sign_off.path, text.encode())  # what the approver would be asked to sign is one
    return {"id": identity, "text": text}
