# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What services refuse, as messages: identifiers in, tokens out."""

from __future__ import annotations

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.refusals import (
    refused,
    sign_in_refused,
    without_tokens,
)

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJvaWQiOiJ4In0.c2lnbmF0dXJl"


def test_graph() -> None:
    body = {"error": {"code": "ErrorAccessDenied", "message": f"Access is denied to {TOKEN}."}}
    error = refused(403, body, "GET /x", "request-id r, client-request-id c", "Calendars.Read")
    assert str(error) == (
        "GET /x: 403 ErrorAccessDenied: Access is denied to (token) (request-id r, client-request-id c). The identity "
        "that this task uses needs the application permission Calendars.Read, with an administrator's consent; "
        "docs/office365.md has the table of all."
    )


def test_exchange() -> None:
    detail = {"message": "Ex1|Microsoft.Exchange.ManagementObjectNotFoundException|The object 'a|b' couldn't be found."}
    body = {"error": {"code": "NotFound", "message": "Error executing request.", "details": [detail]}}
    error = refused(404, body, "POST /x", "ids", None)
    assert error.code == "ManagementObjectNotFoundException"
    assert "The object 'a|b' couldn't be found (ids)" in str(error)


def test_no_json() -> None:
    assert "not of the documented form" in str(refused(502, None, "GET /x", "ids", None))


def test_sign_in() -> None:
    answer = {
        "error": "invalid_client",
        "error_description": "AADSTS700027: Reason. Trace ID: t Correlation ID: c Timestamp: 2027",
        "correlation_id": "c",
    }
    text = str(sign_in_refused(answer, "https://login.microsoftonline.com/t"))
    assert "AADSTS700027: Reason (correlation id c)" in text
    assert "Trace ID" not in text


def test_tokens_are_taken_out() -> None:
    assert without_tokens(f"Bearer {TOKEN} x") == "Bearer (token) x"
