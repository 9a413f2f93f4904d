# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the views of the catalogue say of a database whose tables are known, from the reference of each view."""

from __future__ import annotations

from typing import Any

import pyodbc

from tests.integration.sql.conftest import rows

TABLES = [
    "CREATE SCHEMA exams",
    "CREATE TABLE exams.rooms (id int IDENTITY(5, 2) CONSTRAINT pk_rooms PRIMARY KEY, "
    "name nvarchar(20) NOT NULL CONSTRAINT uq_rooms UNIQUE, seats decimal(9, 2) NULL, twice AS (seats * 2))",
    "CREATE TABLE exams.sittings (room int NOT NULL CONSTRAINT fk_rooms REFERENCES exams.rooms (id) ON DELETE CASCADE, "
    "at datetime2(3) NOT NULL, note varchar(max), CONSTRAINT pk_sittings PRIMARY KEY (at, room))",
    "CREATE ROLE readers",
    "ALTER ROLE db_datareader ADD MEMBER readers",
    "GRANT SELECT ON SCHEMA::exams TO readers",
]

VIEWS: dict[str, list[tuple[Any, ...]]] = {
    "SELECT s.name, t.name FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id ORDER BY t.name": [
        ("exams", "rooms"), ("exams", "sittings"),
    ],
    """
    SELECT c.name, y.name, c.max_length, c.precision, c.scale, c.is_nullable, c.is_identity FROM sys.columns c
    JOIN sys.types y ON y.user_type_id = c.user_type_id JOIN sys.tables t ON t.object_id = c.object_id
    WHERE c.is_computed = 0 ORDER BY t.name, c.column_id""": [
        ("id", "int", 4, 10, 0, False, True),
        ("name", "nvarchar", 40, 0, 0, False, False),
        ("seats", "decimal", 5, 9, 2, True, False),
        ("room", "int", 4, 10, 0, False, False),
        ("at", "datetime2", 7, 23, 3, False, False),
        ("note", "varchar", -1, 0, 0, True, False),
    ],
    "SELECT name FROM sys.computed_columns": [("twice",)],
    "SELECT name, CAST(seed_value AS int), CAST(increment_value AS int) FROM sys.identity_columns": [("id", 5, 2)],
    "SELECT name, type, is_system_named FROM sys.key_constraints ORDER BY name": [
        ("pk_rooms", "PK", False), ("pk_sittings", "PK", False), ("uq_rooms", "UQ", False),
    ],
    """
    SELECT c.name FROM sys.indexes i JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
    JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
    WHERE i.name = 'pk_sittings' AND i.is_primary_key = 1 ORDER BY k.key_ordinal""": [("at",), ("room",)],
    """
    SELECT name, OBJECT_NAME(parent_object_id), OBJECT_NAME(referenced_object_id), delete_referential_action_desc,
        is_disabled, is_not_trusted FROM sys.foreign_keys""": [
        ("fk_rooms", "sittings", "rooms", "CASCADE", False, False),
    ],
    "SELECT type_desc, name FROM sys.database_files ORDER BY file_id": [
        ("ROWS", "{database}"), ("LOG", "{database}_log"),
    ],
    "SELECT name, type_desc FROM sys.database_principals WHERE name IN ('dbo', 'readers') ORDER BY name": [
        ("dbo", "SQL_USER"), ("readers", "DATABASE_ROLE"),
    ],
    "SELECT USER_NAME(role_principal_id), USER_NAME(member_principal_id) FROM sys.database_role_members "
    "WHERE USER_NAME(member_principal_id) = 'readers'": [("db_datareader", "readers")],
    "SELECT class_desc, permission_name, state_desc FROM sys.database_permissions "
    "WHERE grantee_principal_id = USER_ID('readers')": [("SCHEMA", "SELECT", "GRANT")],
    "SELECT name, type_desc, is_disabled FROM sys.server_principals WHERE sid = 0x01": [("sa", "SQL_LOGIN", False)],
    "SELECT type, PWDCOMPARE(N'not it', password_hash) FROM sys.sql_logins WHERE sid = 0x01": [("S", 0)],
    "SELECT CAST(minimum AS int), CAST(maximum AS int), is_dynamic, is_advanced FROM sys.configurations "
    "WHERE name = 'max degree of parallelism'": [(0, 32767, True, True)],
    "SELECT state_desc, user_access_desc, source_database_id FROM sys.databases WHERE name = DB_NAME()": [
        ("ONLINE", "MULTI_USER", None),
    ],
}  # fmt: skip


def test_what_the_catalogue_says(connection: pyodbc.Connection, database: str) -> None:
    for statement in TABLES:
        connection.execute(statement)
    for query, expected in VIEWS.items():
        named = [
            tuple(str(v).replace("{database}", database) if isinstance(v, str) else v for v in r) for r in expected
        ]
        found = [tuple(v.strip() if isinstance(v, str) else v for v in row) for row in rows(connection.execute(query))]
        assert found == named, query
