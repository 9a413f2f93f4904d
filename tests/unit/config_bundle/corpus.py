# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files as they are found on .NET servers, all invented, with secrets planted in every kind of file and of place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import Rules
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import BundleFile
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.directory import read_files
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import Setting, parse_settings

DIRECTORY = Path(__file__).parents[2] / "data" / "config_bundle"
PLANTED = (
    "Invented;Es=1",
    "Invented&Eugex2",
    "InventedComment3",
    "InventedSmtp4",
    "InventedArgument5",
    "InventedNested6",
    "0011AAinventedValidation7",
    "InventedClient8",
    "InventedNlog9",
    "Invented'Hub'10",
    "InventedBlock11",
    "InventedApi12",
    "InventedUrl13",
    "Invented Ini 14",
    "Invented}Odbc15",
    "InventedOld16",
    "InventedBang17",
    "Invented=Java\\18",
    "InventedNote19",
    "InventedThin20",
    "987654321",
)
AS_WRITTEN = ("Invented&amp;Eugex2", "Invented}}Odbc15", "Invented\\=Java\\\\18", "Invented\\\\u003dJava")
"""The same, as their files have them."""

CONNECT = "/configuration/connectionStrings/add[@name='{}']/@connectionString"
SECRET_PLACES: list[dict[str, Any]] = [
    {"file": "Connect.exe.config", "xpath": CONNECT.format("ES"), "part": ["Password"], "secret": "es_password"},
    {"file": "Connect.exe.config", "xpath": CONNECT.format("Eugex"), "part": ["Pwd"], "secret": "eugex_password"},
    {
        "file": "web.config",
        "xpath": "//connectionStrings/add/@connectionString",
        "part": ["provider connection string", "password"],
        "secret": "web_password",
    },
    {"file": "Config/Settings.config", "xpath": "//setting[@name='ClientSecret']/value", "secret": "client_secret"},
    {"file": "appsettings.json", "pointer": "/Clients/0/ApiKey", "secret": "api_key"},
    {"file": "calsync.ini", "section": "exchange", "key": "password", "secret": "mail_password"},
    {"file": "service.properties", "key": "db.password", "secret": "db_password"},
    {
        "file": "notes.txt",
        "pattern": "^Login with .*, password: (?P<value>.*)$",
        "secret": "note_password",
    },
]


def corpus() -> dict[str, bytes]:
    """Return the files, by path."""
    return read_files(DIRECTORY)


def rules(*places: dict[str, Any], **more: Any) -> Rules:
    """Return rules with places of secrets."""
    return Rules(secrets=parse_settings("secret_places", list(places)), **more)


def settings(*declared: dict[str, Any]) -> list[Setting]:
    """Return transformations."""
    return parse_settings("transformations", declared)


def leaks(text: str | bytes) -> list[str]:
    """Return the planted secrets that a text, or the bytes of a file in whatever encoding, has in it."""
    if isinstance(text, str):
        return [secret for secret in (*PLANTED, *AS_WRITTEN) if secret in text]
    found = [
        secret
        for secret in (*PLANTED, *AS_WRITTEN)
        if any(secret.encode(encoding) in text for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
    ]
    return sorted(set(found))


def named(path: str, kind: str, content: str | bytes) -> BundleFile:
    """Return a file of a bundle."""
    return BundleFile(path, kind, content.encode() if isinstance(content, str) else content)
