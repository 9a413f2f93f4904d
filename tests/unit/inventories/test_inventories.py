# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventories as data: the plan is whole, the overlay redirects and changes nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.estate.seed import load_seed

ROOT = Path(__file__).resolve().parents[3]
INVENTORIES = ROOT / "inventories"
ENVIRONMENTS = ("dev", "test", "live")

CONNECTION_VARIABLES = {
    "ansible_become",
    "ansible_connection",
    "ansible_host",
    "ansible_password",
    "ansible_python_interpreter",
    "ansible_user",
    "ansible_winrm_ca_trust_path",
    "ansible_winrm_transport",
    "business_intelligence_connection",
    "calsync_database_account",
    "change_control_ticket_system",
    "connect_database_login",
    "exam_connect_address",
    "exam_resolver",
    "exam_source_address",
    "eugex_connection",
    "office365_connection",
    "sql_server_connection",
}
OTHER_VARIABLES_OF_THE_REHEARSAL = {
    "exam_rehearsal": "what it is",
    "exam_rehearsal_network": "which loopback addresses it uses",
    "exam_rehearsal_directory": "where its servers keep their files",
    "exam_state_directory": "a state directory of its own",
    "exam_filesystem_root": "where its Linux hosts keep their files",
    "https_provider": "its own certification authority",
    "https_own_ca": "its own certification authority",
    "https_roots": "its own certification authority",
    "https_pkcs12_password": "a generated secret",
    "dns_key_secret": "a generated secret",
    "exam_installer_share_password": "a generated secret",
    "exam_scheduler_service_password": "a generated secret",
    "connect_service_password": "a generated secret",
    "calsync_service_password": "a generated secret",
    "eugex_account_password": "a generated secret",
    "connect_secrets": "a generated secret",
    "exam_scheduler_account_passwords": "a generated secret",
    "exam_artefact_password": "a generated secret",
    "web_timetables_database_password": "a generated secret",
    "web_timetables_files": "a release that was packed on this machine",
    "web_timetables_user": "whoever rehearses",
    "web_timetables_nginx_group": "whoever rehearses",
    "web_timetables_manages_user": "no user of this machine is made",
    "web_timetables_listen": "its own addresses",
    "business_intelligence_secret": "which of the generated secrets",
    "change_control_now": "its clock",
    "change_control_records": "its own sign-offs, beside changes/live",
    "change_control_approvals": "its own advisory board",
    "change_control_allowed_signers": "its own advisory board",
}


class Loader(yaml.SafeLoader):
    """Reads Ansible's inventories: a vault value is a text."""


Loader.add_constructor("!vault", lambda loader, node: "vault")


def variables(path: Path) -> dict[str, Any]:
    """Return the variables of a file; a duplicate key is an error, since YAML would drop one silently."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=Loader)
    assert isinstance(node, yaml.MappingNode)
    keys = [pair[0].value for pair in node.value]
    assert len(keys) == len(set(keys)), path
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506 - a SafeLoader with one more tag
    assert isinstance(loaded, dict)
    return loaded


def of_environment(environment: str) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for path in sorted((INVENTORIES / environment / "group_vars/all").glob("*.yml")):
        loaded = variables(path)
        assert not merged.keys() & loaded.keys(), f"{path} repeats a variable"
        merged.update(loaded)
    return merged


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> dict[str, Any]:
    return of_environment(request.param)


def test_the_plan_has_every_line_of_the_estate_once(environment: dict[str, Any]) -> None:
    expected = [f"1.{n}" for n in range(1, 10)] + [f"2.{n}" for n in range(1, 6)] + [f"3.{n}" for n in range(1, 5)]
    expected += [f"4.{n}" for n in range(1, 8)] + ["5", "6", "7"]
    assert [entry["line"] for entry in environment["implementation_plan"]] == expected


def test_every_line_has_proof_role_stage_and_somebody_who_carries_it_out(environment: dict[str, Any]) -> None:
    for entry in environment["implementation_plan"]:
        assert entry["proof"], entry
        assert entry["role"], entry
        assert entry["stage"] in environment["implementation_stages"], entry
        assert entry["line"].split(".", maxsplit=1)[0] in environment["implementation_headings"], entry
        if entry["built"]:
            assert (ROOT / "roles" / entry["role"] / "tasks/verify.yml").is_file(), entry
        if "procedure" in entry:
            assert (ROOT / "playbooks" / f"{entry['procedure']}.yml").is_file(), entry
    responsibilities = environment["implementation_responsibilities"]
    assert responsibilities.keys() == {entry["line"] for entry in environment["implementation_plan"]}
    for entry in responsibilities.values():
        assert entry["carried_out_by"] in ("collection", "team", "vendor")
        assert entry["owner"]
        assert entry["planned"]


def test_no_line_depends_on_a_later_stage_or_on_itself(environment: dict[str, Any]) -> None:
    stages = environment["implementation_stages"]
    stage = {entry["line"]: stages.index(entry["stage"]) for entry in environment["implementation_plan"]}
    depends_on = {entry["line"]: entry["depends_on"] for entry in environment["implementation_plan"]}
    for line, others in depends_on.items():
        for other in others:
            assert stage[other] <= stage[line], f"{line} depends on {other}, whose stage comes later"

    def ancestors(line: str, seen: tuple[str, ...] = ()) -> None:
        assert line not in seen, f"{line} depends on itself: {' -> '.join(seen)}"
        for other in depends_on[line]:
            ancestors(other, (*seen, line))

    for line in depends_on:
        ancestors(line)


def test_in_live_others_carry_out_what_the_estate_says() -> None:
    responsibilities = of_environment("live")["implementation_responsibilities"]
    by_party = {
        party: {line for line, entry in responsibilities.items() if entry["carried_out_by"] == party}
        for party in ("team", "vendor")
    }
    assert by_party == {"team": {"1.1", "1.2", "4.2"}, "vendor": {"1.4", "1.7", "4.3"}}


def test_secrets_are_vault_values_one_by_one(environment: dict[str, Any]) -> None:
    secrets = {name: value for name, value in environment.items() if name.endswith(("_secret", "_password"))}
    assert len(secrets) == 8
    assert set(secrets.values()) == {"vault"}
    assert environment["ansible_pipelining"] is True


def test_the_environments_declare_the_same_variables() -> None:
    names = {environment: set(of_environment(environment)) for environment in ENVIRONMENTS}
    assert names["dev"] == names["test"] == names["live"]


def test_an_alias_is_nothing_else_and_every_certified_name_is_in_dns(environment: dict[str, Any]) -> None:
    records = [(record["name"], record["type"]) for record in environment["dns_records"]]
    assert len(set(records)) == len(records)
    for name, kind in records:
        assert kind != "CNAME" or [other for other, _kind in records].count(name) == 1, f"{name} is an alias and more"
    for certificate in environment["https_certificates"]:
        assert len(set(certificate["names"])) == len(certificate["names"])
        for name in certificate["names"]:
            assert name.removesuffix(f".{environment['dns_zone']}") in {declared for declared, _kind in records}, name


def overlay() -> dict[str, set[str]]:
    """Return the variables that the overlay sets, by file."""
    found = {
        str(path.relative_to(INVENTORIES)): set(variables(path))
        for path in (INVENTORIES / "rehearsal/group_vars").rglob("*.yml")
    }
    hosts = variables(INVENTORIES / "rehearsal/hosts.yml")["all"]["hosts"]
    return {**found, "rehearsal/hosts.yml": {name for host in hosts.values() for name in host}}


def test_the_overlay_redirects_endpoints_and_changes_nothing_else() -> None:
    allowed = CONNECTION_VARIABLES | OTHER_VARIABLES_OF_THE_REHEARSAL.keys()
    for path, names in overlay().items():
        assert not names - allowed, f"{path} sets what a rehearsal must not change"
    assert allowed - set().union(*overlay().values()) == set(), "the list names what the overlay does not set"


def hosts_of(tree: dict[str, Any]) -> set[str]:
    found = set(tree.get("hosts") or {})
    for child in (tree.get("children") or {}).values():
        found |= hosts_of(child or {})
    return found


def test_every_host_of_live_has_a_loopback_address_of_its_own_that_the_estate_knows() -> None:
    live = hosts_of(variables(INVENTORIES / "live/hosts.yml")["all"])
    redirected = variables(INVENTORIES / "rehearsal/hosts.yml")["all"]["hosts"]
    assert redirected.keys() == live
    addresses = [host["exam_connect_address"] for name, host in redirected.items() if name not in OF_ONE_TENANT]
    assert len(set(addresses)) == len(addresses)
    known = load_seed().addresses()
    for host in known.keys() & live:
        assert redirected[host]["exam_connect_address"].endswith("}}." + known[host]), host
    assert {host for host in known if host not in ELSEWHERE} <= live


OF_ONE_TENANT = ("entra", "exchange")
"""Names of the service that `graph` is one of: one emulated tenant has them all."""
ELSEWHERE = ("bi-test", "calsync-test", "connect-test", "eugex-test")
"""What the estate has for rehearsals of TEST."""


def test_every_host_of_test_has_a_loopback_address_of_its_own_and_is_reached_as_lives_are() -> None:
    test = hosts_of(variables(INVENTORIES / "test/hosts.yml")["all"])
    redirected = variables(INVENTORIES / "rehearsal_of_test/hosts.yml")["all"]["hosts"]
    assert redirected.keys() == test
    addresses = [host["exam_connect_address"] for name, host in redirected.items() if name not in OF_ONE_TENANT]
    assert len(set(addresses)) == len(addresses)
    for host in ELSEWHERE:
        assert redirected[host]["exam_connect_address"].endswith("}}." + load_seed().addresses()[host])
    for path in ("all/rehearsal.yml", "windows.yml", "linux.yml", "business_intelligence.yml"):
        ours = INVENTORIES / "rehearsal_of_test/group_vars" / path
        assert ours.resolve() == (INVENTORIES / "rehearsal/group_vars" / path).resolve()
