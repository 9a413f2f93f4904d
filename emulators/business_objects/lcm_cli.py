# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated platform's own `lcm_cli`: exports a universe into an archive, and promotes one from an archive.

    python -m emulators.business_objects.lcm_cli DIRECTORY -lcmproperty FILE

It acts on the platform of the directory. As scripts in use show of the real one, what became of a job is on standard
output (`Job Status  : Success | Partial Success | Failure`), and the exit code says nothing of it: it is 0 whenever a
job has run. Properties that it does not know are refused by name.
"""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path
from typing import Any

from emulators.business_objects import archive, faults, store
from emulators.business_objects.store import State, Store

_KNOWN = frozenset(
    {"action", "LCM_CMS", "LCM_userName", "LCM_password", "LCM_authentication", "consolelog", "lcmbiarpassword"}
    | {"exportLocation", "exportQuery1", "exportQueriesTotal", "exportDependencies", "includeSecurity"}
    | {
        "importLocation",
        "Destination_CMS",
        "Destination_userName",
        "Destination_password",
        "Destination_authentication",
    }
)
_EXPORT = re.compile(r"SELECT \* FROM CI_APPOBJECTS WHERE SI_CUID\s*=\s*'([^']+)'", re.IGNORECASE)
_PROPERTY = re.compile(r"((?:[^\\=: \t]|\\.)*)[ \t]*[=:]?[ \t]*(.*)", re.DOTALL)
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


class Stopped(Exception):
    """No job was run."""


def main(arguments: list[str]) -> int:
    """Run a job and return the exit code."""
    match arguments:
        case [directory, "-lcmproperty", file]:
            pass
        case _:
            print(f"emulated lcm_cli: expected -lcmproperty FILE, not {' '.join(arguments[1:])!r}", file=sys.stderr)
            return 2
    try:
        properties = read_properties(Path(file).read_text(encoding="iso-8859-1"))
        return run(Path(directory), properties)
    except (OSError, Stopped) as error:
        print(f"ERROR {error}", flush=True)
        return 1


def run(directory: Path, properties: dict[str, str]) -> int:
    """Run the job that the properties describe.

    Raises:
        Stopped: it cannot be begun.
    """
    unknown = sorted(properties.keys() - _KNOWN)
    if unknown:
        raise Stopped(f"the emulated lcm_cli does not know the properties {', '.join(unknown)}")
    action = properties.get("action", "")
    platform = Store(directory)
    fault = faults.find(directory, ("partial", "failed", "lie", "rebound", "hang", "crash"), action) or {"kind": ""}
    print(f"LCM CLI, BI platform {platform.read()['version']}", flush=True)
    for prefix in ("LCM", "Destination") if action == "promote" else ("LCM",):
        _log_on(platform.read(), properties, prefix)
    if fault["kind"] == "hang":
        signal.pause()
    with platform.changing() as state:
        if action == "export":
            status = _export(state, properties, fault["kind"])
        elif action == "promote":
            status = _promote(state, properties, fault)
        else:
            raise Stopped(f"the emulated lcm_cli does not know the action {action!r}")
    if fault["kind"] == "crash":
        print("# A fatal error has been detected by the Java Runtime Environment:", flush=True)
        return 134
    print(f"Job Status  : {status}", flush=True)
    return 0


def _log_on(state: State, properties: dict[str, str], prefix: str) -> None:
    asked = {key: properties.get(f"{prefix}_{key}", "") for key in ("CMS", "userName", "password", "authentication")}
    if asked["CMS"] != state["cms"]:
        raise Stopped(
            f"Could not reach CMS '{asked['CMS']}'. Specify the correct host and port and check for network issues. "
            "(FWM 20030)"
        )
    if store.account_refusal(state, asked["userName"], asked["password"], asked["authentication"]):
        raise Stopped("Account information not recognized: could not log you on. (FWB 00008)")


def _export(state: State, properties: dict[str, str], fault: str) -> str:
    match = _EXPORT.fullmatch(properties.get("exportQuery1", ""))
    if match is None or properties.get("exportQueriesTotal") != "1":
        raise Stopped(f"the emulated lcm_cli does not know the query {properties.get('exportQuery1')!r}")
    universe = store.by_cuid(state["universes"], match[1])
    if universe is None or fault == "failed":
        print(f"ERROR {match[1]}: no object was exported", flush=True)
        return "Failure"
    if fault != "lie":
        archive.write(Path(properties["exportLocation"]), _carried(state, universe), version=state["version"])
    print(f"{universe['name']} : Success", flush=True)
    return "Success"


def _carried(state: State, universe: dict[str, Any]) -> dict[str, Any]:
    return {**universe, "folder": store.folder_path(state, universe["folder_id"])}


def _promote(state: State, properties: dict[str, str], fault: Any) -> str:
    try:
        content = archive.read(Path(properties["importLocation"]))
    except archive.NotAnArchive as error:
        print(f"ERROR the archive cannot be read: {error}", flush=True)
        return "Failure"
    promoted, kind = content["universe"], fault["kind"]
    if content["version"] != state["version"]:
        print(f"ERROR the archive is of version {content['version']}, this is {state['version']}", flush=True)
        return "Failure"
    if kind == "failed":
        print(f"{promoted['name']} : Failed : Unable to commit the object (LCM 00000)", flush=True)
        return "Failure"
    if kind == "lie":
        return "Success"
    _import(state, promoted, [fault["connection"]] if kind == "rebound" else promoted["connections"])
    if kind == "partial":
        store.by_cuid(state["universes"], promoted["cuid"])["connections"] = []  # type: ignore[index]
        print(f"{promoted['name']} : Success", flush=True)
        print(f"{promoted['name']} : Failed : the relation to its connection was not committed", flush=True)
        return "Partial Success"
    print(f"{promoted['name']} : Success", flush=True)
    return "Success"


def _import(state: State, promoted: dict[str, Any], connections: list[str]) -> None:
    present = store.by_cuid(state["universes"], promoted["cuid"])
    if present is None:
        present = {"id": store.new_id(state)}
        state["universes"].append(present)
    kept = {key: promoted[key] for key in ("cuid", "name", "kind", "revision", "objects")}
    folder = store.folder_of(state, promoted["folder"])
    present.update({**kept, "folder_id": folder, "connections": connections, "updated": store.tick(state)})


def read_properties(text: str) -> dict[str, str]:
    """Return the properties of a file as java.util.Properties reads them, but for lines that go on in the next one."""
    found = {}
    for line in re.split(r"\r\n|\n|\r", text):
        stripped = line.lstrip(" \t\f")
        if not stripped or stripped[0] in "#!":
            continue
        if match := _PROPERTY.match(stripped):
            found[_unescaped(match[1])] = _unescaped(match[2])
    return found


def _unescaped(text: str) -> str:
    return (
        re.sub(
            r"\\(?:u([0-9a-fA-F]{4})|(.?))",
            lambda match: chr(int(match[1], 16)) if match[1] else _ESCAPES.get(match[2], match[2]),
            text,
        )
        .encode("utf-16", "surrogatepass")
        .decode("utf-16")
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
