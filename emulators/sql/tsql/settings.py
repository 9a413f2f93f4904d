# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sp_configure, RECONFIGURE, DBCC CHECKIDENT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.scope import Bound
from emulators.sql.engine.types import INT, nvarchar
from emulators.sql.tsql import security
from emulators.sql.tsql.batch import Action, Batch, statement
from emulators.sql.tsql.catalogue import SessionCatalogue
from emulators.sql.tsql.installation import CONFIGURATIONS, in_use
from emulators.sql.tsql.session_functions import parts_of

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session
from emulators.sql.tsql.procedures import Argument, procedure


@procedure("sp_configure", "configname", "configvalue")
def configure(session: Session, given: dict[str, Argument]) -> None:
    """sp_configure [name [, value]]."""
    values = session.instance.state.configurations
    advanced = values["show advanced options"][1]
    names = [name for name, each in CONFIGURATIONS.items() if advanced or not each[4]]
    if "@configname" in given:
        wanted = str(given["@configname"][2]).lower()
        names = [name for name in names if name.lower() == wanted] or [
            name for name in names if name.lower().startswith(wanted)
        ]
        if len(names) != 1:
            raise SqlError(
                15123, f"The configuration option '{wanted}' does not exist, or it may be an advanced option."
            )
    if "@configvalue" not in given:
        columns = [
            Bound("", nvarchar(35), name="name"),
            *(Bound("", INT, name=name) for name in ("minimum", "maximum", "config_value", "run_value")),
        ]
        session.output.columns(tuple(columns))
        session.rowcount = session.output.rows(
            [(name, *CONFIGURATIONS[name][:2], *values[name]) for name in sorted(names)]
        )
        session.output.done(session.rowcount, "SELECT")
        return
    security.require_server_role(session, "serveradmin")
    (name,) = names
    least, most = CONFIGURATIONS[name][:2]
    wanted_value = int(str(given["@configvalue"][2]))
    if not least <= wanted_value <= most:
        raise SqlError(15129, f"'{wanted_value}' is not a valid value for configuration option '{name}'.")
    before = values[name][0]
    values[name][0] = wanted_value
    session.instance.save()
    session.output.message(
        15457,
        f"Configuration option '{name}' changed from {before} to {wanted_value}. Run the RECONFIGURE statement to "
        "install.",
    )


@statement("RECONFIGURE")
def reconfigure(words: Batch) -> Action:
    """RECONFIGURE [WITH OVERRIDE]."""
    if words.take("WITH"):
        words.expect("OVERRIDE")

    def run(session: Session) -> None:
        if session.transactions:
            raise SqlError(574, "RECONFIGURE statement cannot be used inside a user transaction.")
        security.require_server_role(session, "serveradmin")
        for name, pair in session.instance.state.configurations.items():
            if CONFIGURATIONS[name][3]:
                pair[1] = in_use(name, pair[0])
        session.instance.save()

    return run


@statement("DBCC", "CHECKIDENT")
def checkident(words: Batch) -> Action:
    """DBCC CHECKIDENT (table, RESEED, value)."""
    words.expect_operator("(")
    name = parts_of(words.string()) if words.token.kind == "string" else words.name()
    words.expect_operator(",")
    words.expect("RESEED")
    words.expect_operator(",")
    value = words.integer()
    words.expect_operator(")")
    if words.take("WITH"):
        words.expect("NO_INFOMSGS")

    def run(session: Session) -> None:
        session.begin_statement()
        table = SessionCatalogue(session).target(name)
        security.require_alter(session, table)
        column = next((each for each in table.columns if each.identity), None)
        if column is None:
            raise SqlError(7997, f"'{'.'.join(name)}' does not contain an identity column.")
        link = session.link
        link.begin()
        # of a table that never had a row, the next value is the new seed itself
        fresh = link.identity(table) is None
        link.reseed(table, value - column.increment if fresh else value)
        session.end_statement()

    return run
