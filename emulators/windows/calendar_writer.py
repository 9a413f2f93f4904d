# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the exams of Exam Scheduler's database into calendars, as CalSync does, until it is ended.

What to do is a line of JSON on standard input; on standard output is a line for each thing that happened: `INFO` or
`ERROR` with what, and `STATE` with what has been written and what is queued, as JSON. It signs in with its own
certificate, by msal; nothing of the collection's own client takes part. It ends when its input ends.
"""

from __future__ import annotations

import hashlib
import json
import select
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import requests
from msal import ConfidentialClientApplication

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql import _odbc
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from emulators.windows.connect_logins import CannotLogIn, logged_in, pairs
from emulators.windows.worker import end_when_asked

DATABASE = "ES"
AT_ONCE = 50
"""Entries that are sent in a pass; the others stay queued until the next."""
_ENTRA, _GRAPH = "login.microsoftonline.com", "graph.microsoft.com"
_SECONDS = 10
EXAMS = """
SELECT st.UUN, e.CourseCode, COALESCE(s.StartsAt, e.FixedStart), e.DurationMinutes, r.Attempt
FROM dbo.Registrations r
JOIN dbo.Exams e ON e.ExamId = r.ExamId
JOIN dbo.Students st ON st.StudentId = r.StudentId
LEFT JOIN dbo.Sittings s ON s.ExamId = e.ExamId
WHERE COALESCE(s.StartsAt, e.FixedStart) IS NOT NULL
ORDER BY st.UUN, e.CourseCode
"""

Json = dict[str, Any]


class CannotSignIn(Exception):
    """Entra ID gives no token; the message says why."""


def main() -> int:
    """Write until the input ends, and return the exit code."""
    end_when_asked()
    asked = json.loads(sys.stdin.readline())
    written: Json = asked["written"]
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as roots:
        roots.write(asked["roots"])
        roots.flush()
        asked["roots"] = roots.name
        told: Json | None = None
        while True:
            try:
                state = {"queue": one_pass(asked, written), "written": dict(written)}
                if state != told:
                    _tell("STATE", json.dumps(state))
                    _tell("INFO", f"Synchronised: {len(written)} events written, {len(state['queue'])} queued")
                told = state
            except (CannotSignIn, CannotLogIn, Problem, requests.RequestException, _odbc.pyodbc.Error) as error:
                _tell("ERROR", f"Synchronisation failed: {' '.join(str(error).split())}")
            if select.select([sys.stdin], [], [], asked["seconds"])[0]:
                return 0


def one_pass(asked: Mapping[str, Any], written: Json) -> Json:
    """Bring calendars to what the database says; return what stays queued, since it was refused or is too much."""
    queue = queued(wanted(asked), written)
    with calendars(asked) as (session, users):
        for name, entry in list(queue.items())[:AT_ONCE]:
            if entry["action"] == "create" and name.rpartition(".")[0] in written:
                continue  # what was there before could not be taken away
            refused = _send(session, f"{users}/{entry['mailbox']}", name, entry, written)
            if refused:
                entry["refused"] = refused
            else:
                del queue[name]
    return queue


def wanted(asked: Mapping[str, Any]) -> dict[str, Json]:
    """Return each exam that the database has, with its mailbox."""
    connection, _where = logged_in(pairs(asked["connections"][DATABASE]), [], asked)
    try:
        rows = connection.cursor().execute(EXAMS).fetchall()
    finally:
        connection.close()
    found = {}
    for uun, course, starts, minutes, attempt in rows:
        event = {
            "subject": f"Exam {course}",
            "start": {"dateTime": starts.isoformat(), "timeZone": "Europe/London"},
            "end": {"dateTime": (starts + timedelta(minutes=minutes)).isoformat(), "timeZone": "Europe/London"},
        }
        mailbox = asked["mailboxes"].get(uun, f"{uun}@{asked['domain']}")
        found[f"{uun}-{course}-{attempt}"] = {"mailbox": mailbox, "event": event}
    return found


def queued(exams: Mapping[str, Json], written: Mapping[str, Json]) -> dict[str, Json]:
    """Return what is to be done: first what is to be taken away, then what is to be written."""
    gone = {
        name: {"action": "delete", **each}
        for name, each in written.items()
        if _digest(exams.get(name)) != each["digest"]
    }
    new = {name: {"action": "create", **each} for name, each in exams.items() if name not in written or name in gone}
    return {f"{name}.delete": each for name, each in gone.items()} | {
        f"{name}.create": each for name, each in new.items()
    }


@contextmanager
def calendars(asked: Mapping[str, Any]) -> Iterator[tuple[requests.Session, str]]:
    """Provide a session that is signed in to Graph as the configuration says, and the URL that mailboxes are below."""
    sign_in = asked["sign_in"]
    address = asked["hosts"].get(_GRAPH)
    if address is None:
        raise CannotSignIn(f"the name {_GRAPH} is not known")
    with requests.Session() as session:
        session.verify, session.trust_env = asked["roots"], False
        base = f"https://{address}"
        application = ConfidentialClientApplication(
            sign_in["client_id"],
            authority=f"{base}/{sign_in['tenant']}",
            client_credential={"private_key": sign_in["key"], "public_certificate": sign_in["certificate"]},
            instance_discovery=False,
            validate_authority=False,
            http_client=session,
        )
        token = application.acquire_token_for_client([f"https://{_GRAPH}/.default"])
        if "access_token" not in token:
            raise CannotSignIn(f"Entra ID gives no token: {token.get('error_description', token.get('error'))}")
        session.headers.update(Authorization=f"Bearer {token['access_token']}")
        yield session, f"{base}/v1.0/users"


def _send(session: requests.Session, mailbox: str, name: str, entry: Json, written: Json) -> str:
    """Carry an entry out at the URL of its mailbox, and return how it was refused; nothing if it was not."""
    key = name.rpartition(".")[0]
    if entry["action"] == "delete":
        answer = session.delete(f"{mailbox}/events/{entry['id']}", timeout=_SECONDS)
        if not answer.ok and answer.status_code != requests.codes.not_found:
            return f"{answer.status_code}"
        del written[key]
        return ""
    answer = session.post(f"{mailbox}/calendar/events", json={**entry["event"], "transactionId": key}, timeout=_SECONDS)
    if not answer.ok:
        return f"{answer.status_code} {answer.json().get('error', {}).get('code', '')}"
    written[key] = {
        "mailbox": entry["mailbox"],
        "id": answer.json()["id"],
        "digest": _digest({"mailbox": entry["mailbox"], "event": entry["event"]}),
    }
    return ""


def _digest(exam: Mapping[str, Any] | None) -> str:
    return hashlib.sha256(json.dumps(exam, sort_keys=True).encode()).hexdigest()


def _tell(kind: str, text: str) -> None:
    print(kind, text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
