# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` and `make test-all` run: the checks of each stage."""

from __future__ import annotations

from scripts.working_copy import ROOT

THOROUGH = ("chaos", "examples", "windows_roles", "https_on_iis", "secrets")
"""Directories of integration tests that `make test-all` alone runs: each fault of what scenarios go through without."""


def checks(*, everything: bool) -> dict[str, dict[str, list[str]]]:
    """Return each stage's commands under the names that a report of failure gives them; `everything`: of test-all."""
    shell_scripts = [*map(str, sorted((ROOT / "scripts").glob("*.sh"))), str(ROOT / ".ci" / "run")]
    plugins = ".collections/ansible_collections/uoe/exam_scheduling/plugins"
    of_scenarios = (path for path in ROOT.glob("molecule/*/*.yml") if path.name != "molecule.yml")
    places = ("playbooks/*.yml", "playbooks/stages/*.yml", "tests/windows/real_host*.yml")
    playbooks = [*(path for place in places for path in ROOT.glob(place)), *of_scenarios]
    python = ["python", "-m"]
    pytest = ["pytest", "--quiet", *(() if everything else ("-m", "not thorough"))]
    return {
        "lint": {
            "ansible-lint": ["python", "-m", "scripts.ansible_lint", "--nocolor"],
            # ansible.cfg refuses to run without an inventory, which a check of syntax has none of
            "ansible-playbook": [
                *("env", "ANSIBLE_INVENTORY_UNPARSED_FAILED=false", "ansible-playbook", "--syntax-check"),
                *map(str, sorted(playbooks)),
            ],
            "mypy": ["mypy", plugins, "emulators", "tests", "scripts"],
            "ruff": ["ruff", "check", "."],
            "ruff format": ["ruff", "format", "--check", "."],
            "yamllint": ["yamllint", "--strict", "."],
            "reuse": ["reuse", "lint", "--lines"],
            "shellcheck": ["shellcheck", *shell_scripts],
        },
        # the checks run side by side, as many as there are cores: in each stage the longest come first
        "unit": {"ansible-test sanity": ["python", "-m", "scripts.sanity"], "pytest": [*pytest, "tests/unit"]},
        "integration": {
            "molecule": ["python", "-m", "scripts.scenarios", *(("--everything",) if everything else ())],
            **{
                f"pytest {name}": [*pytest, f"tests/integration/{name}"]
                for name in integration_tests(everything=everything)
            },
            **({"pytest graph_sdk": [*python, "scripts.graph_sdk"]} if everything else {}),
        },
        "artifact": {"artifact": [*python, "scripts.artifact"], "docs": [*python, "scripts.documentation", "--check"]},
    }


def integration_tests(*, everything: bool) -> list[str]:
    """Return the directories of integration tests; `everything`: of test-all.

    The longest come first, so that all cores are done at the same time. Each directory is a process of its own, with
    loopback addresses of its own: Ansible's plugins, once loaded, let modules in the same process warn elsewhere.
    """
    longest_first = ("playbooks", "examples", "windows_roles", "https_on_iis", "journal", "https", "windows")
    directories = {path.name for path in (ROOT / "tests" / "integration").iterdir() if list(path.glob("test_*.py"))}
    if not everything:
        directories -= set(THOROUGH)
    return [*(name for name in longest_first if name in directories), *sorted(directories.difference(longest_first))]
