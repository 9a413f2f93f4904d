# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one process of `make test` has built or compiled, the next ones take: a fifth of the time of an Ansible run.

Python imports this by itself where this folder is on PYTHONPATH, which `scripts.stages` sees to, for tests only.
Ansible puts each module into an archive anew in every run, and Python compiles an archive's sources anew in every
process. Here both are kept, in a folder that lives as long as one `make test`: no change of a source can be missed.
"""

from __future__ import annotations

import _imp
import importlib.util
import marshal
import os
import sys
import zipimport
from importlib.machinery import ModuleSpec
from types import CodeType

FOLDER = "EXAM_TESTS_COMPILED"
"""The environment variable that names the folder."""

_MAGIC_NUMBER = int.from_bytes(importlib.util.MAGIC_NUMBER, "little")


def _hash(content: bytes) -> str:
    return _imp.source_hash(_MAGIC_NUMBER, content).hex()


def _write(path: str, content: bytes) -> None:
    unfinished = f"{path}.{os.getpid()}"
    with open(unfinished, "wb") as stream:
        stream.write(content)
    os.rename(unfinished, path)


def _keep_compiled(folder: str) -> None:
    """Have zipimport look for a source's code by the hash of the source (PEP 552's), before it compiles it."""
    compile_source = zipimport._compile_source  # type: ignore[attr-defined]

    def compiled(pathname: str, source: bytes) -> CodeType:
        kept = os.path.join(folder, f"{os.path.basename(pathname)}.{_hash(source)}")
        try:
            with open(kept, "rb") as stream:
                code: CodeType = marshal.load(stream)  # noqa: S302  what _write above wrote, in this run's own folder
        except FileNotFoundError:
            code = compile_source(pathname, source)
            _write(kept, marshal.dumps(code))
            return code
        _imp._fix_co_filename(code, pathname)  # type: ignore[attr-defined]
        return code

    zipimport._compile_source = compiled  # type: ignore[attr-defined]


class _BeforeModulesAreBuilt:
    """Waits for the import of Ansible's builder of modules, and gives it the folder that all runs share."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """Return None: the module is found by those that come after this."""
        if name == "ansible.executor.module_common":
            sys.meta_path.remove(self)
            from ansible import constants  # noqa: PLC0415  only where Ansible runs, and once its configuration is read

            collections = ":".join(map(os.path.realpath, constants.COLLECTIONS_PATHS))
            kept = os.path.join(self._folder, f"{_hash(collections.encode())}.modules")
            os.makedirs(kept, exist_ok=True)
            os.symlink(kept, os.path.join(constants.DEFAULT_LOCAL_TMP, "ansiballz_cache"))
        return None


if FOLDER in os.environ:
    _keep_compiled(os.environ[FOLDER])
    sys.meta_path.insert(0, _BeforeModulesAreBuilt(os.environ[FOLDER]))
