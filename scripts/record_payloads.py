# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records what ansible-core really sends to a Windows host: `python -m scripts.record_payloads [VERSION …]`.

For each version a virtual environment of its own is made outside the checkout, and its ansible-playbook runs the tasks
below against an emulated host with a trivial password. What arrives is written to
tests/unit/windows/payloads/VERSION/, a file a command, after these substitutions, so that two recordings of one version
are the same:

- the texts of scripts (`script` of the bootstrap and of each entry of `scripts`, and the bootstrap on the command line)
  are replaced by their SHA-256: they are ansible-core's own, and the decoder does not look at them;
- `path` is cut down to the file's name, the directory of the recording is /home/recorder, and names of temporary
  directories, jobs and files get fixed numbers.

ansible-core 2.20 and later want Python 3.12 or later: it is looked for on PATH, as python3.14, python3.13, python3.12.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from emulators.certificates import Authority
from emulators.windows.emulator import Emulator
from scripts.working_copy import ROOT

PAYLOADS = ROOT / "tests" / "unit" / "windows" / "payloads"
VERSIONS = ("2.19", "2.20", "2.21")
PASSWORD = "trivial"  # noqa: S105 - of a host that there is only while this runs
NETWORK, PORT = "127.61", 25986

TASKS: dict[str, dict[str, Any]] = {
    "module": {"ansible.windows.win_ping": {"data": "grüße"}},
    "check_and_diff": {
        "ansible.windows.win_service": {"name": "W32Time", "state": "started"},
        "check_mode": True,
        "diff": True,
    },
    "environment": {"ansible.windows.win_ping": {}, "environment": {"EXAM": "yes"}},
    "builtin": {"ansible.builtin.setup": {"gather_subset": ["!all", "!min"]}},
    "become": {
        "ansible.windows.win_ping": {},
        "become": True,
        "become_method": "ansible.builtin.runas",
        "become_user": "SYSTEM",
    },
    "async": {"ansible.windows.win_ping": {}, "async": 30, "poll": 1},
    "copy": {"ansible.windows.win_copy": {"content": "content\n", "dest": "C:\\Windows\\Temp\\copied.txt"}},
    "fetch": {
        "ansible.builtin.fetch": {"src": "C:\\Windows\\Temp\\copied.txt", "dest": "{{ playbook_dir }}/", "flat": True}
    },
    "script_module": {"ansible.windows.win_powershell": {"script": "Get-Date"}},
    "raw": {"ansible.builtin.raw": "w32tm /query /source"},
}


def main() -> int:
    """Record the versions that are asked for, and return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts.record_payloads", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("versions", nargs="*", default=VERSIONS, metavar="VERSION", help="2.19 2.20 2.21")
    for version in parser.parse_args().versions:
        with tempfile.TemporaryDirectory(prefix="payloads-") as directory:
            python = environment(Path(directory) / "venv", version)
            recorded = asyncio.run(record(Path(directory), python))
            written = write(PAYLOADS / version, recorded, directory)
        print(f"ansible-core {version}: {written} payloads")
    return 0


def environment(place: Path, version: str) -> Path:
    """Make a virtual environment with a version of ansible-core, and return its interpreter."""
    names = ["python3.14", "python3.13", "python3.12", *(["python3.11"] if version == "2.19" else [])]
    python = next((found for name in names if (found := shutil.which(name)) and _runs(found)), None)
    if python is None:
        raise RuntimeError(f"ansible-core {version} needs one of {', '.join(names)} on PATH; there is none")
    subprocess.run([python, "-m", "venv", place], check=True)
    interpreter = place / "bin" / "python"
    pip = [str(interpreter), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, f"ansible-core~={version}.0", "pywinrm"], check=True)
    return interpreter


def _runs(python: str) -> bool:
    """Return whether an interpreter is there, and not only a name for one."""
    return subprocess.run([python, "-c", "pass"], capture_output=True, check=False).returncode == 0


async def record(directory: Path, python: Path) -> list[tuple[str, str, bytes]]:
    """Run the tasks, and return task, command line and standard input of each command that arrived."""
    state, current, recorded = directory / "state", [""], list[tuple[str, str, bytes]]()
    state.mkdir()
    (state / "password").write_text(PASSWORD, encoding="ascii")
    seed = directory / "seed.yml"
    seed.write_text(yaml.safe_dump(_seed()), encoding="utf-8")
    authority = Authority.create("Recording")
    authority.save(directory / "authority")

    def observe(command_line: str, stdin: bytes) -> None:
        recorded.append((current[0], command_line, stdin))

    async with Emulator(seed, state, authority, network=NETWORK, port=PORT, observer=observe):
        for name, task in TASKS.items():
            current[0] = name
            await _play(directory, python, task)
    return recorded


def _seed() -> dict[str, Any]:
    return {
        "accounts": [{"name": "ansible", "password_file": "password"}],
        "hosts": {
            "windows": {
                "listen": "0.1",
                "network": {"address": "192.0.2.10"},
                "time": {"source": "dc1.exams.example"},
                "disks": [{"letter": "C", "size_bytes": 10**11, "free_bytes": 10**10}],
                "services": [{"name": "W32Time"}],
            }
        },
    }


async def _play(directory: Path, python: Path, task: dict[str, Any]) -> None:
    playbook = directory / "playbook.yml"
    variables = {
        "ansible_connection": "winrm",
        "ansible_host": f"{NETWORK}.0.1",
        "ansible_port": PORT,
        "ansible_user": "ansible",
        "ansible_password": PASSWORD,
        "ansible_winrm_transport": "basic",
        "ansible_winrm_ca_trust_path": str(directory / "authority" / "root.pem"),
    }
    play = {"hosts": "all", "gather_facts": False, "ignore_errors": True, "vars": variables, "tasks": [task]}
    playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(str(python), str(python.with_name("ansible-playbook")), "-i", "windows,", str(playbook)),
        cwd=directory,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            # the modules are those of the checkout's environment, the same for each version
            "ANSIBLE_COLLECTIONS_PATH": str(_collections()),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _nothing = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"ansible-playbook ended with {process.returncode}:\n{output.decode()}")


def _collections() -> Path:
    found = importlib.util.find_spec("ansible_collections.ansible.windows")
    if found is None:
        raise RuntimeError("the collection ansible.windows is not installed; make setup installs it")
    return Path(next(iter(found.submodule_search_locations or ()))).parents[2]


def write(directory: Path, recorded: list[tuple[str, str, bytes]], home: str) -> int:
    """Write the payloads of one version, without the directory `home` in them, and return how many there are."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    substitutions = Substitutions(home)
    for number, (task, command_line, stdin) in enumerate(recorded):
        payload = {
            "command_line": substitutions.command_line(command_line, is_bootstrap=bool(stdin)),
            "stdin": [substitutions.part(part) for part in stdin.decode("utf-8").split("\n\0\0\0\0\n")],
        }
        path = directory / f"{number:02d}-{task}.json"
        path.write_text(json.dumps(payload, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return len(recorded)


class Substitutions:
    """Replaces what differs from one recording to the next, the same by the same."""

    _CHANCE = re.compile(r"(ansible-tmp-[\d.]+-\d+-\d+|\bj\d{6,}(?:\.\d+)?|ansible-local-\w+|\.\w{8}(?=\\)|tmp\w{8}\b)")

    def __init__(self, home: str) -> None:
        self._home = home
        self._known: dict[str, str] = {}

    def text(self, text: str) -> str:
        """Return a text without names that chance made."""
        text = text.replace(self._home, "/home/recorder")
        return self._CHANCE.sub(lambda match: self._known.setdefault(match[0], f"by-chance-{len(self._known)}"), text)

    def command_line(self, text: str, *, is_bootstrap: bool) -> str:
        """Return a command line; the bootstrap, which is a script of ansible-core too, as its digest."""
        found = re.search(r"(?<=-EncodedCommand )\S+", text)
        if found is None:
            return self.text(text)
        script = base64.b64decode(found[0]).decode("utf-16-le")
        plain = _digest(script) if is_bootstrap else self.text(script)
        return text.replace(found[0], base64.b64encode(plain.encode("utf-16-le")).decode())

    def part(self, text: str) -> Any:
        """Return a part of the standard input: as JSON if it is that."""
        try:
            value = json.loads(text)
        except ValueError:
            return self.text(text)
        return self._plain(value)

    def _plain(self, value: Any) -> Any:
        if isinstance(value, dict):
            return dict(self._entries(value))
        if isinstance(value, list):
            return [self._plain(each) for each in value]
        return self.text(value) if isinstance(value, str) else value

    def _entries(self, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for key, each in value.items():
            if key == "script" and isinstance(each, str):
                yield key, _digest(each)
            elif key == "path" and isinstance(each, str) and each.startswith("/"):
                yield key, Path(each).name
            else:
                yield key, self._plain(each)


def _digest(script: str) -> str:
    return "sha256:" + hashlib.sha256(script.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
