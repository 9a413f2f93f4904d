# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that registers statements, procedures and views of the dictionary when it is imported."""

from emulators.oracle.dictionary import accounts, column_privileges, objects, server
from emulators.oracle.sql import grants, packages, profiles, roles, sessions, tables, tables_alter, users, views

__all__ = [
    "accounts", "column_privileges", "grants", "objects", "packages", "profiles", "roles", "server", "sessions",
    "tables", "tables_alter", "users", "views",
]  # fmt: skip
