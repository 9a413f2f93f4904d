# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles do to a real nginx where a run breaks off: the next makes it good, and nobody loses what was there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.certificates import Authority
from emulators.linux_host import LinuxHost
from emulators.processes import wait_until
from tests.module_runner import run_module

ROOT = Path(__file__).parents[3]
ADDRESS = "127.43.0.31"
NAME = "timetables.exams.example"
HOLDING = "The exam timetable is not published yet."
SITE = """\
server {{
    listen {address}:443 ssl;
    server_name {name};
    ssl_certificate {root}/etc/nginx/tls/{name}.pem;
    ssl_certificate_key {root}/etc/nginx/tls/{name}.key;
    default_type text/plain;
    location / {{ return 200 "{text}\\n"; }}
}}
"""


class WebServer:
    """A host with nginx, and the roles' tasks on it."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "web1"
        self.host = LinuxHost(self.root)
        self.host.nginx.seed(ADDRESS, NAME)
        authority = Authority.create("Test root")
        certificate, key = authority.issue([NAME]).write(directory / "issued")
        self.tls = self.root / "etc/nginx/tls"
        certificate.replace(self.tls / f"{NAME}.pem")
        key.replace(self.tls / f"{NAME}.key")
        authority.save(directory / "authority")
        self.roots = [str(directory / "authority/certificate.pem")]
        self.site = self.root / "etc/nginx/conf.d/web-timetables.conf"
        self.base = self.root / "srv/web-timetables"
        self.base.mkdir(parents=True)
        self.page = {"url": f"https://{NAME}/", "connect_address": ADDRESS}
        self.programs = directory / "programs"
        systemctl = f'exec "{sys.executable}" -m emulators.systemctl "{self.root}" "$@"'
        self._program(self.programs / "systemctl", f'PYTHONPATH="{ROOT}:{ROOT / ".collections"}" {systemctl}')
        words = " ".join(self.host.nginx.command())
        self._program(self.root / "usr/sbin/nginx", f'exec {words} "$@"')

    @staticmethod
    def _program(path: Path, command: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
        path.chmod(0o755)

    def play(self, role: str, tasks: str, *, succeeds: bool = True, **variables: Any) -> str:
        """Run tasks of a role on the first of two hosts; the login of SQL Server goes with the last, so not here."""
        include = {
            "ansible.builtin.include_role": {
                "name": f"uoe.exam_scheduling.{role}",
                "tasks_from": tasks,
                "public": True,
            },
            "when": "inventory_hostname == 'web1'",
        }
        playbook = self.root / "playbook.json"
        playbook.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": [include]}]), encoding="utf-8")
        given = {
            "exam_filesystem_root": str(self.root),
            "exam_connect_address": ADDRESS,
            "exam_publication": "held",
            "https_roots": self.roots,
            "https_certificates": [{"host": "web1", "names": [NAME], "deployment": "nginx"}],
            "change_control_permit": {"carried_out_by": {"1.6": "collection", "4.6": "collection"}},
            "web_timetables_listen": [f"{ADDRESS}:443"],
            "web_timetables_account": {"name": "ExamWebTimetables"},
            "web_timetables_pages": [{**self.page, "status": 503, "contains": [HOLDING]}],
            **variables,
        }
        done = subprocess.run(
            ["ansible-playbook", "-i", "web1,web2,", "-c", "local", str(playbook), "-e", json.dumps(given)],
            cwd=self.root, capture_output=True, text=True, check=False,
            env={
                **os.environ, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections"), "LC_ALL": "C.UTF-8",
                "ANSIBLE_PYTHON_INTERPRETER": sys.executable, "PATH": f"{self.programs}:{os.environ['PATH']}",
            },
        )  # fmt: skip
        assert (done.returncode == 0) == succeeds, done.stdout + done.stderr
        return done.stdout + done.stderr

    def old_site(self, text: str) -> None:
        """Have somebody's own site there, and served."""
        self.site.write_text(SITE.format(address=ADDRESS, name=NAME, root=self.root, text=text), encoding="utf-8")
        self.host.nginx.reload()

    def bring_another_certificate(self) -> None:
        """Have nginx serve a certificate that no client trusts."""
        certificate, key = Authority.create("Another root").issue([NAME]).write(self.root / "issued")
        certificate.replace(self.tls / f"{NAME}.pem")
        key.replace(self.tls / f"{NAME}.key")
        self.host.nginx.reload()

    def serves(self, text: str, status: int = 200) -> bool:
        """Return whether clients get a page with this text."""
        page = {**self.page, "status": status, "contains": [text]}
        arguments = {"pages": [page], "roots": self.roots, "on_difference": "report", "timeout": 5}
        return bool(run_module("web_page_info", arguments)["proven"])

    def comes_to_serve(self, text: str, status: int = 200) -> None:
        """Wait until clients get a page with this text: a reload lets old workers finish."""
        wait_until(lambda: self.serves(text, status), f"{text!r} to be served")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WebServer]:
    server = WebServer(tmp_path)
    server.host.start()
    yield server
    server.host.stop()


@pytest.mark.thorough
@pytest.mark.timeout(240)
def test_that_a_second_backing_out_leaves_the_site_that_the_first_has_brought_back(server: WebServer) -> None:
    server.old_site("The timetable of before")
    before = server.site.read_text(encoding="utf-8")
    server.play("web_timetables", "nginx")
    (server.base / "journal").touch()
    server.comes_to_serve(HOLDING, 503)
    for _ in range(2):
        server.play("web_timetables", "back_out_4_6")
        assert server.site.read_text(encoding="utf-8") == before
        assert not server.base.exists()
    server.comes_to_serve("The timetable of before")


@pytest.mark.thorough
@pytest.mark.timeout(240)
def test_that_a_site_that_nginx_was_not_told_of_is_taken_up_by_the_next_run(server: WebServer) -> None:
    server.play("web_timetables", "nginx")
    server.comes_to_serve(HOLDING, 503)
    held = server.site.read_text(encoding="utf-8")
    server.old_site("Exam TEST10001")  # as while publication was open
    server.comes_to_serve("Exam TEST10001")
    server.site.write_text(held, encoding="utf-8")  # and the run that holds it has lost the host before the reload
    again = server.play("web_timetables", "nginx")
    server.comes_to_serve(HOLDING, 503)
    assert "changed=0" in again
    assert server.site.read_text(encoding="utf-8") == held


@pytest.mark.thorough
@pytest.mark.timeout(240)
def test_that_a_certificate_that_nginx_was_not_told_of_is_taken_up_before_its_copy_goes(server: WebServer) -> None:
    before = server.tls / "before"
    before.mkdir()
    for name in (f"{NAME}.pem", f"{NAME}.key"):
        shutil.copy2(server.tls / name, before / name)
    server.bring_another_certificate()
    wait_until(lambda: not server.serves("EMULATED"), "nginx to serve it")
    for name in (f"{NAME}.pem", f"{NAME}.key"):  # a run has put them back, and nginx could not be reloaded
        shutil.copy2(before / name, server.tls / name)
    server.play("https", "back_out_nginx")
    server.comes_to_serve("EMULATED")
    assert not before.exists()


@pytest.mark.thorough
@pytest.mark.timeout(240)
def test_that_a_first_release_that_fails_leaves_clients_the_site_of_before(server: WebServer) -> None:
    server.old_site("The timetable of before")
    server.play("web_timetables", "nginx")
    server.comes_to_serve(HOLDING, 503)
    asked = {"web_timetables_target": "1.0.0", "web_timetables_before": ""}
    failed = server.play("web_timetables", "activate", succeeds=False, **asked)
    assert "release 1.0.0 was not put in service" in failed
    assert "Clients have what they had before it." in " ".join(failed.split())
    server.comes_to_serve("The timetable of before")
    server.old_site("What its owner says since")
    server.play("web_timetables", "activate", succeeds=False, **asked)
    server.comes_to_serve("What its owner says since")


@pytest.mark.thorough
@pytest.mark.timeout(240)
def test_that_a_first_release_that_fails_is_told_of_where_nginx_takes_nothing_up(server: WebServer) -> None:
    server.old_site("The timetable of before")
    before = server.site.read_text(encoding="utf-8")
    server.play("web_timetables", "nginx")
    broken = server.site.with_name("of-somebody-else.conf")
    broken.write_text("no such directive;\n", encoding="utf-8")
    asked = {"web_timetables_target": "1.0.0", "web_timetables_before": ""}
    failed = " ".join(server.play("web_timetables", "activate", succeeds=False, **asked).split())
    assert "release 1.0.0 was not put in service" in failed
    assert "nginx does not take it up: " in failed
    assert server.site.read_text(encoding="utf-8") == before
    broken.unlink()
    server.play("web_timetables", "activate", succeeds=False, **asked)
    server.comes_to_serve("The timetable of before")


@pytest.mark.thorough
@pytest.mark.timeout(240)
def test_that_a_login_that_was_changed_for_a_release_that_fails_is_told_of_by_each_run(server: WebServer) -> None:
    release = server.base / "releases/0.9.0"
    release.mkdir(parents=True)
    (release / "release.json").write_text('{"version": "0.9.0"}', encoding="utf-8")
    (server.base / "current").symlink_to("releases/0.9.0")
    asked = {"web_timetables_target": "1.0.0", "web_timetables_before": "0.9.0"}
    told = []
    for changed in (True, False):
        kept = {"web_timetables_account_kept": {"changed": changed}}
        failed = " ".join(server.play("web_timetables", "activate", succeeds=False, **asked, **kept).split())
        told.append("release 0.9.0 logs on no more" in failed)
        assert "But that is not healthy either: its health page answers -1 (" in failed
        assert ("If an earlier run has changed the password of the login ExamWebTimetables" in failed) is not changed
        assert "Clients have release 0.9.0, as before." in failed
    assert told == [True, False]
