# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated Connect understands of a connection string, and what it refuses before it connects."""

from __future__ import annotations

from typing import Any

import pytest

from emulators.windows.connect_logins import CannotLogIn, logged_in, pairs

ORACLE = "(DESCRIPTION=(ADDRESS=(PROTOCOL={0})(HOST=eugex)(PORT=2484))(CONNECT_DATA=(SERVICE_NAME=e)))"
NOWHERE: dict[str, Any] = {"hosts": {}, "roots": "", "machine": "connect-live"}


@pytest.mark.parametrize(
    ("string", "expected"),
    [
        ("Server=tcp:sql,1433;Initial Catalog=ES", {"data source": "tcp:sql,1433", "database": "ES"}),
        ('User  ID = x ; PWD="a;""b"" c";', {"user id": "x", "password": 'a;"b" c'}),
        ("uid='it''s';Encrypt=True", {"user id": "it's", "encrypt": "True"}),
        (
            f"Data Source={ORACLE.format('TCPS')};Password=p=q",
            {"data source": ORACLE.format("TCPS"), "password": "p=q"},
        ),
    ],
)
def test_that_keywords_synonyms_and_quotes_are_understood(string: str, expected: dict[str, str]) -> None:
    assert pairs(string) == expected


@pytest.mark.parametrize(
    ("string", "why"),
    [
        ("Data Source=sql;Integrated Security=SSPI", "in no domain"),
        ("Data Source=sql;User ID=x;Password=Invented-1;Encrypt=False", "not to be reached by TLS"),
        ("Data Source=sql;User ID=x;Password=Invented-1;TrustServerCertificate=True", "not to be verified"),
        ("Data Source=sql;User ID=x;Password=Invented-1", "the name sql is not known"),
        (f"Data Source={ORACLE.format('TCP')};User Id=x;Password=Invented-1", "not to be reached by tcps"),
        (f"Data Source={ORACLE.format('TCPS')};User Id=x;Password=Invented-1", "the name eugex is not known"),
    ],
)
def test_that_what_is_not_verified_or_not_known_is_refused_by_name(string: str, why: str) -> None:
    with pytest.raises(CannotLogIn, match=why) as caught:
        logged_in(pairs(string), [], NOWHERE)
    assert "Invented-1" not in str(caught.value)
