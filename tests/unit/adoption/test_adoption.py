# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there becomes what is declared: records out of predicted changes, products out of what Windows lists."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption import (
    adopted_accounts,
    adopted_database,
    adopted_product,
    adopted_records,
    adopted_reference_data,
)

ES: dict[str, Any] = {"name": "es", "type": "A", "values": ["192.0.2.1"]}
APEX: dict[str, Any] = {"name": "@", "type": "TXT", "values": ["v=spf1 -all"]}
ALIAS: dict[str, Any] = {"name": "scheduler", "type": "CNAME", "values": ["es"]}


def change(item: str, before: list[str] | None, after: list[str] | None) -> dict[str, Any]:
    return {"item": item, "action": "update", "before": before, "after": after}


def test_that_records_without_a_change_are_left_as_they_are_declared() -> None:
    adopted = adopted_records([ES, APEX], [], "exams.example")
    assert adopted["records"] == [ES, APEX]
    assert adopted["expected"] == adopted["found"]
    assert list(adopted["found"]) == ["es.exams.example. a", "exams.example. txt"]


def test_that_what_is_not_there_is_left_out_and_named() -> None:
    adopted = adopted_records([ES, APEX], [change("exams.example. TXT", None, ["3600 TXT x"])], "exams.example.")
    assert adopted["records"] == [ES]
    assert (adopted["expected"]["exams.example. TXT"], adopted["found"]["exams.example. TXT"]) == (
        "3600 TXT x",
        "nothing",
    )


def test_that_other_values_and_their_time_to_live_are_taken_over() -> None:
    found = ["300 A 192.0.2.9", "300 A 192.0.2.8"]
    changes = [
        change("ES.exams.example. A", found, ["3600 A 192.0.2.1"]),
        change("1.2.0.192.in-addr.arpa. PTR", None, ["x"]),
    ]
    (record,) = adopted_records([ES], changes, "exams.example")["records"]
    assert record == {"name": "es", "type": "A", "ttl": 300, "values": ["192.0.2.9", "192.0.2.8"]}


def test_that_spaces_within_a_value_are_its_own() -> None:
    changes = [change("exams.example. TXT", ['60 TXT "v=spf1  mx -all"'], ["x"])]
    assert adopted_records([APEX], changes, "exams.example")["records"][0]["values"] == ['"v=spf1  mx -all"']


@pytest.mark.parametrize(
    ("address", "kind", "reverse"),
    [
        ("192.0.2.1", "A", "1.2.0.192.in-addr.arpa."),
        ("2001:db8::1", "AAAA", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa."),
    ],
)
def test_that_a_ptr_record_that_is_not_as_it_would_be_derived_is_not_kept(
    address: str, kind: str, reverse: str
) -> None:
    record = {"name": "es", "type": kind, "values": [address]}
    adopted = adopted_records(
        [record], [change(f"{reverse} PTR", ["60 PTR old.exams.example."], None)], "exams.example"
    )
    assert adopted["records"] == [{**record, "ptr": False}]
    assert adopted["found"][f"{reverse} PTR"] == "60 PTR old.exams.example."


def test_that_another_type_at_a_declared_name_takes_its_place() -> None:
    changes = [
        change("scheduler.exams.example. CNAME", None, ["3600 CNAME es.exams.example."]),
        change("scheduler.exams.example. A", ["3600 A 192.0.2.1"], None),
    ]
    assert adopted_records([ALIAS], changes, "exams.example")["records"] == [
        {"name": "scheduler.exams.example.", "type": "A", "ttl": 3600, "values": ["192.0.2.1"], "ptr": False}
    ]


PRODUCT: dict[str, Any] = {
    "name": "Product",
    "version": "2.0.0",
    "services": [
        {"name": "One", "start_mode": "auto", "account": "EXAMS\\svc-one"},
        {"name": "Two", "start_mode": "auto"},
    ],
}


def told(start_mode: str, username: str) -> dict[str, Any]:
    return {"services": [{"start_mode": start_mode, "username": username}]}


def test_that_a_product_has_the_version_and_the_services_that_are_there() -> None:
    services = [told("delayed", "EXAMS\\somebody"), told("manual", "LocalSystem")]
    assert adopted_product(PRODUCT, ["1.9.0"], services) == {
        "name": "Product",
        "version": "1.9.0",
        "services": [
            {"name": "One", "start_mode": "delayed", "account": "EXAMS\\somebody"},
            {"name": "Two", "start_mode": "manual"},
        ],
    }


@pytest.mark.parametrize("versions", [[], ["1.0", "1.9.0"]])
def test_that_what_is_not_there_or_there_twice_stays_as_declared(versions: list[str]) -> None:
    assert adopted_product(PRODUCT, versions, [{"services": []}, {}]) == PRODUCT


def test_that_a_product_without_services_gets_none() -> None:
    assert adopted_product({"name": "Plug-in", "version": "1"}, ["2"], []) == {"name": "Plug-in", "version": "2"}


DATABASE = {"name": "ES", "collation": "Latin1_General_CI_AS", "recovery_model": "full", "owner": "sa"} | {
    "read_committed_snapshot": True
}
THERE = {**DATABASE, "name": "es", "recovery_model": "SIMPLE", "owner": None} | {
    "extended_properties": {"exam_scheduling_service": "live"}
}


def test_that_a_database_is_adopted_as_it_is_and_what_cannot_be_told_stays() -> None:
    adopted = adopted_database(DATABASE, [{**THERE, "name": "other"}, THERE])
    assert adopted["database"] == {**DATABASE, "recovery_model": "simple"}
    assert adopted["record"] == "live"
    assert adopted["expected"]["database ES: recovery model"] == "full"
    assert adopted["found"]["database ES: recovery model"] == "simple"
    assert adopted["found"].keys() == adopted["expected"].keys()


def test_that_a_database_that_is_not_there_stays_as_it_is_declared_and_is_named() -> None:
    adopted = adopted_database(DATABASE, [])
    assert (adopted["database"], adopted["record"]) == (DATABASE, None)
    assert adopted["found"] == {"database ES": "nothing"}


GOLDEN_COPY = {"artefact": "/srv/exams/golden_copy", "digest": "5ba3", "deployed": True}


@pytest.mark.parametrize(
    ("digested", "stays", "found"),
    [
        ({"digest": "5ba3"}, False, "5ba3"),
        ({"digest": "a0a3"}, True, "a0a3"),
        ({"digest": None, "msg": "there is no database ES"}, False, "there is no database ES"),
        ({}, False, "not read"),
    ],
)
def test_that_reference_data_stay_only_where_there_are_others(
    digested: dict[str, Any], stays: bool, found: str
) -> None:
    adopted = adopted_reference_data(GOLDEN_COPY, digested, "ES")
    assert adopted["golden_copy"] == GOLDEN_COPY | ({"left_alone": True} if stays else {})
    assert adopted["expected"] == {"digest of the reference data of ES": "5ba3"}
    assert adopted["found"] == {"digest of the reference data of ES": found}


LOGIN = "EXAMS\\svc-connect"
WRITES = {"permissions": ["INSERT", "UPDATE"], "schema": "dbo"}
ACCOUNT: dict[str, Any] = {
    "name": LOGIN,
    "databases": [{"name": "ES", "roles": ["db_datareader"], "permissions": [WRITES]}],
}
USER = f"database ES user {LOGIN}"


def accounts_of(*changes: dict[str, Any]) -> dict[str, Any]:
    return adopted_accounts([{"item": ACCOUNT, "changes": list(changes)}])


def test_that_an_account_as_declared_has_the_rights_that_are_declared() -> None:
    adopted = accounts_of()
    assert adopted["accounts"][0]["databases"][0]["permissions"] == [
        {"permissions": ["INSERT"], "schema": "dbo"},
        {"permissions": ["UPDATE"], "schema": "dbo"},
    ]
    assert adopted["expected"] == adopted["found"] == {f"rights of {LOGIN}": "as declared"}


def test_that_rights_are_taken_over_as_they_are() -> None:
    def right(what: str, before: str | None) -> dict[str, Any]:
        return {"item": f"{USER} {what}", "action": "update", "before": before, "after": None}

    adopted = accounts_of(
        right("role db_datareader", None),
        right("role db_owner", "member"),
        right("permission INSERT on dbo", None),
        right("permission UPDATE on dbo", "DENY"),
        right("permission SELECT on dbo.Exams", "GRANT"),
        right("permission VIEW DEFINITION", "GRANT"),
    )
    user = adopted["accounts"][0]["databases"][0]
    assert user["roles"] == ["db_owner"]
    assert user["permissions"] == [
        {"permissions": ["UPDATE"], "schema": "dbo", "state": "deny"},
        {"permissions": ["SELECT"], "schema": "dbo", "object": "Exams"},
        {"permissions": ["VIEW DEFINITION"]},
    ]
    assert "permission INSERT on dbo: nothing" in adopted["found"][f"rights of {LOGIN}"]


def test_that_who_is_not_there_is_left_out_and_who_cannot_be_read_stays() -> None:
    missing: dict[str, Any] = {"before": None, "after": {}, "action": "create"}
    assert accounts_of({"item": USER, **missing})["accounts"][0]["databases"] == []
    nobody = accounts_of({"item": f"login {LOGIN}", **missing})
    assert (nobody["accounts"], nobody["found"]) == ([], {f"rights of {LOGIN}": "no login"})
    unread = adopted_accounts([{"item": ACCOUNT, "msg": "permission denied"}])
    assert (unread["accounts"], unread["found"]) == ([ACCOUNT], {f"rights of {LOGIN}": "permission denied"})
