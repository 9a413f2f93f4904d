# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the hosts of these tests are, and what is declared of them."""

from __future__ import annotations

import hashlib
from typing import Any

import yaml

NETWORK = "127.62"
SHARE = "\\\\files.exams.example\\software\\"
UPGRADE_CODE = "{6F1E5C62-0000-4000-8000-0000000000FF}"
SHARE_READER = "EXAMS\\svc-share"
ACCOUNT = "EXAMS\\svc-product"
LOCATION = "C:\\Program Files\\Product"
LAYOUT_FILE = "C:\\CalSync\\log4net.config"
LOG_FILE = "C:\\CalSync\\logs\\calsync.log"
LAYOUT = """\
<?xml version="1.0" encoding="utf-8"?>
<!-- the supplier's -->
<log4net debug="false">
  <appender name="RollingFile" type="log4net.Appender.RollingFileAppender">
    <!-- kept: café -->
    <file value="C:\\CalSync\\logs\\calsync.log"/>
    <layout value="%date %level %message%newline"/>
  </appender>
  <appender name="Console"><layout value="%message"/></appender>
</log4net>
"""
OTHER_CAPITALS = LAYOUT.replace("%level %message%newline", "%level %property{UUN} %message%newline")

PRODUCTS = (
    *("missing", "unread", "checksum", "restart", "broken", "stops", "again"),
    *("refused", "dropped", "unsent", "full"),
)
"""Hosts on which the first run goes wrong, and the second one does not."""
LOGS = ("plain", "cut", "stubborn", "ending", "restless", "capitals", "put_back")
"""Hosts with a CalSync that runs."""
BACKED_OUT = ("installed", "upgraded", "standing", "relaid")
"""Hosts whose release is backed out of."""
HOSTS = (
    *(*PRODUCTS, "fresh", "older", "newer", "vendor", "instructed", *LOGS, "nothing", "element", "asked", "silent"),
    *BACKED_OUT,
)


def code(version: str) -> str:
    return f"{{6F1E5C62-0000-4000-8000-{version.replace('.', ''):0>12}}}"


def installer(version: str) -> dict[str, Any]:
    return {
        "id": code(version),
        "name": "Product",
        "upgrade_code": UPGRADE_CODE,
        "version": version,
        "location": LOCATION,
        "replaces": [code(each) for each in ("1.0.0", "2.0.0") if each < version],
        "services": [{"name": "Product", "path": f"{LOCATION}\\service.exe"}],
        "files": {f"{LOCATION}\\service.exe.config": "<configuration/>\n"},
    }


def declared(version: str, **differs: Any) -> dict[str, Any]:
    """Return what the inventory says of the product."""
    content = yaml.safe_dump({"emulated_installer": installer(version)}).encode()
    return {
        "name": "Product",
        "version": version,
        "product_id": code(version),
        "upgrade_code": UPGRADE_CODE,
        "installer": f"{SHARE}Product-{version}.msi",
        "sha256": hashlib.sha256(content).hexdigest(),
        "services": [{"name": "Product", "start_mode": "delayed", "account": ACCOUNT}],
        **differs,
    }


def log(**differs: Any) -> dict[str, Any]:
    """Return what the inventory says of CalSync's log."""
    return {
        "layout_file": LAYOUT_FILE,
        "element": ".//appender[@name='RollingFile']/layout",
        "attribute": "value",
        "layout": "%date %level %property{uun} %message%newline",
        "property": "uun",
        "allowed": ["date", "level", "message", "newline", "property{uun}"],
        "log_file": LOG_FILE,
        "line": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ (s\d{7}|\(null\)) [^\r\n]*",
        "service": "CalSync",
        **differs,
    }


def seed() -> dict[str, Any]:
    """Return the emulator's seed."""
    calsync = {
        "name": "CalSync",
        "path": "C:\\CalSync\\calsync.exe",
        "state": "started",
        "behaviour": "layout_log",
        "options": {"layout_file": LAYOUT_FILE, "log_file": LOG_FILE, "property_uun": "s1234567"},
    }
    disabled = {**calsync, "state": "stopped", "start_mode": "disabled"}
    with_calsync = {"services": [calsync], "files": {LAYOUT_FILE: {"content": LAYOUT}}}
    other_capitals = {**with_calsync, "files": {LAYOUT_FILE: {"content": OTHER_CAPITALS}}}
    return {
        "accounts": [{"name": "ansible", "password_file": "secrets/windows_password"}],
        "share_readers": [{"name": SHARE_READER, "password_file": "secrets/installer_share_password"}],
        "shares": {
            f"{SHARE}Product-{version}.msi": {"installer": installer(version)}
            for version in ("1.0.0", "2.0.0", "3.0.0")
        },
        "defaults": {
            "domain": "exams.example",
            "time": {"source": "dc1.exams.example"},
            "disks": [{"letter": "C", "size_bytes": 10**11, "free_bytes": 10**10}],
            "network": {"address": "192.0.2.10"},
        },
        "hosts": {
            name: {
                "listen": f"{NETWORK}.1.{number}",
                **(with_calsync if name in (*LOGS, "element", "asked", "relaid") else {}),
                **(other_capitals if name in ("capitals", "put_back") else {}),
                **({**with_calsync, "services": [disabled]} if name == "silent" else {}),
            }
            for number, name in enumerate(HOSTS, 1)
        },
    }
