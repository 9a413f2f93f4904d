# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of a server: what module `mssql_configuration` reconciles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import server_from
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.configuration_planner import (
    ADVANCED,
    Setting,
    SettingChange,
    hidden,
    plan_configuration,
    settings_from,
    waiting_for_restart,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.session import Session
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem, Resource

_SETTINGS = """
SELECT name, CAST(value AS bigint), CAST(value_in_use AS bigint), CAST(minimum AS bigint), CAST(maximum AS bigint),
    is_dynamic, is_advanced
FROM sys.configurations ORDER BY name"""

Settings = Mapping[str, Setting]


def read_settings(session: Session) -> dict[str, Setting]:
    """Return all settings of a server by their names. Raises Problem."""
    return {
        name: Setting(name, value, used, least, most, bool(dynamic), bool(advanced))
        for name, value, used, least, most, dynamic, advanced in session.rows(_SETTINGS)
    }


class Configuration(Resource[Settings, SettingChange]):
    """The declared settings of one server."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        """Check the parameters of module `mssql_configuration`; nothing is sent.

        Raises:
            InvalidParameter: they cannot be meant.
        """
        self.declared = settings_from(params["settings"])
        self._session = Session(server_from(params), driver=params["driver"])
        self._advanced = False

    def read(self) -> Settings:
        """Return all settings."""
        present = read_settings(self._session)
        self._advanced = present[ADVANCED].in_use == 1
        return present

    def plan(self, present: Settings) -> Sequence[SettingChange]:
        """Return what has to be set."""
        return plan_configuration(self.declared, present)

    def apply(self, changes: Sequence[SettingChange]) -> Iterator[SettingChange]:
        """Set all of it and put it into use together; if that fails, all of it is set back."""
        session = self._session
        show = hidden(changes) and not self._advanced
        if show:
            self._set(ADVANCED, 1)
            session.call("RECONFIGURE")
        done: list[SettingChange] = []
        try:
            for change in changes:
                done.append(change)  # to set back what was not set does no harm, the other way round it would
                self._set(change.item.removeprefix("setting "), change.value)
            session.call("RECONFIGURE")
        except Problem:
            with suppress(Problem):
                self._set_back(done)
            raise
        except KeyboardInterrupt:
            self._set_back(done)
            session.call("RECONFIGURE")
            raise Problem(
                "it was cancelled, and all settings are as they were",
                where=session.where,
                remedy="Run again when it suits.",
            ) from None
        finally:
            if show and self.declared.get(ADVANCED) != 1:
                with suppress(Problem):
                    self._set(ADVANCED, 0)
                    session.call("RECONFIGURE")
        yield from changes

    def facts(self, present: Settings) -> Mapping[str, object]:
        """Return the driver, and what is in use only after a restart."""
        waiting = waiting_for_restart(self.declared, present)
        facts: dict[str, object] = {"driver": str(self._session.driver), "restart_needed": waiting}
        if waiting:
            facts["warnings"] = [f"In use only once SQL Server's service is restarted: {', '.join(waiting)}."]
        return facts

    def close(self) -> None:
        """Close the connection."""
        self._session.close()

    def _set(self, name: str, value: int) -> None:
        self._session.call("EXEC sp_configure ?, ?", name, value)

    def _set_back(self, done: Sequence[SettingChange]) -> None:
        """Set back what was set and is not in use, so that nobody's RECONFIGURE puts it into use later."""
        for change in done:
            if change.setting is not None:
                self._set(change.setting.name, change.setting.value)
