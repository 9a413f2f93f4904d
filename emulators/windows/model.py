# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of an emulated Windows host: what is seeded, changed by modules, and kept over a restart."""

from __future__ import annotations

from dataclasses import field
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

_FORBID = ConfigDict(extra="forbid")  # an unknown key of a seed is an error that names it

GIB = 1024**3

StartMode = Literal["auto", "delayed", "manual", "disabled"]
ServiceState = Literal["started", "stopped", "paused"]


@dataclass(config=_FORBID, kw_only=True)
class OperatingSystem:
    """What `setup` tells of Windows itself."""

    name: str = "Microsoft Windows Server 2022 Standard"
    version: str = "10.0.20348.0"
    installation_type: Literal["Server", "Server Core", "Client"] = "Server"
    product_type: Literal["server", "workstation", "domain_controller"] = "server"
    product_id: str = "00454-10000-00001-AA000"


@dataclass(config=_FORBID, kw_only=True)
class Hardware:
    """What the virtualisation team ordered."""

    cores: int = 4
    threads_per_core: int = 1
    memory_mib: int = 16384
    manufacturer: str = "VMware, Inc."
    model: str = "VMware Virtual Platform"
    serial: str = "VMware-00"


@dataclass(config=_FORBID, kw_only=True)
class Network:
    """The host's address as the host itself knows it: that of its real network, not of the loopback interface."""

    address: str
    prefix_length: int = 24
    gateway: str | None = None
    mac: str = "00:50:56:00:00:01"
    interface: str = "Ethernet0"
    dns_suffix: str = ""
    dns_servers: list[str] = field(default_factory=list)


@dataclass(config=_FORBID, kw_only=True)
class TimeService:
    """The Windows time service."""

    source: str
    offset_seconds: float = 0.0
    """How far the host's clock is ahead of its source, and of this machine's clock."""
    timezone: str = "GMT Standard Time"


@dataclass(config=_FORBID, kw_only=True)
class Disk:
    """A physical disk with one volume."""

    letter: str
    size_bytes: int
    free_bytes: int
    label: str = ""


@dataclass(config=_FORBID, kw_only=True)
class Service:
    """A Windows service. `behaviour` names what it does while it runs (emulators/windows/behaviours)."""

    name: str
    display_name: str = ""
    description: str = ""
    path: str = ""
    start_mode: StartMode = "auto"
    state: ServiceState = "stopped"
    username: str = "NT AUTHORITY\\SYSTEM"
    dependencies: list[str] = field(default_factory=list)
    exit_code: int = 0
    process_id: int = 0
    process_started: float = 0.0
    """When that process has begun; 0 for one that has run since Windows was started."""
    behaviour: str | None = None
    options: dict[str, str] = field(default_factory=dict)


@dataclass(config=_FORBID, kw_only=True)
class Product:
    """An installed program, as under the registry key Uninstall."""

    id: str
    name: str
    version: str
    publisher: str = ""
    location: str = ""
    upgrade_code: str = ""
    """What all versions of an MSI have in common."""
    services: list[str] = field(default_factory=list)
    """Services that go when the program is uninstalled."""
    uninstall_exit_code: int = 0


@dataclass(config=_FORBID, kw_only=True)
class RegistryValue:
    """A value of a registry key."""

    type: Literal["REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ", "REG_DWORD", "REG_QWORD", "REG_BINARY"]
    data: str | int | list[str] | list[int]


@dataclass(config=_FORBID, kw_only=True)
class File:
    """A file or directory; the content of a file is kept in the blob store under its SHA-256."""

    path: str
    directory: bool = False
    blob: str = ""
    size: int = 0
    created: float = 0.0
    modified: float = 0.0
    owner: str = "BUILTIN\\Administrators"
    attributes: list[str] = field(default_factory=list)
    full_control: list[str] = field(default_factory=list)
    """SIDs that rules of its own give every right."""
    inherits: bool = True
    """Whether the rules of the directory that it is in hold for it, too."""


@dataclass(config=_FORBID, kw_only=True)
class Certificate:
    """A certificate of a store, with the key if it was imported with one."""

    thumbprint: str
    certificate_pem: str
    key_pem: str | None = field(default=None, repr=False)
    store_name: str = "My"
    store_location: Literal["CurrentUser", "LocalMachine"] = "LocalMachine"
    exportable: bool = False
    key_storage: Literal["default", "machine", "user"] = "default"
    key_rights: dict[str, list[str]] = field(default_factory=dict)
    """Who has which rights to its key, beside administrators and the system: users in small letters."""
    friendly_name: str = ""


@dataclass(config=_FORBID, kw_only=True)
class Binding:
    """A binding of an IIS site."""

    protocol: str = "http"
    ip: str = "*"
    port: int = 80
    hostname: str = ""
    use_sni: bool = False
    use_ccs: bool = False
    certificate_hash: str = ""
    certificate_store_name: str = ""


@dataclass(config=_FORBID, kw_only=True)
class Site:
    """An IIS web site."""

    name: str
    site_id: int
    state: Literal["Started", "Stopped"] = "Started"
    physical_path: str = "C:\\inetpub\\wwwroot"
    application_pool: str = "DefaultAppPool"
    bindings: list[Binding] = field(default_factory=list)


@dataclass(config=_FORBID, kw_only=True)
class FirewallRule:
    """A rule of Windows Defender Firewall."""

    name: str
    enabled: bool = True
    direction: Literal["in", "out"] = "in"
    action: Literal["allow", "block"] = "allow"
    protocol: str = "any"
    localport: str = "any"
    remoteport: str = "any"
    localip: str = "any"
    remoteip: str = "any"
    program: str | None = None
    service: str | None = None
    profiles: list[str] = field(default_factory=lambda: ["domain", "private", "public"])
    description: str | None = None
    group: str | None = None


@dataclass(config=_FORBID, kw_only=True)
class ScheduledTask:
    """A task of the task scheduler. Actions and triggers are as community.windows.win_scheduled_task declares them."""

    name: str
    path: str = "\\"
    enabled: bool = True
    actions: list[dict[str, Any]] = field(default_factory=list)
    triggers: list[dict[str, Any]] = field(default_factory=list)
    principal: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    registration: dict[str, Any] = field(default_factory=dict)
    registered: float = 0.0
    last_run: float | None = None
    last_result: int = 0x41303
    """0x41303: the task has not run yet."""
    running: bool = False


@dataclass(config=_FORBID, kw_only=True)
class Program:
    """A program that takes a while. `job` names what it does (emulators/windows/jobs)."""

    job: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(config=_FORBID, kw_only=True)
class HostState:
    """All of one host."""

    name: str
    domain: str = ""
    domain_joined: bool = True
    operating_system: OperatingSystem = field(default_factory=OperatingSystem)
    hardware: Hardware = field(default_factory=Hardware)
    network: Network
    time: TimeService
    booted: float = 0.0
    reboot_pending: bool = False
    disks: list[Disk] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    registry: dict[str, dict[str, RegistryValue]] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    """By path in lower case."""
    certificates: list[Certificate] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    application_pools: list[str] = field(default_factory=lambda: ["DefaultAppPool"])
    firewall_rules: list[FirewallRule] = field(default_factory=list)
    tasks: list[ScheduledTask] = field(default_factory=list)
    programs: dict[str, Program] = field(default_factory=dict)
    """By path, as actions of scheduled tasks have it."""
    bi_platforms: dict[str, str] = field(default_factory=dict)
    """Directories of emulated BI platforms (emulators/business_objects) by the path of their lcm_cli here."""

    @property
    def fqdn(self) -> str:
        """The host's full name."""
        return f"{self.name}.{self.domain}" if self.domain else self.name

    def service(self, name: str) -> Service | None:
        """Return the service of that name or display name, as Windows finds it: without regard to case."""
        wanted = name.lower()
        return next((s for s in self.services if wanted in (s.name.lower(), s.display_name.lower())), None)


STATE = TypeAdapter(HostState)


def shown(state: HostState) -> dict[str, Any]:
    """Return the state for people: without private keys, and with files as path and size."""
    plain: dict[str, Any] = STATE.dump_python(state, mode="json")
    for certificate in plain["certificates"]:
        certificate["key_pem"] = None if certificate["key_pem"] is None else "(kept)"
    plain["files"] = {
        file.path: "directory" if file.directory else f"{file.size} bytes" for file in state.files.values()
    }
    return plain
