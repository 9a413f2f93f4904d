# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The three modules as docs/office365.md shows them: through Ansible, the connection given once for all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.integration.microsoft365.conftest import Office
from tests.performance.ratio import BIN, ROOT


def playbook(office: Office) -> list[dict[str, Any]]:
    key = Path(office.file("automation", "key")).read_text(encoding="ascii")
    connection = {**office.connection(), "private_key": None, "private_key_content": key}
    collection = "uoe.exam_scheduling"
    tasks = [
        {
            f"{collection}.entra_application": {
                "name": "CalSync LIVE",
                "tag": "exam-scheduling:calsync:live",
                "certificates": [office.file("calsync")],
            },
            "register": "application",
        },
        {
            f"{collection}.exchange_application_access": {
                "application": "{{ application.client_id }}",
                "scope": {"name": "CalSync LIVE", "recipient_filter": "CustomAttribute1 -eq 'student'"},
            }
        },
        {
            f"{collection}.exchange_mailbox_access_info": {
                "client_id": "{{ application.client_id }}",
                "certificate": office.file("calsync"),
                "private_key": office.file("calsync", "key"),
                "private_key_content": "",
                "in_scope": ["s0000001@exams.example"],
                "out_of_scope": ["rector@exams.example"],
            }
        },
    ]
    return [
        {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": sys.executable},
            "module_defaults": {f"group/{collection}.microsoft365": connection},
            "tasks": tasks,
        }
    ]


def test_the_documented_playbook_and_that_it_shows_no_key(office: Office, tmp_path: Path) -> None:
    office.certificate("calsync")
    file = tmp_path / "playbook.yml"
    file.write_text(json.dumps(playbook(office)), encoding="utf-8")
    outputs = []
    for _run in range(2):
        done = subprocess.run(
            [BIN / "ansible-playbook", "-vvv", "--diff", "-i", "localhost,", file],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={**os.environ, "LC_ALL": "C.UTF-8", "ANSIBLE_HOME": str(tmp_path / "ansible")},
        )
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
        outputs.append(done.stdout + done.stderr)
    assert "changed=2" in outputs[0]
    assert "changed=0" in outputs[1]
    secret = Path(office.file("automation", "key")).read_text(encoding="ascii").splitlines()[3]
    for output in outputs:
        assert secret not in output
        assert "eyJ" not in output
