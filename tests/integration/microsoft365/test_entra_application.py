# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""entra_application against the emulated tenant: check, nothing changed, real, again; and what goes wrong."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from emulators.microsoft365.tenant import GRAPH_APPLICATION
from tests.integration.microsoft365.conftest import Office, Runner, days

NAME, TAG = "CalSync LIVE", "exam-scheduling:calsync:live"


def applications(office: Office) -> list[dict[str, Any]]:
    return [each for each in office.server.tenant.applications.values() if each["displayName"] != "automation"]


def items(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each["action"], each["item"].removeprefix(f"application {NAME}").strip()) for each in result["changes"]]


def test_check_then_create_then_unchanged(office: Office, run: Runner) -> None:
    office.certificate("calsync")
    declared = {
        "name": NAME,
        "tag": TAG,
        "certificates": [office.file("calsync")],
        "owners": ["rector@exams.example"],
        "required_permissions": [{"resource": GRAPH_APPLICATION, "permissions": ["User.Read.All"]}],
    }
    predicted = run("entra_application", check=True, **declared)
    assert predicted["changed"]
    assert applications(office) == []
    made = run("entra_application", **declared)
    assert made["changes"] == predicted["changes"]
    assert items(made) == [("create", ""), ("create", "service principal"), ("create", "owner rector@exams.example")]
    application = applications(office)[0]
    assert made["client_id"] == application["appId"]
    assert made["service_principal_id"] in office.server.tenant.service_principals
    assert application["tags"] == [TAG]
    assert 88 <= made["certificates"][0]["days_left"] <= 90
    again = run("entra_application", **declared)
    assert not again["changed"], again["changes"]
    assert again["client_id"] == made["client_id"]


def test_a_rotation_overlaps(office: Office, run: Runner) -> None:
    old, new = office.certificate("old"), office.certificate("new")
    run("entra_application", name=NAME, tag=TAG, certificates=[office.file("old")])
    before = len(office.requests())
    rotated = run(
        "entra_application", name=NAME, tag=TAG, certificates=[office.file("new")], other_certificates="remove"
    )
    assert [action for action, _item in items(rotated)] == ["create", "delete"]
    patches = [each["body"]["keyCredentials"] for each in office.requests()[before:] if each["method"] == "PATCH"]
    assert [len(each) for each in patches] == [2, 1], "both are valid in between"
    assert old.certificate != new.certificate
    left = applications(office)[0]["keyCredentials"]
    assert len(left) == 1
    assert run("entra_application", name=NAME, tag=TAG, certificates=[office.file("new")])["changed"] is False


def test_certificates_that_are_not_declared_stay_unless_they_have_expired(office: Office, run: Runner) -> None:
    office.certificate("other")
    office.certificate("new")
    run("entra_application", name=NAME, tag=TAG, certificates=[office.file("other")])
    kept = run("entra_application", name=NAME, tag=TAG, certificates=[office.file("new")],
               other_certificates="remove_expired")  # fmt: skip
    assert [action for action, _item in items(kept)] == ["create"]
    assert [each["declared"] for each in kept["certificates"]] == [False, True]


def test_an_expired_certificate_is_refused_and_a_near_end_warned_about(office: Office, run: Runner) -> None:
    office.certificate("expired", not_before=days(-60), not_after=days(-2))
    refused = run("entra_application", name=NAME, tag=TAG, certificates=[office.file("expired")])
    assert refused["failed"]
    assert "certificates[0]" in refused["msg"]
    assert "it expired on" in refused["msg"]
    assert applications(office) == []
    office.certificate("short", not_after=days(9.5))
    made = run("entra_application", name=NAME, tag=TAG, certificates=[office.file("short")])
    assert "expires in 9 days" in str(made["warnings"])


def test_a_duplicate_is_an_error_that_lists_both(office: Office, run: Runner) -> None:
    office.client(NAME, "aaaaaaaa-0000-0000-0000-000000000001", [])
    with office.server.tenant.lock:
        twin = dict(office.server.tenant.applications[next(reversed(office.server.tenant.applications))])
        twin.update(id="bbbbbbbb-0000-0000-0000-000000000000", appId="aaaaaaaa-0000-0000-0000-000000000002")
        office.server.tenant.applications[twin["id"]] = twin
    result = run("entra_application", name=NAME, tag=TAG)
    assert result["failed"]
    assert "aaaaaaaa-0000-0000-0000-000000000001" in result["msg"]
    assert "aaaaaaaa-0000-0000-0000-000000000002" in result["msg"]
    assert "Nothing was touched." in result["msg"]


def test_one_that_was_made_by_hand_is_not_made_again(office: Office, run: Runner) -> None:
    office.client(NAME, "aaaaaaaa-0000-0000-0000-000000000001", [])
    with office.server.tenant.lock:
        found = next(reversed(office.server.tenant.applications.values()))
        found["_owners"] = [each["id"] for each in office.server.tenant.service_principals.values()]
    taken = run("entra_application", name=NAME, tag=TAG)
    assert items(taken) == [("update", "tag")]
    renamed = run("entra_application", name="CalSync", tag=TAG)
    assert [each["item"] for each in renamed["changes"]] == ["application CalSync name"]
    assert len(applications(office)) == 1


def test_a_directory_that_finds_new_objects_late(office: Office, run: Runner) -> None:
    office.faults({"kind": "consistency", "seconds": 1.2})
    made = run("entra_application", name=NAME, tag=TAG)
    assert made["changed"]
    assert made["service_principal_id"] in office.server.tenant.service_principals


def test_a_replica_that_has_new_objects_last(office: Office, run: Runner) -> None:
    office.faults({"kind": "replica", "seconds": 1.2})
    made = run("entra_application", name=NAME, tag=TAG)
    assert not made.get("failed"), made
    asked = [
        each for each in office.requests() if (each["method"], each["path"]) == ("POST", "/v1.0/servicePrincipals")
    ]
    assert len(asked) > 1, "refused at first"
    scope = {"name": "x", "recipient_filter": "CustomAttribute1 -eq 'student'"}
    given = run("exchange_application_access", check=True, application=made["client_id"], scope=scope)
    assert given["service_principal_id"] == made["service_principal_id"]


def test_a_certificate_that_signs_in_late(office: Office, run: Runner) -> None:
    office.certificate("first")
    office.certificate("second")
    made = run("entra_application", name=NAME, tag=TAG, certificates=[office.file("first")])
    office.server.tenant.settle()
    office.faults({"kind": "consistency", "seconds": 3600})
    both = {"certificates": [office.file("first"), office.file("second")]}
    assert run("entra_application", name=NAME, tag=TAG, **both)["changed"]
    connection = {**office.connection("second", made["client_id"]), "check": True}
    assert "AADSTS700027" in run("entra_application", **connection, name=NAME, tag=TAG)["msg"]
    office.faults()
    assert "AADSTS" not in run("entra_application", **connection, name=NAME, tag=TAG)["msg"], "it may read nothing"


def test_a_secret_is_in_its_file_alone(office: Office, run: Runner, tmp_path: Path) -> None:
    secret = {"name": "legacy", "file": str(tmp_path / "secret")}
    made = run("entra_application", name=NAME, tag=TAG, secret=secret)
    content = (tmp_path / "secret").read_text(encoding="utf-8")
    assert content == applications(office)[0]["passwordCredentials"][0]["secretText"]
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600
    assert "Prefer certificates" in str(made["warnings"])
    assert run("entra_application", name=NAME, tag=TAG, secret=secret)["changed"] is False
    assert "not declared" in str(run("entra_application", name=NAME, tag=TAG)["warnings"])


def test_the_hand_over_contacts_nothing(office: Office, run: Runner) -> None:
    office.certificate("calsync")
    nowhere = {"connect_address": "127.65.255.3", "client_id": None, "certificate": None, "private_key": None}
    declared = {"name": "O'Neill", "tag": TAG, "certificates": [office.file("calsync")], "hand_over": True}
    text = run("entra_application", **nowhere, **declared)["hand_over"]
    assert "New-MgApplication -DisplayName 'O''Neill'" in text
    assert "applications(uniqueName='exam-scheduling%3Acalsync%3Alive')" in text
    assert "## Back-out" in text
    assert office.requests() == []
    assert run("entra_application", **nowhere, **declared, state="absent")["failed"]


def test_absent(office: Office, run: Runner) -> None:
    run("entra_application", name=NAME, tag=TAG)
    assert run("entra_application", name=NAME, tag=TAG, state="absent")["changed"]
    assert applications(office) == []
    assert run("entra_application", name=NAME, tag=TAG, state="absent")["changed"] is False


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tenant": "not a tenant"}, "tenant='not a tenant' is refused"),
        ({"client_id": "x"}, "client_id='x' is refused"),
        ({"private_key": "/nowhere"}, "private_key='/nowhere' is refused"),
        ({"other_certificates": "remove"}, "nothing would be left to sign in with"),
        ({"proxy": "http://127.0.0.1:1"}, "the proxy decides where to connect"),
        ({"certificates": ["/nowhere"]}, "certificates[0]='/nowhere' is refused"),
        ({"owners": ["nobody@exams.example"]}, "owners='nobody@exams.example' is refused"),
        (
            {"required_permissions": [{"resource": GRAPH_APPLICATION, "permissions": ["Fly.All"]}]},
            "required_permissions='Fly.All' is refused",
        ),
    ],
)
def test_what_is_refused_before_anything_is_touched(
    office: Office, run: Runner, changes: dict[str, Any], said: str
) -> None:
    result = run("entra_application", **{"name": NAME, "tag": TAG, **changes})
    assert result["failed"]
    assert said in result["msg"]
    assert applications(office) == []
