# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done on an IIS host, worked out on the controller."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils import iis, iis_back_out


def iis_exchange(
    certificate: Mapping[str, Any],
    *,
    issued: Sequence[Mapping[str, Any]],
    sites: Sequence[Mapping[str, Any]],
    store: Sequence[Mapping[str, Any]],
    replaced: Mapping[str, str] | None = None,
    keep_days: float = 0,
) -> dict[str, Any]:
    """Return what is to be done now; see iis_exchange.yml, and `plugin_utils.iis.exchange`."""
    return iis.exchange(
        certificate,
        issued=issued,
        sites=sites,
        store=store,
        replaced=replaced or {},
        now=dt.datetime.now(dt.UTC),
        keep_days=keep_days,
    )


def iis_before(
    record: Mapping[str, Any], *, exchange: Mapping[str, Any], site: str, sites: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the record of what there was before; see iis_before.yml, and `plugin_utils.iis_back_out.before`."""
    return iis_back_out.before(record, exchange=exchange, site=site, sites=sites)


def iis_undo(
    record: Mapping[str, Any],
    *,
    sites: Sequence[Mapping[str, Any]],
    store: Sequence[Mapping[str, Any]],
    in_use: str = "",
) -> dict[str, Any]:
    """Return what brings that back; see iis_undo.yml, and `plugin_utils.iis_back_out.back_out`."""
    return iis_back_out.back_out(record, sites=sites, store=store, in_use=in_use)


class FilterModule:
    """The filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Return them by name."""
        return {"iis_before": iis_before, "iis_exchange": iis_exchange, "iis_undo": iis_undo}
