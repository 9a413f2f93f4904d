# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real runs of ansible-playbook, on this machine alone: no secret gets out, and no failing report fails a run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.constants import DEFAULT_VAULT_ID_MATCH
from ansible.parsing.vault import VaultLib, VaultSecret

from tests.compiled import COMPILED
from tests.report_example import ROOT, planned_lines

SECRET = "hunter2-never-to-be-seen"
PASSWORD = b"the vault's own password"
OVER_LINE: dict[str, Any] = {"implementation_line": "1.3"}


class Checkout:
    """An inventory of one machine with a state directory of its own, and playbooks that begin with the real gate."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.state = directory / "state"
        self.state.mkdir()
        marker = {"environment": "test", "rehearsal": True}
        (self.state / ".exam-scheduling.json").write_text(json.dumps(marker), encoding="utf-8")
        vault = VaultLib([(DEFAULT_VAULT_ID_MATCH, VaultSecret(PASSWORD))])
        encrypted = vault.encrypt(SECRET, secret=VaultSecret(PASSWORD)).decode()
        (directory / "password").write_bytes(PASSWORD)
        shared = yaml.safe_load((ROOT / "inventories/shared/implementation_plan.yml").read_text(encoding="utf-8"))
        keys = ("carried_out_by", "owner", "planned")
        variables = {
            **shared,
            "implementation_responsibilities": {
                line["line"]: {key: line[key] for key in keys} for line in planned_lines()
            },
            "exam_environment": "test",
            "exam_rehearsal": True,
            "exam_state_directory": str(self.state),
            "exam_connect_address": "127.64.0.1",
            "ansible_host": "127.64.0.1",
            "exam_resolver": {"address": "127.64.0.1"},
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
        }
        inventory = {"control_node": {"hosts": {"localhost": None, "other": None}, "vars": variables}}
        text = yaml.safe_dump(inventory)
        vaulted = "".join(f"          {line}\n" for line in encrypted.splitlines())
        (directory / "hosts.yml").write_text(text.replace("  vars:\n", f"  vars:\n    vaulted: !vault |\n{vaulted}"))

    def play(
        self,
        *tasks: dict[str, Any],
        wrapper: tuple[str, ...] = (),
        procedure: str | None = None,
        **environment: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run these tasks after the gate, which lets a procedure work, or else nothing."""
        gate = {
            "name": "Ask the gate",
            "uoe.exam_scheduling.change_gate": {"procedure": procedure} if procedure else {"work": False},
            "register": "change_control_permit",
            "run_once": True,
        }
        play = {"hosts": "control_node", "gather_facts": False, "tasks": [gate, *tasks]}
        playbook = self.directory / "playbook.yml"
        playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        return self.run(str(playbook), wrapper=wrapper, **environment)

    def run(self, *words: str, wrapper: tuple[str, ...] = (), **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ansible-playbook as a user does."""
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        password = ("--vault-password-file", str(self.directory / "password"))
        return subprocess.run(
            [*wrapper, program, "-i", str(self.directory / "hosts.yml"), *password, *words],
            cwd=ROOT,
            env={
                "PATH": os.environ["PATH"],
                "HOME": os.environ["HOME"],
                "LC_ALL": "C.UTF-8",
                "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
                **COMPILED,
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def written(self) -> dict[str, str]:
        """Return every file that a run left in the state directory."""
        files = [path for path in self.state.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.state)): path.read_text(encoding="utf-8") for path in files}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


PLANTED = {
    **dict.fromkeys(("path", "waiting_for", "pending_line", "stdout", "stderr", "warning", "diff", "table"), SECRET),
    "msg": SECRET,
    "proven": True,
    "state": SECRET,
    "count": 3,
    "differences": [{"where": SECRET, "what": SECRET, "expected": SECRET, "found": SECRET, "remedy": SECRET}],
    "not_proven": [{"where": SECRET, "what": SECRET}],
    "changes": [{"item": SECRET, "action": SECRET, "before": SECRET, "after": SECRET}],
    "invocation": {"module_args": {"password": SECRET}},
}


def test_no_secret_is_written_or_printed(checkout: Checkout) -> None:
    facts = {"ansible.builtin.set_fact": dict.fromkeys(("msg", "proven", "waiting_for"), "{{ vaulted }}")}
    echo = {"ansible.builtin.command": {"argv": ["printf", "%s", "{{ vaulted }}"]}}
    done = checkout.play(
        {"name": "A secret fact", **facts, "no_log": True, "vars": OVER_LINE},
        {"name": "A secret output", **echo, "no_log": True, "vars": OVER_LINE},
        {"name": "Secret items", **echo, "loop": ["{{ vaulted }}", "b"], "no_log": True, "vars": OVER_LINE},
        {
            "name": "A secret failure that does not matter",
            "ansible.builtin.command": {"argv": ["sh", "-c", "echo $0; exit 3", "{{ vaulted }}"]},
            "no_log": True,
            "ignore_errors": True,
            "vars": OVER_LINE,
        },
        {
            "name": "A secret that a module was given and does not say",
            "ansible.builtin.command": {"argv": ["true", "{{ vaulted }}"]},
            "environment": {"PASSWORD": "{{ vaulted }}"},
            "no_log": True,
            "vars": {"implementation_line": "1.6"},
        },
        {
            "name": "A secret gap",
            "ansible.builtin.debug": {"msg": "{{ vaulted }}"},
            "no_log": True,
            "vars": {**OVER_LINE, "implementation_gap": True},
        },
        {"name": "The last", "ansible.builtin.fail": {"msg": "{{ vaulted }}"}, "no_log": True, "vars": OVER_LINE},
        ANSIBLE_VERBOSITY="3",
    )
    assert done.returncode == 2, done.stdout + done.stderr
    written = checkout.written()
    assert [name for name, text in written.items() if SECRET in text] == []
    # ansible-core 2.19 itself prints the message of a failing action, no_log or not; what we add to it must not
    ours = done.stdout[done.stdout.index("IMPLEMENTATION PLAN") :]
    assert SECRET not in ours
    assert [line for line in done.stderr.splitlines() if SECRET in line and "Action failed" not in line] == []
    kinds = {Path(name).name for name in written}
    assert kinds >= {"report.json", "report.html", "junit.xml", "plan.json", "plan.html"}
    assert "its result is hidden (no_log)" in "".join(written.values()), "the failure itself is reported"
    assert not any("invocation" in text for text in written.values())


def test_a_result_full_of_planted_secrets_is_taken_for_nothing_but_its_outcome(
    checkout: Checkout, tmp_path: Path
) -> None:
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "planted.py").write_text(
        f"#!{sys.executable}\nimport json\nprint(json.dumps({PLANTED!r} | {{'changed': True}}))\n", encoding="utf-8"
    )
    task = {"name": "Plant it", "planted": {}, "no_log": True, "vars": OVER_LINE}
    done = checkout.play(task, ANSIBLE_LIBRARY=str(modules))
    assert done.returncode == 0, done.stdout + done.stderr
    assert SECRET not in done.stdout + done.stderr
    assert [name for name, text in checkout.written().items() if SECRET in text] == []
    (report,) = [json.loads(text) for name, text in checkout.written().items() if name.endswith("report.json")]
    line = next(line for line in report["lines"] if line["line"] == "1.3")
    assert (line["state"], line["evidence"], line["changes"]) == ("applied", [], [])


def test_a_procedure_is_journalled_from_what_it_changes_on_for_a_line_or_for_none(
    checkout: Checkout, tmp_path: Path
) -> None:
    included = tmp_path / "included.yml"
    touch = {"ansible.builtin.file": {"path": str(tmp_path / "touched"), "state": "touch", "mode": "0600"}}
    included.write_text(yaml.safe_dump([{"name": "For the line", **touch}]), encoding="utf-8")
    ask = {"name": "Ask", "ansible.builtin.assert": {"that": "asked is defined"}}
    refused = checkout.play(ask, procedure="rollback")
    assert refused.returncode == 2, refused.stdout + refused.stderr
    assert not (checkout.state / "journal").exists(), "it has done nothing"

    printed = {"ansible.builtin.command": {"argv": ["printf", "%s", "{{ item }}"]}, "loop": ["{{ vaulted }}"]}
    failed = checkout.play(
        {"name": "Look", **touch, "check_mode": True},
        {"name": "For no line", **printed, "no_log": True},
        {
            "name": "Include",
            "ansible.builtin.include_tasks": str(included),
            "loop": ["{{ '1' + '.3' }}"],
            "loop_control": {"loop_var": "implementation_line"},
        },
        ask,
        procedure="rollback",
    )
    assert failed.returncode == 2, failed.stdout + failed.stderr
    assert "What stands, and how to carry on: " in failed.stdout
    (journal,) = (checkout.state / "journal").iterdir()
    text = journal.read_text(encoding="utf-8")
    assert SECRET not in text
    events = [json.loads(line) for line in text.splitlines()]
    began = [event for event in events if event["event"] == "task began" and event["host"] == "localhost"]
    assert [(event["name"], event["line"], event["procedure"]) for event in began] == [
        ("For no line", None, "rollback"),
        ("Include", None, "rollback"),
        ("For the line", "1.3", "rollback"),
        ("Ask", None, "rollback"),
    ]
    assert events[-1]["outcome"] == "failed"
    reports = [json.loads(text) for name, text in sorted(checkout.written().items()) if name.endswith("report.json")]
    assert [line["state"] for line in reports[-1]["lines"] if line["line"] == "1.3"] == ["applied"]


HARMLESS = {"name": "Do it", "ansible.builtin.debug": {"msg": "done"}, "vars": OVER_LINE}


def test_a_disk_that_is_full_does_not_fail_the_run_and_is_said(checkout: Checkout) -> None:
    reports = checkout.state / "reports"
    reports.mkdir()
    script = f'mount -t tmpfs -o size=4k tmpfs {reports} && head -c 4096 /dev/zero >{reports}/full; exec "$@"'
    done = checkout.play(HARMLESS, wrapper=("unshare", "--mount", "sh", "-c", script, "sh"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The report is incomplete: " in done.stdout
    assert "No space left on device" in done.stdout
    assert "Infrastructure components" in done.stdout


def test_a_file_in_the_way_does_not_fail_the_run_and_is_said(checkout: Checkout) -> None:
    (checkout.state / "reports").write_text("in the way", encoding="utf-8")
    done = checkout.play(HARMLESS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The report is incomplete: " in done.stdout


@pytest.mark.thorough
def test_colour_is_for_terminals_only_and_can_be_refused(checkout: Checkout) -> None:
    """`script` gives the run a terminal of its own."""

    def on_a_terminal(**environment: str) -> str:
        wrapper = ("sh", "-c", 'exec script --quiet --return --command "$*" /dev/null', "sh")
        table = checkout.play(HARMLESS, wrapper=wrapper, TERM="xterm-256color", **environment).stdout
        return table[table.index("IMPLEMENTATION PLAN") :]

    assert "\x1b[" not in checkout.play(HARMLESS).stdout
    assert "\x1b[" in on_a_terminal()
    assert "\x1b[" not in on_a_terminal(NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(ANSIBLE_NOCOLOR="1")


SAID = (
    "-e",
    "line=6",
    "-e",
    "attested_by='A. N. Other'",
    "-e",
    "statement='There is nothing to migrate.'",
    "-e",
    "evidence=minutes",
)


def test_a_person_attests_and_the_plan_takes_it_up(checkout: Checkout) -> None:
    playbook = str(ROOT / "playbooks/attest.yml")
    predicted = checkout.run(playbook, *SAID, "--check")
    assert predicted.returncode == 0, predicted.stdout + predicted.stderr
    assert not (checkout.state / "attestations").exists()
    done = checkout.run(playbook, *SAID)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stderr, done.stderr
    assert re.search(r"^6  Data migration +1 of 1  attested", done.stdout, re.MULTILINE), done.stdout
    assert "A. N. Other" in (checkout.state / "reports/test/plan.html").read_text(encoding="utf-8")
    assert "changed=1" not in checkout.run(playbook, *SAID).stdout
    refused = checkout.run(playbook, *SAID, "-e", "line=9.9")
    assert refused.returncode != 0
    assert "line='9.9' is refused: the plan has no such line." in " ".join(refused.stdout.split())
