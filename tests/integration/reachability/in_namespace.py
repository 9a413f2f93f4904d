# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two network namespaces with a router that drops, prohibits and rejects: `python -m … < JSON arguments` in the first.

Run inside a namespace of its own by test_namespaces.py; everything ends with the process.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from emulators.processes import wait_until
from tests.module_runner import run_module

HOST = ["ip", "-batch", "-"]
HOST_NETWORK = """
link set lo up
link add inside type veth peer name outside
link set outside netns {router}
address add 198.51.100.2/24 dev inside
address add 198.51.100.3/24 dev inside
address add 2001:db8:1::2/64 dev inside nodad
link set inside up
route add 203.0.113.0/24 via 198.51.100.1
route add 2001:db8:2::/64 via 2001:db8:1::1
route add prohibit 203.0.113.11
route add blackhole 203.0.113.12
route add unreachable 203.0.113.13
"""
ROUTER_NETWORK = """
link set lo up
address add 198.51.100.1/24 dev outside
address add 2001:db8:1::1/64 dev outside nodad
link set outside up
route add prohibit 203.0.113.1
route add unreachable 203.0.113.2
route add blackhole 203.0.113.3
route add prohibit 2001:db8:2::1
route add unreachable 2001:db8:2::2
route add blackhole 2001:db8:2::3
"""
ROUTER_SETTINGS = {
    "ipv4/ip_forward": "1",
    "ipv6/conf/all/forwarding": "1",
    "ipv4/icmp_ratelimit": "0",
    "ipv6/icmp/ratelimit": "0",
}
ROUTER = """
import socket, sys
sys.stdin.readline()
listeners = [socket.create_server((address, 8080), family=family)
             for address, family in (("198.51.100.1", socket.AF_INET), ("2001:db8:1::1", socket.AF_INET6))]
print("ready", flush=True)
sys.stdin.read()
"""


def main() -> None:
    """Set up both namespaces, run the module in the first, print its result."""
    arguments = json.load(sys.stdin)
    with subprocess.Popen(
        ["unshare", "--net", "--", sys.executable, "-c", ROUTER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as router:
        assert router.stdin is not None
        assert router.stdout is not None
        _wait_for_namespace(router)
        subprocess.run(HOST, input=HOST_NETWORK.format(router=router.pid), text=True, check=True)
        subprocess.run(["nsenter", "--net", "-t", str(router.pid), *HOST], input=ROUTER_NETWORK, text=True, check=True)
        for name, value in ROUTER_SETTINGS.items():
            command = f"echo {value} > /proc/sys/net/{name}"
            subprocess.run(["nsenter", "--net", "-t", str(router.pid), "sh", "-c", command], check=True)
        router.stdin.write("go\n")
        router.stdin.flush()
        assert router.stdout.readline() == "ready\n"
        try:
            print(json.dumps(run_module("firewall_reachability", arguments)))
        finally:
            router.stdin.close()


def _wait_for_namespace(router: subprocess.Popen[str]) -> None:
    """Return when the router has left our namespace: before that, the link would be moved to where it is."""
    own = Path("/proc/self/ns/net").readlink()
    wait_until(lambda: Path(f"/proc/{router.pid}/ns/net").readlink() != own, "the router's namespace")


if __name__ == "__main__":
    main()
