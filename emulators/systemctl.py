# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service manager of an emulated Linux host, for its nginx and for the services that it has unit files of.

It answers what Ansible's `systemd_service` asks; anything else is refused by name.
"""

from __future__ import annotations

import sys
from pathlib import Path

from emulators.nginx import Nginx
from emulators.processes import NotReady
from emulators.units import Refused, Unit


def main(arguments: list[str]) -> int:
    """Act on the host whose root directory is the first argument, as systemctl does, and return the exit code."""
    root, *words = arguments
    try:
        return act(Path(root), words)
    except (NotReady, Refused) as error:
        print(error, file=sys.stderr)
        return 1


def act(root: Path, words: list[str]) -> int:  # noqa: PLR0911 - a return for each command
    """Do what the words say.

    Raises:
        NotReady: a service did not start or stop.
        Refused: there is no such service, or its unit file has what is not emulated.
    """
    nginx = Nginx(root)
    match words:
        case ["show", "nginx" | "nginx.service"]:
            state = "active" if nginx.running() else "inactive"
            print(f"Id=nginx.service\nLoadState=loaded\nActiveState={state}\nSubState=running\nUnitFileState=enabled")
            return 0
        case ["reload", "nginx" | "nginx.service"]:
            nginx.reload()
            return 0
        case ["start", "nginx" | "nginx.service"]:
            nginx.start()
            return 0
        case ["daemon-reload"]:
            return 0
        case ["show", name]:
            show(Unit(root, name.removesuffix(".service")))
            return 0
        case ["is-enabled", name, "-l"]:
            enabled = Unit(root, name.removesuffix(".service")).enabled()
            print("enabled" if enabled else "disabled")
            return 0 if enabled else 1
        case ["start" | "stop" | "enable" | "disable" as verb, name]:
            unit = Unit(root, name.removesuffix(".service"))
            {"start": unit.start, "stop": unit.stop, "enable": unit.enable, "disable": unit.disable}[verb]()
            return 0
    print(f"emulated systemctl: it does not know {' '.join(words)!r}; teach emulators/systemctl.py", file=sys.stderr)
    return 1


def show(unit: Unit) -> None:
    """Print what is known of a service."""
    if not unit.file.is_file():
        print(f"Id={unit.name}.service\nLoadState=not-found\nActiveState=inactive")
        return
    state, file_state = "active" if unit.running() else "inactive", "enabled" if unit.enabled() else "disabled"
    print(f"Id={unit.name}.service\nLoadState=loaded\nActiveState={state}\nUnitFileState={file_state}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
