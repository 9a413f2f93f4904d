# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""microsoft.iis.website_info."""

from __future__ import annotations

from emulators.windows.module import Call, Module


def run(call: Call) -> None:
    """Tell of the sites, or of one."""
    wanted = call["name"]
    sites = [s for s in call.machine.state.sites if wanted is None or s.name.lower() == wanted.lower()]
    call.result["exists"] = bool(sites)
    call.result["site"] = [
        {
            "name": site.name,
            "site_id": site.site_id,
            "state": site.state,
            "physical_path": site.physical_path,
            "application_pool": site.application_pool,
            "bindings": [
                {
                    "ip": binding.ip,
                    "port": binding.port,
                    "hostname": binding.hostname,
                    "protocol": binding.protocol,
                    "use_ccs": binding.use_ccs,
                    "use_sni": binding.use_sni,
                    "certificate_hash": binding.certificate_hash,
                    "certificate_store_name": binding.certificate_store_name,
                }
                for binding in site.bindings
            ],
        }
        for site in sites
    ]


MODULE = Module("microsoft.iis.website_info", run)
