# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one process of `make test` has built or compiled, the next ones take: a fifth of the time of an Ansible run.

Python imports this by itself where this folder is on PYTHONPATH, which `scripts.stages` sees to, for tests only.
Ansible puts each module into an archive anew in every run; an archive's sources, those of a collection's plugins, and
templates are compiled anew in every process, and each task is one. Here all of it is kept, in a folder that lives as
long as one `make test`: no change of a source can be missed.
"""

from __future__ import annotations

import _imp
import contextlib
import importlib.util
import marshal
import os
import sys
import zipimport
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import CodeType

FOLDER = "EXAM_TESTS_COMPILED"
"""The environment variable that names the folder."""

_MAGIC_NUMBER = int.from_bytes(importlib.util.MAGIC_NUMBER, "little")


def _hash(content: bytes) -> str:
    return _imp.source_hash(_MAGIC_NUMBER, content).hex()


def _kept(folder: str, filename: str, source: bytes, compiled: Callable[[], CodeType]) -> CodeType:
    """Return a source's code as it was kept under the hash of the source (PEP 552's), or compile and keep it."""
    kept = os.path.join(folder, f"{os.path.basename(filename)}.{_hash(source)}")
    code: CodeType | None = None
    with contextlib.suppress(FileNotFoundError), open(kept, "rb") as stream:
        code = marshal.load(stream)  # noqa: S302  what was written below, in this folder of the tests' own
    if code is not None:
        _imp._fix_co_filename(code, filename)  # type: ignore[attr-defined]  # what importlib itself does
        return code
    code = compiled()  # not where the file was missed: an error in the source would tell of that as well
    unfinished = f"{kept}.{os.getpid()}"
    with open(unfinished, "wb") as stream:
        stream.write(marshal.dumps(code))
    os.rename(unfinished, kept)
    return code


def _keep_what_archives_hold(folder: str) -> None:
    """Have zipimport, which knows no byte code but what an archive holds, take what is kept."""
    compile_source = zipimport._compile_source  # type: ignore[attr-defined]  # there is no public hook

    def compiled(filename: str, source: bytes) -> CodeType:
        return _kept(folder, filename, source, lambda: compile_source(filename, source))

    zipimport._compile_source = compiled  # type: ignore[attr-defined]  # there is no public hook


def _keep_what_templates_become(folder: str) -> None:
    """Have Ansible's Jinja take the code that is kept: each of its workers is a process, and compiles all it meets."""
    from jinja2.environment import Environment, TemplateExpression  # noqa: PLC0415  only where Ansible runs

    compile_template, compile_expression = Environment.compile, Environment.compile_expression
    last: list[CodeType] = []

    def kept(environment: Environment, kind: str, source: str, fresh: Callable[[], CodeType]) -> CodeType:
        bits = sys.modules["ansible._internal._templating._jinja_bits"]
        context = bits._TemplateCompileContext.current(optional=True)
        settings = [getattr(environment, name) for name in bits._TEMPLATE_OVERRIDE_FIELD_NAMES]
        escapes = context is not None and context.escape_backslashes
        return _kept(folder, "<template>", repr((kind, str(source), settings, escapes)).encode(), fresh)

    def of_ansible(environment: Environment) -> bool:
        return type(environment).__module__ == "ansible._internal._templating._jinja_bits"

    def template(self: Environment, source: object, *arguments: object, **options: object) -> object:
        if isinstance(source, str) and not arguments and not options and of_ansible(self):
            return kept(self, "template", source, lambda: compile_template(self, source))
        code = compile_template(self, source, *arguments, **options)  # type: ignore[call-overload]  # as given
        last[:] = [code]
        return code

    def expression(self: Environment, source: str, undefined_to_none: bool = True) -> TemplateExpression:
        def fresh() -> CodeType:
            compile_expression(self, source, undefined_to_none)  # which makes a template of it, and that its code
            return last.pop()

        if not of_ansible(self):
            return compile_expression(self, source, undefined_to_none)
        code = kept(self, "expression", source, fresh)
        return TemplateExpression(self.template_class.from_code(self, code, self.make_globals(None)), undefined_to_none)

    Environment.compile, Environment.compile_expression = template, expression  # type: ignore[method-assign,assignment]  # no hook


class _WhenAnsibleIsImported:
    """Waits for those parts of Ansible that build and compile, and has them take what is kept."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Return None: the module is found by those that come after this."""
        if name == "ansible.executor.module_common":
            from ansible import constants  # noqa: PLC0415  only where Ansible runs, and once its configuration is read

            collections = ":".join(map(os.path.realpath, constants.COLLECTIONS_PATHS))
            kept = os.path.join(self._folder, f"{_hash(collections.encode())}.modules")
            os.makedirs(kept, exist_ok=True)
            os.symlink(kept, os.path.join(constants.DEFAULT_LOCAL_TMP, "ansiballz_cache"))
        elif name == "ansible.plugins.loader":
            from ansible.utils.collection_loader import _collection_finder  # noqa: PLC0415  only where Ansible runs

            # its loader of collections calls the built-in function, and keeps nothing; a global name goes before that
            _collection_finder.compile = self._compile
        elif name == "ansible._internal._templating._engine":
            _keep_what_templates_become(self._folder)
        return None

    def _compile(self, *, source: str | bytes, filename: str, **options: object) -> CodeType:
        content = source.encode() if isinstance(source, str) else source
        return _kept(self._folder, filename, content, lambda: compile(source, filename, **options))  # type: ignore[call-overload]  # as given


if FOLDER in os.environ:
    _keep_what_archives_hold(os.environ[FOLDER])
    sys.meta_path.insert(0, _WhenAnsibleIsImported(os.environ[FOLDER]))
