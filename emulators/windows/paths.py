# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows paths: made absolute and normal, environment variables expanded, compared without regard to case."""

from __future__ import annotations

import ntpath
import re

_VARIABLE = re.compile(r"%([^%]+)%")


def environment(username: str, host: str) -> dict[str, str]:
    """Return the environment variables of a user's session, by name in lower case."""
    profile = f"C:\\Users\\{username}"
    return {
        "temp": f"{profile}\\AppData\\Local\\Temp",
        "tmp": f"{profile}\\AppData\\Local\\Temp",
        "userprofile": profile,
        "username": username,
        "computername": host.upper(),
        "programfiles": "C:\\Program Files",
        "programfiles(x86)": "C:\\Program Files (x86)",
        "programdata": "C:\\ProgramData",
        "systemroot": "C:\\Windows",
        "windir": "C:\\Windows",
        "systemdrive": "C:",
        "public": "C:\\Users\\Public",
    }


def expand(text: str, variables: dict[str, str]) -> str:
    """Return the text with each known `%NAME%` replaced; an unknown one stays, as Windows leaves it."""
    return _VARIABLE.sub(lambda match: variables.get(match[1].lower(), match[0]), text)


def normal(path: str) -> str:
    """Return the path with backslashes only, without `.`, `..` and a backslash at the end."""
    plain = ntpath.normpath(path)
    return plain + "\\" if re.fullmatch("[A-Za-z]:", plain) else plain


def key(path: str) -> str:
    """Return what two spellings of one path have in common."""
    return normal(path).lower()


def parent(path: str) -> str:
    """Return the directory that a path is in."""
    return ntpath.dirname(normal(path))


def is_absolute(path: str) -> bool:
    """Return whether a path names a drive or a share."""
    drive, rest = ntpath.splitdrive(path)
    return bool(drive) and rest[:1] in ("\\", "/")
