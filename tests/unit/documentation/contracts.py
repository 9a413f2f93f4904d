# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module or a role accepts, and examples held against it. Where an example has a template, it is a sample."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import ansible
import yaml
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.plugin_docs import read_docstring
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import add_fragments
from jinja2 import Environment, nodes

from emulators.windows import arguments
from scripts.working_copy import ROOT

OURS = "uoe.exam_scheduling."
ELSEWHERE = "…"
"""What stands in documentation for what does not matter there."""
CONDITIONS = {"when", "changed_when", "failed_when", "until", "that"}
RULES = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")
SAMPLES: dict[str, Any] = {"int": 1, "float": 1.0, "bool": True, "path": "/sample", "bytes": "1K"}

Options = Mapping[str, Mapping[str, Any]]


class Captured(Exception):
    """A module was about to read its arguments, and this is what it holds them against."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__("captured")
        self.settings = settings


def _capture(_self: AnsibleModule, argument_spec: dict[str, Any], **settings: Any) -> None:
    raise Captured({"argument_spec": argument_spec, **{rule: settings.get(rule) for rule in RULES}})


# All are imported before Ansible's own loader of collections takes over, which knows no namespace packages.
PROGRAMS = {
    path.stem: importlib.import_module(f"ansible_collections.{OURS}plugins.modules.{path.stem}")
    for path in sorted((ROOT / "plugins" / "modules").glob("[a-z]*.py"))
}
FRAGMENTS = {
    path.stem: importlib.import_module(f"ansible_collections.{OURS}plugins.doc_fragments.{path.stem}").ModuleDocFragment
    for path in sorted((ROOT / "plugins" / "doc_fragments").glob("[a-z]*.py"))
}


@functools.cache
def of_module(name: str) -> dict[str, Any]:
    """Return the argument specification of a module with the rules between its options.

    Of a module of ours it is the one that the program has; of one that is no Python program, and of others' modules,
    the one that is documented.
    """
    if name.startswith(OURS):
        main = getattr(PROGRAMS.get(name.removeprefix(OURS)), "main", None)
        return _captured(name, main) if main else {"argument_spec": _documented(name)}
    arguments.prepare()
    if not name.startswith("ansible.builtin."):
        return {"argument_spec": arguments.options(name)}
    path = Path(ansible.__file__).parent / "modules" / f"{name.removeprefix('ansible.builtin.')}.py"
    documentation = read_docstring(str(path))["doc"]
    assert documentation, f"there is no module {name}"
    add_fragments(documentation, str(path), fragment_loader=fragment_loader)
    return {"argument_spec": documentation["options"]}


def _captured(name: str, main: Callable[[], None]) -> dict[str, Any]:
    with mock.patch.object(AnsibleModule, "__init__", _capture):
        try:
            main()
        except Captured as captured:
            return captured.settings
    raise AssertionError(f"{name} reads no arguments")


def _documented(name: str) -> dict[str, Any]:
    """Return the options that a module of ours documents, those of its fragments included."""
    program = ROOT / "plugins" / "modules" / name.removeprefix(OURS)
    paths = [path for path in (program.with_suffix(".py"), program.with_suffix(".yml")) if path.exists()]
    assert paths, f"there is no module {name}"
    documentation = read_docstring(str(paths[0]))["doc"]
    found: dict[str, Any] = dict(documentation.get("options", {}))
    for fragment in documentation.get("extends_documentation_fragment", []):
        file, _, part = fragment.removeprefix(OURS).partition(".")
        text = getattr(FRAGMENTS[file], part.upper() or "DOCUMENTATION")
        found |= yaml.safe_load(text).get("options", {})
    return found


@functools.cache
def of_roles() -> dict[str, Any]:
    """Return the options of all roles, by the names of the variables."""
    found: dict[str, Any] = {}
    for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values():
            found |= entry.get("options", {})
    return found


def complaints(settings: Mapping[str, Any], given: Mapping[str, Any]) -> list[str]:
    """Return what the module or role would say to the arguments of an example."""
    specification: dict[str, Any] = {name: _plain(option) for name, option in settings["argument_spec"].items()}
    if any(name in specification for name in ("free_form", "free-form", "key_value")):
        # what such a module is given besides its options is its own affair
        given = {name: value for name, value in given.items() if name in specification}
        specification = {name: {**option, "required": False} for name, option in specification.items()}
    concrete = {name: _concrete(value, _named(specification, name)) for name, value in given.items()}
    rules = {rule: settings.get(rule) for rule in RULES}
    return list(ArgumentSpecValidator(specification, **rules).validate(concrete).error_messages)


def _plain(option: Mapping[str, Any]) -> dict[str, Any]:
    """Return an option as a specification, out of one or out of its documentation."""
    kept = ("type", "choices", "elements", "required", "aliases", *RULES)
    plain = {name: option[name] for name in kept if option.get(name) is not None}
    if plain.get("type") == "any":
        plain["type"] = "raw"
    if isinstance(plain.get("choices"), Mapping):
        plain["choices"] = list(plain["choices"])
    inner = option.get("options") or option.get("suboptions")
    if inner:
        plain["options"] = {name: _plain(each) for name, each in inner.items()}
    return plain


def _named(specification: Options, name: str) -> Mapping[str, Any]:
    for option, each in specification.items():
        if name == option or name in each.get("aliases", ()):
            return each
    return {}


def _concrete(value: Any, option: Mapping[str, Any]) -> Any:
    """Return a value that has no template any more, and is otherwise as it is written."""
    if isinstance(value, str) and ("{{" in value or value.endswith(ELSEWHERE)):
        return sample(option)
    inner = option.get("options", {})
    if isinstance(value, dict):
        return {name: _concrete(each, _named(inner, name)) for name, each in value.items() if name != ELSEWHERE}
    if isinstance(value, list):
        element = {"type": option.get("elements", "raw"), "options": inner}
        return [_concrete(each, element) for each in value]
    return value


def sample(option: Mapping[str, Any]) -> Any:
    """Return something that an option accepts."""
    if option.get("choices"):
        return option["choices"][0]
    kind = option.get("type", "str")
    if kind == "list":
        return [sample({"type": option.get("elements", "str"), "options": option.get("options", {})})]
    if kind == "dict":
        return {name: sample(each) for name, each in option.get("options", {}).items() if each.get("required")}
    return SAMPLES.get(kind, "sample")


LOOKUPS = ("lookup", "query", "q")
"""Jinja functions of Ansible whose first argument is a plugin's name."""


def names_in_templates(value: Any, *, conditions: bool = False, bare: bool = False) -> set[tuple[str, str]]:
    """Return the filters, tests and lookups that an example's templates use, as ("filter", name), ("lookup", name).

    With `conditions` it is of tasks, where what stands under when and the like are templates without braces.

    Raises:
        jinja2.TemplateSyntaxError: it is no template.
    """
    if isinstance(value, dict):
        found = set()
        for key, each in value.items():
            found |= names_in_templates(each, conditions=conditions, bare=conditions and key in CONDITIONS)
        return found
    if isinstance(value, list):
        return {name for each in value for name in names_in_templates(each, conditions=conditions, bare=bare)}
    if not isinstance(value, str) or not (bare or "{{" in value or "{%" in value):
        return set()
    tree = Environment(autoescape=True).parse(f"{{{{ {value} }}}}" if bare else value)
    found = {("filter", each.name) for each in tree.find_all(nodes.Filter)}
    found |= {
        ("lookup", call.args[0].value)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in LOOKUPS and isinstance(call.args[0], nodes.Const)
    }
    return found | {("test", each.name) for each in tree.find_all(nodes.Test)}
