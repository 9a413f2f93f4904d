# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run was given with `-e`, as a digest: by it runs are told apart that did different work, and no value is kept.

Values may be secret and easily guessed, so that the digest is keyed, by a key that stays in the state directory.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KEY = "given_values.key"
"""Under the state directory."""
NO_WORK = ("change_control_", "awx_", "tower_")
"""Variables that begin so say whether a run may work, or which job of AWX or Automation Platform it is, and not what it
does."""


def digest(extra_variables: Mapping[str, Any], state_directory: Path) -> str:
    """Return the digest; empty where nothing was given that has a bearing on the work.

    Raises:
        OSError: the key can be neither read nor made.
    """
    given = {name: value for name, value in extra_variables.items() if not name.startswith(NO_WORK)}
    if not given:
        return ""
    text = json.dumps(_ordered(given), default=str)
    return hmac.digest(_key(state_directory / KEY), text.encode(), hashlib.sha256).hex()


def _ordered(value: object) -> object:
    """Return a value with its mappings in an order of their own, whatever their keys are."""
    if isinstance(value, Mapping):
        return sorted(([str(key), _ordered(part)] for key, part in value.items()), key=lambda pair: str(pair[0]))
    return [_ordered(part) for part in value] if isinstance(value, list) else value


def _key(path: Path) -> bytes:
    """Return the key, made the first time that it is needed; two runs that make it at once end up with one."""
    if not path.exists():
        own = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, secrets.token_bytes(32))
            os.fsync(descriptor)
            with contextlib.suppress(FileExistsError):
                os.link(own, path)
        finally:
            os.close(descriptor)
            own.unlink()
    return path.read_bytes()
