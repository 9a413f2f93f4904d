# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README promises: from a copy of the example to a first check of one's own inventory, step by step."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import textwrap
from pathlib import Path

import pytest

from emulators.estate.estate import ROOT
from tests.integration.playbooks.isolated import Isolated, changed

BIN = Path(sys.executable).parent
SECRET = re.compile(r"^dns_key_secret: !vault \|\n(?:  .*\n)+", re.MULTILINE)
HOSTS = """\
all:
  hosts:
    localhost: {exam_connect_address: NETWORK.0.1, exam_source_address: NETWORK.0.1}
    dns1: {exam_connect_address: NETWORK.0.53}
    dns2: {exam_connect_address: NETWORK.0.54}
    resolver1: {exam_connect_address: NETWORK.0.55}
"""


def commands_of_the_readme(place: Path) -> list[str]:
    """Return the commands by which the README leads to a first check, with another place than the one it names."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Use it on your estate\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^ *```\n(.*?)^ *```$", section, re.MULTILINE | re.DOTALL)
    return [textwrap.dedent(block).replace("/srv/exams", str(place)) for block in blocks]


@pytest.mark.thorough
@pytest.mark.timeout(400)
def test_that_a_copy_with_three_files_changed_is_checked_against_the_own_name_servers(
    isolated: Isolated, tmp_path: Path
) -> None:
    isolated.estate("down")
    shutil.rmtree(isolated.directory, ignore_errors=True)  # whatever other tests have left in the zone
    for server in ("dns1", "dns2", "resolver1"):  # the network team's
        isolated.estate("up", "--only", server)
    copying, _encrypting, preparing, checking = commands_of_the_readme(tmp_path / "exams")
    assert isolated.command("sh", "-e", "-c", copying).returncode == 0
    live = tmp_path / "exams/inventories/live"

    environment = live / "group_vars/all/environment.yml"
    text = environment.read_text(encoding="utf-8")
    environment.write_text(text.replace("/var/lib/exam-scheduling/live", str(tmp_path / "state")), encoding="utf-8")
    hosts = HOSTS.replace("NETWORK", isolated.environment["EXAM_REHEARSAL_NETWORK"])
    (live / "own_addresses.yml").write_text(hosts, encoding="utf-8")
    password = tmp_path / "vault_password"
    password.write_text("a password of one's own\n", encoding="utf-8")
    secret = (isolated.directory / "secrets/dns_key_secret").read_text(encoding="utf-8").strip()
    vault = ("--vault-password-file", str(password))
    made = isolated.command(BIN / "ansible-vault", "encrypt_string", *vault, "--name", "dns_key_secret", secret)
    assert made.returncode == 0, made.stderr
    dns = live / "group_vars/all/dns.yml"
    replaced, count = SECRET.subn(lambda _found: made.stdout.rstrip() + "\n", dns.read_text(encoding="utf-8"))
    assert count == 1
    dns.write_text(replaced, encoding="utf-8")

    def run(command: str) -> str:
        program, *arguments = shlex.split(command.replace("--vault-id live@prompt", shlex.join(vault)))
        done = isolated.command(BIN / program, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert changed(run(preparing)) == 1
    told = run(checking)
    assert changed(told) == 1
    assert "+++ after: scheduler.exams.example. CNAME" in told
    assert secret not in told
