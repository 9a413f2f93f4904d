# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real nginx of an emulated Linux host, run from the host's own directory, without an init system."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

from emulators.certificates import Authority
from emulators.processes import NotReady, daemon_pid, stop_daemon, wait_until

CONFIGURATION = """\
user {user};
pid {root}/run/nginx.pid;
error_log {root}/var/log/nginx/error.log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log {root}/var/log/nginx/access.log;
    client_body_temp_path {root}/var/lib/nginx/body;
    proxy_temp_path {root}/var/lib/nginx/proxy;
    fastcgi_temp_path {root}/var/lib/nginx/fastcgi;
    uwsgi_temp_path {root}/var/lib/nginx/uwsgi;
    scgi_temp_path {root}/var/lib/nginx/scgi;
    include {root}/etc/nginx/conf.d/*.conf;
    server {{   # what the installation left: it answers to every name that no site has
        listen {address}:443 ssl default_server;
        server_name _;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_certificate {root}/etc/nginx/tls/{name}.pem;
        ssl_certificate_key {root}/etc/nginx/tls/{name}.key;
        default_type text/plain;
        location / {{ return 200 "EMULATED {name}\\n"; }}
    }}
}}
"""


class Nginx:
    """nginx under a root directory; seeded once with the self-signed certificate that an installation leaves."""

    def __init__(self, root: Path) -> None:
        """Keep the host's root directory."""
        self.root = root
        self.pid_file = root / "run/nginx.pid"
        self.configuration = root / "etc/nginx/nginx.conf"

    def seed(self, address: str, name: str) -> None:
        """Write configuration and first certificate, where there are none."""
        for directory in ("run", "var/log/nginx", "var/lib/nginx", "etc/nginx/tls", "etc/nginx/conf.d"):
            (self.root / directory).mkdir(parents=True, exist_ok=True)
        tls = self.root / "etc/nginx/tls"
        tls.chmod(0o700)
        if not (tls / f"{name}.pem").exists():
            certificate, key = Authority.create("installation default").issue([name]).write(tls / "seed")
            certificate.replace(tls / f"{name}.pem")
            key.replace(tls / f"{name}.key")
            (tls / f"{name}.pem").chmod(0o644)
            (tls / "seed").rmdir()
        self.configuration.write_text(
            CONFIGURATION.format(root=self.root, address=address, name=name, user=pwd.getpwuid(os.geteuid()).pw_name),
            encoding="utf-8",
        )

    def running(self) -> bool:
        """Return whether it runs."""
        return daemon_pid(self.pid_file, "nginx") is not None

    def start(self) -> None:
        """Start it as a daemon, if it does not run.

        Raises:
            NotReady: nginx refused its configuration or its address; its own words are in the message.
        """
        if self.running():
            return
        done = subprocess.run(self.command(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotReady(f"nginx did not start: {done.stderr.strip()}")
        wait_until(self._works, "the start of nginx")

    def _works(self) -> bool:
        """Return whether its master has workers: a signal that comes before is handled and forgotten."""
        pid = daemon_pid(self.pid_file, "nginx")
        try:
            return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").strip())
        except OSError:
            return False

    def command(self) -> list[str]:
        """Return the program with this host's configuration."""
        program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "nginx"
        return [program, "-c", str(self.configuration), "-e", str(self.root / "var/log/nginx/error.log")]

    def reload(self) -> None:
        """Let it read configuration and certificates again."""
        pid = daemon_pid(self.pid_file, "nginx")
        if pid is None:
            raise NotReady("nginx does not run, so it cannot reload")
        os.kill(pid, signal.SIGHUP)

    def stop(self) -> None:
        """Stop it, if it runs."""
        stop_daemon(self.pid_file, "nginx")
