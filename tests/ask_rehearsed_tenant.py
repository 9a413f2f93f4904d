# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does by hand what a rehearsed tenant's administrators do, by azure-identity and httpx: no module of ours takes part.

    python -m tests.ask_rehearsed_tenant NETWORK REQUEST...

Each REQUEST is a method, a path of Graph v1.0, and optionally a body in JSON, as in `GET applications`. In it
`{application}`, `{principal}` and `{graph}` are the identifiers of CalSync's application, its service principal, and
Graph's. Prints a line of JSON for each request: its status and its answer.
"""

from __future__ import annotations

import json
import ssl
import sys
from pathlib import Path
from typing import Any

import httpx
import yaml
from azure.identity import CertificateCredential

from emulators.estate.estate import Estate
from emulators.estate.office365 import AUTOMATION, HOST, SEED
from emulators.microsoft365.tenant import GRAPH_APPLICATION

ADMINISTRATION = "tenant administration"
CALSYNC = "CalSync LIVE"


def main() -> int:
    """Send the requests that the command line has, and return the exit code."""
    network, *requests = sys.argv[1:]
    estate = Estate(network)
    base = f"https://{estate.address(estate.seed.addresses()[HOST])}"
    root = estate.directory / "certification-authority/root.pem"
    context = ssl.create_default_context(cafile=root)
    headers = {"Authorization": f"Bearer {_token(base, estate.directory / AUTOMATION, str(root))}"}
    with httpx.Client(base_url=f"{base}/v1.0/", verify=context, headers=headers) as http:
        known = _identifiers(http)
        for request in requests:
            method, path, *body = request.split(maxsplit=2)
            for name, identifier in known.items():
                path, body = (
                    path.replace(f"{{{name}}}", identifier),
                    [b.replace(f"{{{name}}}", identifier) for b in body],
                )
            answer = http.request(method, path, json=json.loads(body[0]) if body else None)
            print(json.dumps({"status": answer.status_code, "body": answer.json() if answer.content else None}))
    return 0


def _token(base: str, files: Path, root: str) -> str:
    seed = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    client = next(each["client_id"] for each in seed["clients"] if each["name"] == ADMINISTRATION)
    both = (files / "key.pem").read_bytes() + (files / "fullchain.pem").read_bytes()
    credential = CertificateCredential(
        seed["tenant"],
        client,
        certificate_data=both,
        authority=base,
        disable_instance_discovery=True,
        connection_verify=root,
    )
    return str(credential.get_token("https://graph.microsoft.com/.default").token)


def _identifiers(http: httpx.Client) -> dict[str, str]:
    def first(path: str, condition: str) -> dict[str, Any]:
        found = http.get(path, params={"$filter": condition}).json()["value"]
        return dict(found[0]) if found else {}

    application = first("applications", f"displayName eq '{CALSYNC}'")
    known = {
        "application": application.get("id"),
        "graph": first("servicePrincipals", f"appId eq '{GRAPH_APPLICATION}'")["id"],
    }
    if application:
        known["principal"] = first("servicePrincipals", f"appId eq '{application['appId']}'").get("id")
    return {name: identifier for name, identifier in known.items() if identifier}


if __name__ == "__main__":
    sys.exit(main())
