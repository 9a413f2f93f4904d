# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds one release: wheels into a virtual environment of its own, without any package index, proven by importing."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import sysconfig
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.files import (
    PRIVATE_FILE,
    PUBLIC_FILE,
    flush_directory,
    told,
    write,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.python_release.places import (
    RECORD,
    Declared,
    ReleaseFile,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

LONGEST = 600
"""Seconds for one program."""
SPACE = 1.6
"""Of what wheels unpack to: compiled modules, and what pip needs meanwhile."""
NAMED_DIGITS = 12
IMPORTS = "import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]"


@dataclass(frozen=True)
class Builder:
    """How releases are built."""

    python: str
    """Of which the virtual environment is made."""
    owner: str | None
    """Whose the contents are, and as whom the modules are imported; None means whoever runs this."""
    imports: Sequence[str]
    environment: Mapping[str, str]
    """What importing needs; `{directory}` stands for the release's."""

    def build(self, directory: Path, declared: Declared) -> None:
        """Make the release, its record last. If that fails, nothing of it is left.

        Raises:
            Problem: it failed; the message says at what.
        """
        for file in declared.files:
            check(file)
        try:
            with told(directory, "build the release"):
                self._build(directory, declared)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise

    def _build(self, directory: Path, declared: Declared) -> None:
        directory.mkdir(mode=0o755, parents=True)
        directory.chmod(0o755)
        wheels = directory / "wheels"
        wheels.mkdir()
        for file in declared.files:
            unpack(file.path, wheels)
        found = sorted(wheels.glob("*.whl"))
        if not found:
            raise Problem(
                "it holds no wheel", where=", ".join(str(file.path) for file in declared.files),
                remedy="Put the application's wheel and those of all that it needs into it.",
            )  # fmt: skip
        require_space(directory, found)
        self._run([self.python, "-m", "venv", "--without-pip", directory / "venv"], "make the virtual environment")
        self._install(directory / "venv/bin/python", found)
        shutil.rmtree(wheels)
        account = pwd.getpwnam(self.owner) if self.owner else None
        for name, content in declared.contents.items():
            write(directory / name, content.encode(), PRIVATE_FILE)
            if account is not None:
                os.chown(directory / name, account.pw_uid, account.pw_gid)
        for name, target in declared.links_of(directory.name).items():
            (directory / name).symlink_to(target)
        self._import(directory, account)
        record = {
            "version": declared.version,
            "files": declared.digests(),
            "contents": sorted(declared.contents),
            "links": declared.links_of(directory.name),
        }
        write(directory / RECORD, json.dumps(record, indent=2).encode(), PUBLIC_FILE)
        flush_directory(directory.parent)

    def _install(self, python: Path, wheels: Sequence[Path]) -> None:
        """Install all wheels; pip itself stays out of the environment, and names what they need and have not."""
        options = [
            "--no-index",
            "--no-cache-dir",
            "--no-input",
            "--disable-pip-version-check",
            "--no-warn-script-location",
        ]
        self._run(
            [python, "-m", "pip", "--isolated", "install", *options, "--find-links", wheels[0].parent, *wheels],
            "install the wheels",
            environment={"PYTHONPATH": str(pip_wheel()), "PIP_CONFIG_FILE": os.devnull},
            remedy="The release has to bring all that it needs: nothing is taken from a package index.",
        )

    def _import(self, directory: Path, account: pwd.struct_passwd | None) -> None:
        """Import the modules as the application's own user."""
        if not self.imports:
            return
        environment = {name: text.replace("{directory}", str(directory)) for name, text in self.environment.items()}
        command: list[str | Path] = [directory / "venv/bin/python", "-B", "-c", IMPORTS, *self.imports]
        self._run(
            command, f"import {', '.join(self.imports)}", environment=environment, account=account, directory=directory,
            remedy="The release does not work on this host, and was not put in service.",
        )  # fmt: skip

    def _run(
        self,
        command: Sequence[str | Path],
        purpose: str,
        *,
        environment: Mapping[str, str] | None = None,
        account: pwd.struct_passwd | None = None,
        directory: Path | None = None,
        remedy: str = "Install Python's venv on the host (Debian: python3-venv), and look at the free space.",
    ) -> None:
        other = account is not None and account.pw_uid != os.geteuid()
        try:
            done = subprocess.run(
                [str(word) for word in command],
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", **(environment or {})},
                cwd=directory,
                user=account.pw_uid if account is not None and other else None,
                group=account.pw_gid if account is not None and other else None,
                extra_groups=[] if other else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Problem(
                f"cannot {purpose}: not done after {LONGEST} s", where=str(command[0]), remedy=remedy
            ) from None
        if done.returncode:
            raise Problem(
                f"cannot {purpose}",
                where=str(command[0]),
                found=last_words(done.stdout, done.returncode),
                remedy=remedy,
            )


def check(file: ReleaseFile) -> None:
    """Make sure that a file is the one that was declared.

    Raises:
        Problem: it is not there, or another one.
    """
    digest = hashlib.sha256()
    with told(file.path, "read the file"), file.path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != file.sha256:
        raise Problem(
            "it is not the file that was declared", where=str(file.path),
            expected=f"SHA-256 {file.sha256}", found=digest.hexdigest(),
            remedy="Fetch it again from where it was built; never change the digest to fit a file.",
        )  # fmt: skip


def unpack(file: Path, wheels: Path) -> None:
    """Put the wheels of an archive, or the wheel that the file is, into a directory; whatever else it holds stays out.

    Raises:
        Problem: it is no such archive.
    """
    try:
        if file.suffix == ".whl":
            shutil.copyfile(file, wheels / file.name)
        elif file.suffix == ".zip":
            with zipfile.ZipFile(file) as zipped:
                for entry in zipped.infolist():
                    if entry.filename.endswith(".whl"):
                        with zipped.open(entry) as source, (wheels / Path(entry.filename).name).open("wb") as target:
                            shutil.copyfileobj(source, target)
        else:
            with tarfile.open(file) as archive:
                for member in archive:
                    source_of_member = archive.extractfile(member) if member.name.endswith(".whl") else None
                    if source_of_member is not None:
                        with source_of_member as source, (wheels / Path(member.name).name).open("wb") as target:
                            shutil.copyfileobj(source, target)
    except (tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        raise Problem(f"it cannot be unpacked: {error}", where=str(file), remedy="Build the release anew.") from error


def require_space(directory: Path, wheels: Sequence[Path]) -> None:
    """Make sure that there is room for what the wheels unpack to.

    Raises:
        Problem: there is not, or a wheel is none.
    """
    needed = 0.0
    for wheel in wheels:
        try:
            with zipfile.ZipFile(wheel) as zipped:
                needed += SPACE * sum(entry.file_size for entry in zipped.infolist())
        except zipfile.BadZipFile as error:
            raise Problem(f"it is no wheel: {error}", where=wheel.name, remedy="Build the release anew.") from error
    free = shutil.disk_usage(directory).free
    if free < needed:
        raise Problem(
            "there is not enough space for another release", where=str(directory.parent),
            expected=f"{needed / 1e6:.0f} MB", found=f"{free / 1e6:.0f} MB",
            remedy="Make room, or keep fewer releases, and run again.",
        )  # fmt: skip


def pip_wheel() -> Path:
    """Return the pip that Python's own ensurepip brings: nothing has to be installed to use it.

    Raises:
        Problem: there is none.
    """
    specification = importlib.util.find_spec("ensurepip")
    bundled = Path(specification.origin).parent / "_bundled" if specification and specification.origin else None
    packages = sysconfig.get_config_var("WHEEL_PKG_DIR") or "/usr/share/python-wheels"
    for directory in (bundled, Path(packages)):
        for wheel in sorted(directory.glob("pip-*.whl"), reverse=True) if directory else ():
            return wheel
    raise Problem(
        "this Python has no ensurepip, which brings pip", where="the host's Python",
        remedy="Install Python's venv on the host (Debian: python3-venv), and run again.",
    )  # fmt: skip


def last_words(output: str, code: int) -> str:
    """Return the end of what a program said, which is where it says why."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return " ".join((errors or lines)[-2:]) or f"exit code {code}"
