# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints for the tests here, and the module that looks at them."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any

from emulators.certificates import Issued
from emulators.listeners import Listener, ThreadedListeners
from tests.integration.https.pki import Pki
from tests.module_runner import run_module

HOST = "es-live.exams.example"
ADDRESS = "127.33.0.1"
NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)

Make = Callable[[Pki], Issued]


def sound(pki: Pki) -> Issued:
    """Return what has no defect."""
    return pki.issuing.issue([HOST])


def examine(pki: Pki, *endpoints: dict[str, Any], **arguments: Any) -> dict[str, Any]:
    """Run the module with the estate's roots."""
    entries = [{"host": HOST, "connect_address": ADDRESS, **endpoint} for endpoint in endpoints]
    return run_module("https_endpoint_info", {"endpoints": entries, "roots": pki.roots, **arguments})


def serve(*contexts: ssl.SSLContext, kind: Any = "https", **options: Any) -> ThreadedListeners:
    """Return listeners that serve the contexts."""
    return ThreadedListeners(
        *(Listener(ADDRESS, 0, kind, context=partial(_same, each), **options) for each in contexts)
    )


def _same(context: ssl.SSLContext) -> ssl.SSLContext:
    return context
