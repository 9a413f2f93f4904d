# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and names in the documentation are there: targets, playbooks, tags, variables, plugins, paths."""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.cli.playbook import PlaybookCLI

from scripts import containers
from scripts.checks import checks
from scripts.working_copy import ROOT, files
from tests.chaos import __main__ as chaos

OURS = "uoe.exam_scheduling."
FILES = files()
PAGES = [path for path in FILES if path.endswith(".md") and path != "CHANGELOG.md"]
PLAYBOOKS = [path for path in FILES if re.fullmatch(r"playbooks/\w+\.yml", path)]
FENCED = re.compile(r"^ *```\w*\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
COMMAND = re.compile(r"(?:\$ )?((?:make|ansible-playbook) .*)", re.DOTALL)
NEVER_THERE = {"-", "…", "\\"}
TOP = {path.split("/")[0] for path in FILES if "/" in path}
VERBATIM = re.compile(r"[\w./{}*,-]+")


def commands_in(text: str) -> Iterator[str]:
    """Yield the commands of a page: those of its blocks, where a line may go on in the next, and those in its lines."""
    for block in FENCED.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            match = COMMAND.fullmatch(line.strip())
            if match:
                yield match[1]
    for span in SPAN.findall(FENCED.sub("", text)):
        match = COMMAND.fullmatch(re.sub(r"\s+", " ", span))
        if match:
            yield match[1]


def documented() -> Iterator[Any]:
    """Yield each command with where it stands: in a page, or in a playbook's own comment."""
    for page in PAGES:
        for command in commands_in((ROOT / page).read_text(encoding="utf-8")):
            yield pytest.param(command, id=f"{page}: {command}")
    for playbook in PLAYBOOKS:
        comment = "\n".join(re.findall(r"^# ?(.*)$", (ROOT / playbook).read_text(encoding="utf-8"), re.MULTILINE))
        for line in comment.replace("\\\n", " ").splitlines():
            match = COMMAND.match(line.strip())
            if match:
                # what a comment says beside its command is apart from it
                command = re.split(r"(?<=\S) {3,}(?=\w)", match[1])[0]
                yield pytest.param(command, id=f"{playbook}: {command}")


@functools.cache
def tags_of(playbook: Path) -> frozenset[str]:
    """Return all tags of a playbook, those of the playbooks that it imports included."""
    found: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            tags = value.get("tags", [])
            found.update([tags] if isinstance(tags, str) else tags)
            imported = value.get("ansible.builtin.import_playbook")
            if imported:
                found.update(tags_of(playbook.parent / imported))
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            look(each)

    look(yaml.safe_load(playbook.read_text(encoding="utf-8")))
    return frozenset(found)


@functools.cache
def words_of_the_code() -> frozenset[str]:
    sources = [path for path in FILES if path.startswith(("playbooks/", "roles/", "plugins/", "inventories/"))]
    texts = [(ROOT / path).read_text(encoding="utf-8") for path in sources if path.endswith((".yml", ".py"))]
    return frozenset(word for text in texts for word in re.findall(r"\w+", text))


def check_ansible_playbook(arguments: list[str]) -> None:
    """Hold the arguments of ansible-playbook against its own parser, and what they name against what there is."""
    cli = PlaybookCLI(["ansible-playbook"])
    cli.init_parser()
    given = cli.parser.parse_args([each for each in arguments if each not in NEVER_THERE])
    for inventory in given.inventory or ():
        # an absolute path is the reader's own
        assert inventory.endswith(",") or inventory.startswith("/") or (ROOT / inventory).is_dir(), (
            f"there is no {inventory}"
        )
    for playbook in given.args:
        path = f"playbooks/{playbook.removeprefix(OURS)}.yml" if playbook.startswith(OURS) else playbook
        assert path in FILES, f"there is no playbook {playbook}"
        unknown = {tag for tags in given.tags for tag in tags.split(",")} - tags_of(ROOT / path) - {"all", "always"}
        assert not unknown, f"{playbook} has no tags {unknown}"
    for variable in given.extra_vars:
        name = variable.split("=", 1)[0]
        assert name.startswith("@") or name in words_of_the_code(), f"nothing uses the variable {name}"


def check_make(arguments: list[str]) -> None:
    """Hold targets and variables of make against the Makefile, and their values against what takes them."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for argument in arguments:
        name, given, value = argument.partition("=")
        if not given:
            assert re.search(rf"^{re.escape(name)}:", makefile, re.MULTILINE), f"there is no target {name}"
            continue
        assert re.search(rf"\$\(({name}|if \$\({name})\b|\$\$\{{{name}\b|^# .*\b{name}\b", makefile, re.MULTILINE), (
            f"the Makefile uses no {name}"
        )
        if name == "ARGS" and "chaos" in arguments:
            chaos.parser().parse_args(shlex.split(value))
        elif name == "ARGS":
            check_ansible_playbook(["-i", "inventories/live", "playbooks/live.yml", *shlex.split(value)])
        if name == "STAGES":
            assert set(value.split()) <= checks(everything=True).keys()
        if name == "PARTS" and "test-containers" in arguments:
            assert set(value.split()) <= containers.PARTS.keys()
        elif name == "PARTS":
            assert all((ROOT / "tests" / "performance" / f"bench_{part}.py").is_file() for part in value.split())


@pytest.mark.parametrize("command", list(documented()))
def test_that_a_command_in_the_documentation_can_be_given(command: str) -> None:
    program, *arguments = shlex.split(command, comments=True)
    if program == "make":
        check_make(arguments)
    else:
        check_ansible_playbook(arguments)


@pytest.mark.parametrize("page", PAGES)
def test_that_what_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    spans = set(SPAN.findall(FENCED.sub("", text)))
    paths = {span for span in spans if "/" in span and span.split("/")[0] in TOP and VERBATIM.fullmatch(span)}
    here = (ROOT, (ROOT / page).parent)
    missing = {path for path in paths if not any(any(place.glob(each)) for each in braces(path) for place in here)}
    names = {span.removeprefix(OURS) for span in spans if re.fullmatch(re.escape(OURS) + r"\w+", span)}
    kinds = ["plugins/*/{}.py", "plugins/*/{}.yml", "roles/{}", "playbooks/{}.yml"]
    missing |= {name for name in names if not any(any(ROOT.glob(kind.format(name))) for kind in kinds)}
    assert not missing, "these are not in the repository"


def braces(pattern: str) -> list[str]:
    """Return the paths that a shell makes of a pattern with one pair of braces."""
    match = re.fullmatch(r"([^{]*)\{([^}]*)\}(.*)", pattern)
    return [match[1] + each + match[3] for each in match[2].split(",")] if match else [pattern]


def test_that_the_readme_has_every_role_and_every_module_in_its_tables() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = "\n".join(re.findall(r"^\| (`.*?|\[.*?) \|", readme, re.MULTILINE))
    named = set(re.findall(r"`(\w+)`", rows))
    roles = {path.parents[1].name for path in ROOT.glob("roles/*/meta/argument_specs.yml")}
    # the part of a module that runs on Windows is what its action plugin chooses, and needs no row of its own
    modules = {path.stem for path in ROOT.glob("plugins/modules/[a-z]*.*")}
    modules -= {f"win_{name}" for name in named}
    assert (roles | modules) - named == set(), "README.md, What is in it"
    assert set(re.findall(r"\(roles/(\w+)/README\.md\)", readme)) <= roles


def test_that_every_file_of_an_inventory_is_explained() -> None:
    page = (ROOT / "docs" / "inventory.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `(\S+\.yml)` \|", page, re.MULTILINE))
    live = ROOT / "inventories" / "live"
    assert explained == {str(path.relative_to(live)) for path in live.rglob("*.yml")}


def test_that_each_procedure_has_what_comes_before_its_command_what_is_seen_and_the_way_back() -> None:
    page = (ROOT / "docs" / "procedures.md").read_text(encoding="utf-8")
    told: set[str] = set()
    for section in re.split(r"^### ", page, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        names = re.findall(r"`(\w+\.yml)`", title)
        parts = re.findall(r"^- \*\*(.+?)\*\*: \S", text, re.MULTILINE)
        assert parts == ["Before", "Command", "You see", "Back"], title
        assert any(f"playbooks/{name}" in text for name in names), title
        told.update(names)
    # the stages together are what live.yml runs, and the platform has a page of its own
    assert told == {Path(path).name for path in PLAYBOOKS} - {"site.yml", "automation_platform.yml"}


def test_that_it_is_said_of_every_role_what_it_needs_from_whom() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    roles = {path.parents[1].name for path in ROOT.glob("roles/*/meta/argument_specs.yml")}
    assert roles - set(re.findall(r"\(\.\./roles/(\w+)/README\.md\)", page)) == set()
