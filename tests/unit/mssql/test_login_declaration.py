# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused of a login's declaration before anything is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.login_declaration import (
    LOGIN_ARGUMENTS,
    login_from,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter


def parameters(**changes: Any) -> dict[str, Any]:
    return {**{name: spec.get("default") for name, spec in LOGIN_ARGUMENTS.items()}, "name": "sched", **changes}


def entry(**changes: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"state": "present", "user": None, "default_schema": None, "create_schema": False}
    return {"name": "ES", **empty, "roles": [], "permissions": [], **changes}


def permission(**changes: Any) -> dict[str, Any]:
    return {"permissions": ["SELECT"], "schema": None, "object": None, "state": "grant", **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "EXAMS\\sched"}, "name='EXAMS\\\\sched'"),
        ({"type": "windows"}, "name='sched'"),
        ({"name": "EXAMS\\s", "type": "windows", "password": "S3cret!"}, "password='********'"),
        ({"password": ""}, "password='********'"),
        ({"password": "S3cret!" * 19}, "password='********'"),
        ({"state": "absent", "enabled": True}, "enabled=True"),
        ({"state": "absent", "server_roles": ["x"]}, "server_roles=['x']"),
        ({"unlock": True}, "unlock=True"),
        ({"sid": "0x01"}, "sid='0x01'"),
        ({"check_policy": False, "check_expiration": True}, "check_expiration=True"),
        ({"server_roles": ["a", "A"]}, "server_roles[1]='A'"),
        ({"server_permissions": ["SELECT; DROP"]}, "server_permissions[0]='SELECT; DROP'"),
        ({"databases": [entry(), entry(name="es")]}, "databases[1].name='es'"),
        ({"databases": [entry(user="DBO")]}, "databases[0].user='DBO'"),
        ({"databases": [entry(state="absent", roles=["x"])]}, "databases[0].roles=['x']"),
        ({"databases": [entry(create_schema=True)]}, "databases[0].create_schema=True"),
        ({"databases": [entry(permissions=[permission(object="x")])]}, "databases[0].permissions[0].object='x'"),
        ({"databases": [entry(permissions=[permission(), permission(state="deny")])]}, "it is given twice"),
    ],
)
def test_declarations_that_cannot_be_meant(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=re.escape(message)) as caught:
        login_from(parameters(**changes))
    assert "S3cret!" not in str(caught.value)
