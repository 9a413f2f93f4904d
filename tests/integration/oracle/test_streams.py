# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Oracle Streams: what the dictionary says, and the calls that stop, start and mend."""

from __future__ import annotations

import oracledb
import pytest

from tests.integration.oracle.conftest import Maker, Opener, rows


def test_stop_start_and_errors(admin: oracledb.Cursor) -> None:
    assert rows(admin, "SELECT capture_name, status, captured_scn - applied_scn FROM dba_capture") == [
        ("CAPTURE_SITS", "ENABLED", 100)
    ]
    lag = "SELECT ROUND((capture_time - capture_message_create_time) * 86400) FROM v$streams_capture"
    assert rows(admin, lag) == [(3,)]
    query = "SELECT apply_name, error_number, error_message, source_database FROM dba_apply_error"
    assert rows(admin, query) == [("APPLY_SITS", 1403, "ORA-01403: no data found", "SITS")]
    rules = "SELECT streams_type, schema_name, object_name FROM dba_streams_rules WHERE streams_name = 'APPLY_SITS'"
    assert rows(admin, rules) == [("APPLY", "SITS", "SRS_SCE")]
    state = "SELECT status FROM dba_apply"
    admin.execute("BEGIN DBMS_APPLY_ADM.STOP_APPLY(apply_name => 'APPLY_SITS'); END;")
    assert rows(admin, state) == [("DISABLED",)]
    assert rows(admin, "SELECT COUNT(*) FROM v$streams_apply_coordinator") == [(0,)]
    # with an error that is still there it stops again
    admin.execute("BEGIN DBMS_APPLY_ADM.START_APPLY('APPLY_SITS'); END;")
    assert rows(admin, state) == [("ABORTED",)]
    with pytest.raises(oracledb.DatabaseError, match="ORA-26714"):
        admin.execute("BEGIN DBMS_APPLY_ADM.EXECUTE_ALL_ERRORS('APPLY_SITS'); END;")
    admin.execute("BEGIN DBMS_APPLY_ADM.DELETE_ALL_ERRORS(apply_name => :1); END;", ["APPLY_SITS"])
    admin.execute("BEGIN DBMS_APPLY_ADM.START_APPLY('apply_sits'); END;")
    assert rows(admin, state) == [("ENABLED",)]
    admin.execute("BEGIN DBMS_CAPTURE_ADM.STOP_CAPTURE('CAPTURE_SITS', force => FALSE); END;")
    assert rows(admin, "SELECT status FROM dba_capture") == [("DISABLED",)]
    admin.execute("BEGIN DBMS_CAPTURE_ADM.START_CAPTURE('CAPTURE_SITS'); END;")
    with pytest.raises(oracledb.DatabaseError, match="ORA-26701"):
        admin.execute("BEGIN DBMS_APPLY_ADM.START_APPLY('NOPE'); END;")


def test_that_not_everybody_may(open_connection: Opener, make_account: Maker) -> None:
    account = make_account()
    cursor = open_connection(account.name, account.password).cursor()
    with pytest.raises(oracledb.DatabaseError, match="PLS-00201"):
        cursor.execute("BEGIN DBMS_APPLY_ADM.STOP_APPLY('APPLY_SITS'); END;")
    with pytest.raises(oracledb.DatabaseError, match="ORA-00942"):
        cursor.execute("SELECT * FROM dba_apply")
