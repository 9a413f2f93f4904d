# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A BI host on Windows: the role promotes there by WinRM, in one real run of ansible-playbook."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulators.windows.files import Blobs, FileSystem
from emulators.windows.model import HostState
from tests.integration.business_objects.conftest import CMS, CUID, LIVE, VERSION, Platform
from tests.integration.windows.conftest import Process
from tests.integration.windows.playbook import play

HOST, ADDRESS = "bi-live", "127.72.1.21"
PROGRAM = r"D:\SAP BusinessObjects\win64_x64\scripts\lcm_cli.bat"
DIRECTORY = r"D:\exam-scheduling-bi"


@dataclass(frozen=True)
class Story:
    """What the tasks of the run answered, by their names, and what the host was left with."""

    answers: Mapping[str, Mapping[str, Any]]
    host: HostState
    blobs: Path
    platform: Platform
    printed: str

    def files(self) -> dict[str, str]:
        """Return the texts of the module's directory."""
        prefix = DIRECTORY.lower() + "\\"
        return {
            path.removeprefix(prefix): (self.blobs / file.blob).read_text(encoding="utf-8", errors="replace")
            for path, file in self.host.files.items()
            if path.startswith(prefix) and not file.directory
        }


def universe(name: str, **other: Any) -> dict[str, Any]:
    """Return a task that calls the module."""
    usual = {"cuid": CUID, "cms": CMS, "lcm_cli": PROGRAM, "work_directory": DIRECTORY, "lcm_timeout": 60}
    return {
        "name": name,
        "uoe.exam_scheduling.bi_universe": {**usual, **other},
        "module_defaults": {"group/uoe.exam_scheduling.business_objects": "{{ business_intelligence_connection }}"},
        "ignore_errors": True,
    }


def faults(platform: Platform, *entries: dict[str, Any]) -> dict[str, Any]:
    """Return a task that has things go wrong from then on."""
    return {
        "name": "faults",
        "ansible.builtin.copy": {
            "content": json.dumps(entries) + "\n", "dest": str(platform.directory / "platform/faults.json"),
        },
        "delegate_to": "localhost",
    }  # fmt: skip


@pytest.fixture
def story(platform: Platform, tmp_path: Path) -> Story:
    declared = platform.arguments()
    present = {key: declared[key] for key in ("digest", "revision", "platform_version", "connection", "query")}
    present["artefact"] = rf"{DIRECTORY}\revision-7.lcmbiar"
    role = {"name": "uoe.exam_scheduling.business_intelligence", "tasks_from": "apply", "rolespec_validate": False}
    lock = {"path": rf"{DIRECTORY}\at-work", "state": "directory"}
    partial = faults(platform, {"kind": "partial", "match": "promote", "times": 1})
    tasks = [
        {**universe("predicted", **present), "check_mode": True},
        {"name": "role", "ansible.builtin.import_role": role},
        {"name": "left", "ansible.windows.win_file": {"path": rf"{DIRECTORY}\lcm-1.properties", "state": "touch"}},
        universe("again", **present),
        universe("reverted", state="reverted"),
        universe("other archive", **{**present, "digest": "0" * 64}),
        partial,
        universe("partial", **present),
        faults(platform),
        {"name": "at work", "ansible.windows.win_file": lock},
        universe("two at once", **present),
        {"name": "no more", "ansible.windows.win_file": {**lock, "state": "absent"}},
        universe("exported", state="exported", artefact=rf"{DIRECTORY}\exported.lcmbiar"),
    ]  # fmt: skip
    password = secrets.token_urlsafe(16)
    process = Process(tmp_path / "windows", seed(platform), password)
    process.start()
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump(inventory(platform, process, password)), encoding="utf-8")
    content = [{"hosts": HOST, "gather_facts": False, "tasks": tasks}]
    (tmp_path / "playbook.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    hidden = (password, platform.password)
    try:
        told = play(tmp_path, "-i", tmp_path / "inventory.yml", tmp_path / "playbook.yml", hidden=hidden)
    finally:
        process.stop()
    answers = {
        task["task"]["name"].rpartition(" : ")[2]: next(iter(task["hosts"].values()))
        for task in told["plays"][0]["tasks"]
    }
    return Story(answers, process.state(HOST), process.directory / "blobs", platform, json.dumps(told))


def seed(platform: Platform) -> dict[str, Any]:
    disk = {"size_bytes": 10**11, "free_bytes": 10**10}
    return {
        "accounts": [{"name": "ansible", "password_file": "secrets/windows_password"}],
        "defaults": {},
        "hosts": {
            HOST: {
                "listen": ADDRESS,
                "domain": "exams.example",
                "time": {"source": "dc1.exams.example"},
                "network": {"address": "192.0.2.21"},
                "disks": [{"letter": "C", **disk}, {"letter": "D", **disk}],
                "bi_platforms": {PROGRAM: str(platform.directory / "platform")},
            }
        },
    }


def inventory(platform: Platform, process: Process, password: str) -> dict[str, Any]:
    return {
        "all": {
            "hosts": {
                HOST: {
                    "ansible_connection": "winrm",
                    "ansible_host": ADDRESS,
                    "ansible_user": "ansible",
                    "ansible_password": password,
                    "ansible_port": 5986,
                    "ansible_winrm_transport": "ntlm",
                    "ansible_winrm_ca_trust_path": str(process.authority / "root.pem"),
                },
                "localhost": {
                    "ansible_connection": "local",
                    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                },
            },
            "vars": {
                "change_control_permit": {
                    "roles": {"business_intelligence": True},
                    "carried_out_by": {"4.5": "collection"},
                    "owner": {"4.5": "BI team"},
                },
                "business_intelligence_connection": platform.connection(),
                "business_intelligence_universe": {
                    "cuid": CUID,
                    "folder": "Universes/Exams",
                    "revision": 7,
                    "connection": {"cuid": LIVE, "name": "EUGEX LIVE"},
                    "query": {"objects": ["Exam code"]},
                },
                "business_intelligence_artefact": {
                    "promoted": True,
                    "file": str(platform.directory / "revision-7.lcmbiar"),
                    "digest": platform.arguments()["digest"],
                    "platform_version": VERSION,
                },
                "business_intelligence_cms": CMS,
                "business_intelligence_host_paths": {"lcm_cli": PROGRAM, "directory": DIRECTORY},
            },
        }
    }


@pytest.mark.thorough
@pytest.mark.timeout(300)
def test_that_a_universe_is_promoted_on_windows_as_it_is_elsewhere(story: Story) -> None:
    answers, files = story.answers, story.files()
    assert "Promote it" in answers, [each.get("msg") for each in answers.values() if each.get("failed")]
    promoted = answers["Promote it"]
    assert answers["predicted"]["changed"]
    assert answers["predicted"]["changes"] == promoted["changes"]
    assert (promoted["changes"][0]["after"]["revision"], promoted["rows"]) == (7, 1)
    assert answers["again"]["changed"] is False
    assert answers["reverted"]["changes"][0]["after"]["revision"] == 6
    for name, said in (
        ("other archive", "not the one that was signed off"),
        ("partial", "succeeded only in part"),
        ("partial", "What was there before was put back: revision 6"),
        ("two at once", "another run is working on universes with this work_directory"),
    ):
        assert said in answers[name]["msg"], answers[name]
    assert answers["exported"]["changed"]
    assert story.platform.universe["revision"] == 6
    assert json.loads(files[rf"backups\{CUID.lower()}-000001.json"])["revision"] == 6
    assert "what it had left was removed: lcm-1.properties" in story.printed

    # nobody else can read what is there, and the password is nowhere: not in a file, here or in a temporary directory
    filesystem = FileSystem(story.host, Blobs(story.blobs), lambda: 0.0)
    assert {len(filesystem.accounts_with_rights(rf"{DIRECTORY}\{name}") or "all") for name in files} == {1}
    assert not [name for name in files if name.endswith(".properties")]
    secret = story.platform.password
    left = [each for each in story.host.files.values() if each.blob]
    texts = [(story.blobs / each.blob).read_text(encoding="utf-8", errors="replace") for each in left]
    assert not [text for text in texts if secret in text or secret.encode("unicode_escape").decode() in text]
    assert not [each.path for each in left if "\\temp\\" in each.path.lower()]
