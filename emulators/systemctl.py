# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service manager of an emulated Linux host: `systemctl show` and `systemctl reload` for its nginx, and no more.

It answers what Ansible's `systemd_service` asks; anything else is refused by name.
"""

from __future__ import annotations

import sys
from pathlib import Path

from emulators.nginx import Nginx


def main(arguments: list[str]) -> int:
    """Act on the host whose root directory is the first argument, as systemctl does, and return the exit code."""
    root, *words = arguments
    nginx = Nginx(Path(root))
    match words:
        case ["show", "nginx" | "nginx.service"]:
            state = "active" if nginx.running() else "inactive"
            print(f"Id=nginx.service\nLoadState=loaded\nActiveState={state}\nSubState=running\nUnitFileState=enabled")
            return 0
        case ["reload", "nginx" | "nginx.service"]:
            nginx.reload()
            return 0
        case ["show", unit]:
            print(f"Id={unit}\nLoadState=not-found\nActiveState=inactive")
            return 0
    print(f"emulated systemctl: it does not know {' '.join(words)!r}; teach emulators/systemctl.py", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
