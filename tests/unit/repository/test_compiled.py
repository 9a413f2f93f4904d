# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` keeps compiled is what the source says, and a changed source is compiled anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

COMPILED = Path(__file__).resolve().parents[3] / "scripts" / "compiled"


def answered(archive: Path, folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(archive)!r}); import a_module; a_module.tell()"],
        env={**os.environ, "PYTHONPATH": str(COMPILED), "EXAM_TESTS_COMPILED": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def write(archive: Path, word: str) -> None:
    source = f"def tell():\n    print({word!r}, __file__, tell.__code__.co_filename)\n"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("a_module.py", source)


def test_what_is_kept_is_taken_for_the_same_source_alone(tmp_path: Path) -> None:
    (folder := tmp_path / "kept").mkdir()
    for archive in (tmp_path / "first.zip", tmp_path / "second.zip"):
        write(archive, "before")
        assert answered(archive, folder) == f"before {archive}/a_module.py {archive}/a_module.py\n"
        assert len(list(folder.iterdir())) == 1
    write(archive, "after")
    assert answered(archive, folder).startswith("after ")


def test_modules_are_built_once_for_all_runs(tmp_path: Path) -> None:
    (folder := tmp_path / "kept").mkdir()
    built = set[tuple[str, int]]()
    for _run in range(2):
        ansible(tmp_path, "-m", "ping", EXAM_TESTS_COMPILED=str(folder))
        built |= {(path.name, path.stat().st_ino) for path in folder.glob("*.modules/*-none")}
    assert [name for name, _number in built] == ["ansible.modules.ping-ZIP_DEFLATED-none"]
    assert not list((tmp_path / ".ansible" / "tmp").glob("ansible-local-*")), "what a run made for itself is gone"


def test_a_template_says_the_same_when_it_is_kept(tmp_path: Path) -> None:
    (folder := tmp_path / "kept").mkdir()
    templates = (
        "{{ [1, 2] | map('string') | join('-') }}",
        "{% if x is defined %}a{% else %}b{% endif %}",
        "{{ oops }}",
    )
    texts = "".join(f"    msg{number}: {json.dumps(text)}\n" for number, text in enumerate(templates))
    (tmp_path / "playbook.yml").write_text(
        f"- hosts: all\n  gather_facts: false\n  vars:\n    here: [1]\n{texts}  tasks:\n"
        "  - debug: {msg: '{{ msg0 }} {{ msg1 }}'}\n    when: here | length == 1\n"
        "  - debug: {msg: '{{ msg2 }}'}\n    ignore_errors: true\n"
        "  - debug: {msg: never}\n    when: here | length >\n",
        encoding="utf-8",
    )
    without = ansible(tmp_path, program="ansible-playbook")
    assert "msg: 1-2 b" in without
    assert "'oops' is undefined" in without
    assert "Syntax error in expression" in without
    for _run in range(2):
        assert ansible(tmp_path, program="ansible-playbook", EXAM_TESTS_COMPILED=str(folder)) == without
    kept = {path.name for path in folder.glob("<template>.*")}
    assert len(kept) >= 5, "three templates, two of tasks, an expression"


def ansible(home: Path, *words: str, program: str = "ansible", **environment: str) -> str:
    """Return what Ansible prints."""
    what = [str(home / "playbook.yml")] if program == "ansible-playbook" else ["localhost", *words]
    return subprocess.run(
        [str(Path(sys.executable).with_name(program)), "-i", "localhost,", "-c", "local", *what],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(COMPILED),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
            **environment,
        },
        capture_output=True,
        text=True,
        check=program == "ansible",
    ).stdout
