# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of databases as they are declared, and what the statements on databases share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emulators.sql.engine.errors import SqlError
from emulators.sql.engine.instance import DatabaseInfo, FileInfo
from emulators.sql.tsql.batch import Batch

if TYPE_CHECKING:
    from emulators.sql.tsql.session import Session


_UNITS = {"KB": 1 / 8, "MB": 128, "GB": 131072, "TB": 134217728}


@dataclass
class FilePart:
    """A file as it is declared."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)


def file_parts(words: Batch) -> list[FilePart]:
    """Take `(NAME = x, FILENAME = '...', SIZE = 8MB ...), ...`."""
    found = []
    while True:
        words.expect_operator("(")
        part = FilePart("")
        while True:
            key = words.one_of("NAME", "FILENAME", "SIZE", "MAXSIZE", "FILEGROWTH", "NEWNAME")
            words.expect_operator("=")
            if key in ("NAME", "NEWNAME"):
                name = words.string() if words.token.kind == "string" else words.identifier()
                part.values[key] = name
                part.name = name if key == "NAME" else part.name
            elif key == "FILENAME":
                part.values[key] = words.string()
            else:
                part.values[key] = _size(words)
            if not words.take_operator(","):
                break
        words.expect_operator(")")
        found.append(part)
        if not (words.is_operator(",") and words.ahead(1).value == "("):
            return found
        words.next()


def _size(words: Batch) -> tuple[int, bool]:
    """Take a size; return pages, or per cent and True."""
    if words.take("UNLIMITED"):
        return -1, False
    number = words.integer()
    if words.take_operator("%"):
        return number, True
    unit = words.next().value if words.token.value in _UNITS else "MB"
    return int(number * _UNITS[unit]), False


def declare_file(part: FilePart, number: int, kind: str, directories: list[str]) -> FileInfo:
    """Return a file as the catalogue keeps it. Raises SqlError 5133 if its directory does not exist."""
    physical = str(part.values.get("FILENAME", ""))
    check_directory(physical, directories)
    info = FileInfo(number, kind, part.name, physical)
    apply_sizes(info, part)
    return info


def apply_sizes(info: FileInfo, part: FilePart) -> None:
    """Set the sizes that are declared."""
    for key, attribute in (("SIZE", "size"), ("MAXSIZE", "max_size"), ("FILEGROWTH", "growth")):
        if key in part.values:
            pages, percent = part.values[key]
            setattr(info, attribute, pages)
            if key == "FILEGROWTH":
                info.percent = percent


def check_directory(physical: str, directories: list[str]) -> None:
    """Raise SqlError 5133 if the directory of a file does not exist on the server."""
    directory = physical.replace("\\", "/").rpartition("/")[0]
    if directory.casefold() not in {each.replace("\\", "/").rstrip("/").casefold() for each in directories}:
        message = (
            f'Directory lookup for the file "{physical}" failed with the operating system error 2(The '
            "system cannot find the file specified.)."
        )
        raise SqlError(5133, message)


def found_database(session: Session, name: str, number: int = 911) -> DatabaseInfo:
    """Return a database by its name. Raises SqlError 911, 3701 or 5011."""
    found = session.instance.state.database(name)
    if found is None:
        messages = {
            911: f"Database '{name}' does not exist. Make sure that the name is entered correctly.",
            3701: f"Cannot drop the database '{name}', because it does not exist or you do not have permission.",
            5011: f"User does not have permission to alter database '{name}', the database does not exist, or the "
            "database is not in a state that allows access checks.",
        }
        raise SqlError(number, messages[number], severity=11 if number == 3701 else 14)
    return found


def require_owner(session: Session, database: DatabaseInfo, number: int) -> None:
    """Raise the error of a missing database unless the session may alter it."""
    if session.is_sysadmin or database.owner == session.login.sid or session.has_server_role("dbcreator"):
        return
    raise SqlError(
        number,
        f"User does not have permission to alter database '{database.name}', the database does not exist, or the "
        "database is not in a state that allows access checks.",
        severity=14,
    )


def next_id(session: Session) -> int:
    """Return the number of a new database."""
    state = session.instance.state
    number, state.next_database = state.next_database, state.next_database + 1
    return number


def check_paths(session: Session, files: list[FileInfo]) -> None:
    """Raise SqlError 5170 or 1828 if a file exists already, or a logical name comes twice."""
    taken = {each.physical.casefold() for database in session.instance.state.databases for each in database.files}
    names: set[str] = set()
    for each in files:
        if each.physical.casefold() in taken:
            raise SqlError(
                5170,
                f"Cannot create file '{each.physical}' because it already exists. Change the file path or the file "
                "name, and retry the operation.",
            )
        if each.name.casefold() in names:
            raise SqlError(1828, f'The logical file name "{each.name}" is already in use. Choose a different name.')
        names.add(each.name.casefold())
