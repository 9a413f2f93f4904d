# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a database has when it was just created: SYS and SYSTEM, the roles, the profile DEFAULT, the privileges."""

from __future__ import annotations

import time

from emulators.oracle.engine.model import SYS, Grant, Model, Profile, Role, User

DEFAULT_LIMITS = {
    "COMPOSITE_LIMIT": "UNLIMITED", "SESSIONS_PER_USER": "UNLIMITED", "CPU_PER_SESSION": "UNLIMITED",
    "CPU_PER_CALL": "UNLIMITED", "LOGICAL_READS_PER_SESSION": "UNLIMITED", "LOGICAL_READS_PER_CALL": "UNLIMITED",
    "IDLE_TIME": "UNLIMITED", "CONNECT_TIME": "UNLIMITED", "PRIVATE_SGA": "UNLIMITED",
    "FAILED_LOGIN_ATTEMPTS": "10", "PASSWORD_LIFE_TIME": "180", "PASSWORD_REUSE_TIME": "UNLIMITED",
    "PASSWORD_REUSE_MAX": "UNLIMITED", "PASSWORD_VERIFY_FUNCTION": "NULL", "PASSWORD_LOCK_TIME": "1",
    "PASSWORD_GRACE_TIME": "7", "INACTIVE_ACCOUNT_TIME": "UNLIMITED", "PASSWORD_ROLLOVER_TIME": "0",
}  # fmt: skip
"""Of the profile DEFAULT in 19c."""
PASSWORD_LIMITS = frozenset(list(DEFAULT_LIMITS)[9:])

SYSTEM_PRIVILEGES = frozenset({
    "ADMINISTER DATABASE TRIGGER", "ALTER ANY TABLE", "ALTER DATABASE", "ALTER PROFILE", "ALTER SESSION",
    "ALTER SYSTEM", "ALTER USER", "ANALYZE ANY", "COMMENT ANY TABLE", "CREATE ANY INDEX", "CREATE ANY TABLE",
    "CREATE ANY VIEW", "CREATE PROCEDURE", "CREATE PROFILE", "CREATE ROLE", "CREATE SEQUENCE", "CREATE SESSION",
    "CREATE SYNONYM", "CREATE TABLE", "CREATE TRIGGER", "CREATE TYPE", "CREATE USER", "CREATE VIEW",
    "DELETE ANY TABLE", "DROP ANY ROLE", "DROP ANY TABLE", "DROP ANY VIEW", "DROP PROFILE", "DROP USER",
    "EXEMPT ACCESS POLICY", "GRANT ANY OBJECT PRIVILEGE", "GRANT ANY PRIVILEGE", "GRANT ANY ROLE",
    "INSERT ANY TABLE", "LOCK ANY TABLE", "READ ANY TABLE", "RESTRICTED SESSION", "SELECT ANY DICTIONARY",
    "SELECT ANY TABLE", "UNLIMITED TABLESPACE", "UPDATE ANY TABLE",
})  # fmt: skip
"""Those that can be granted here; what of them is enforced, the README says."""
OBJECT_PRIVILEGES = frozenset(
    {"SELECT", "INSERT", "UPDATE", "DELETE", "READ", "REFERENCES", "ALTER", "INDEX", "EXECUTE", "DEBUG", "FLASHBACK"}
)
VIEW_PRIVILEGES = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "READ", "REFERENCES", "DEBUG", "FLASHBACK"})
TABLE_PRIVILEGES = OBJECT_PRIVILEGES - {"EXECUTE"}

_RESOURCE = ("CREATE PROCEDURE", "CREATE SEQUENCE", "CREATE TABLE", "CREATE TRIGGER", "CREATE TYPE")
_CONNECT = ("CREATE SESSION",)
TABLESPACE_BYTES = 34_359_738_368


def fresh_model() -> Model:
    """Return what a new database knows."""
    model = Model()
    now = time.time()
    for number, name in ((0, SYS), (9, "SYSTEM")):
        model.users[name] = User(
            name, number, now, default_tablespace="SYSTEM", maintained=True, password_changed=now,
            quotas={"SYSTEM": -1, "USERS": -1},
        )  # fmt: skip
        model.touch("user", name)
    model.profiles["DEFAULT"] = Profile("DEFAULT", dict(DEFAULT_LIMITS))
    model.touch("profile", "DEFAULT")
    for number, name in enumerate(("CONNECT", "RESOURCE", "DBA", "SELECT_CATALOG_ROLE"), start=2):
        model.roles[name] = Role(name, number, maintained=True)
        model.touch("role", name)
    model.grants = [
        *(Grant("CONNECT", each, "SYSTEM") for each in _CONNECT),
        *(Grant("RESOURCE", each, "SYSTEM") for each in _RESOURCE),
        *(Grant("DBA", each, "SYSTEM", option=True) for each in sorted(SYSTEM_PRIVILEGES)),
        Grant("DBA", "SELECT_CATALOG_ROLE", "ROLE"),
        Grant("SYS", "DBA", "ROLE", option=True),
        Grant("SYSTEM", "DBA", "ROLE"),
        *(Grant(SYS, each, "SYSTEM") for each in sorted(SYSTEM_PRIVILEGES)),
    ]
    model.touch("grants")
    model.tablespaces = {"SYSTEM": TABLESPACE_BYTES, "USERS": TABLESPACE_BYTES, "TEMP": TABLESPACE_BYTES}
    model.touch("state")
    return model
