# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there becomes what is declared: products out of what Windows lists, rights out of predicted changes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.adoption import (
    adopted_accounts,
    adopted_database,
    adopted_product,
    adopted_reference_data,
)

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
