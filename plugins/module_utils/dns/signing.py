# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys that sign queries and updates: a shared secret (TSIG), or a Kerberos context with the server (GSS-TSIG)."""

from __future__ import annotations

import base64
import binascii
import secrets
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns._dnspython import dns, require_gssapi
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.errors import rcode_name, rcode_problem
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem

if TYPE_CHECKING:
    from ansible_collections.uoe.exam_scheduling.plugins.module_utils.dns.client import Client

_GSS_MODE = 3
"""TKEY mode: GSS-API negotiation (RFC 2930 section 2.5)."""

_GSS_ROUNDS = 10
"""More rounds than any mechanism takes; a server that asks for more is stopped."""


def authentication(params: Mapping[str, Any]) -> Callable[[Client], dns.tsig.Key] | None:
    """Return what makes the key of a connection, from the parameters of fragment `tsig`; None if nothing is signed.

    Raises:
        InvalidParameter: the parameters contradict each other, or the secret is no base64.
        Problem: GSS-TSIG is asked for and its library is missing.
    """
    name, secret = params.get("key_name"), params.get("key_secret")
    if params.get("gss_tsig"):
        if name:
            raise InvalidParameter("key_name", name, "gss_tsig is set too", "Choose one of the two.")
        require_gssapi()
        return gss_tsig_key
    if not name and not secret:
        return None
    if not name or not secret:
        missing = "key_secret" if name else "key_name"
        raise Problem(
            f"{missing} is missing",
            where="parameters",
            expected="key_name and key_secret together",
            remedy=f"Set {missing}, or neither of the two for unsigned updates.",
        )
    key = tsig_key(name, secret, params["key_algorithm"])
    return lambda _client: key


def tsig_key(name: str, secret: str, algorithm: str) -> dns.tsig.Key:
    """Return the key of a shared secret.

    Raises:
        InvalidParameter: the name is no domain name, or the secret no base64; the message does not show the secret.
    """
    try:
        octets = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if not octets:
        raise InvalidParameter(
            "key_secret",
            "(hidden)",
            "it is no base64",
            "Give it as tsig-keygen prints it, without quotes or a line's end.",
        )
    try:
        return dns.tsig.Key(dns.name.from_text(name), octets, algorithm)
    except dns.exception.DNSException as error:
        raise InvalidParameter("key_name", name, f"it is no domain name: {error}", "Give the key's name.") from error


def gss_tsig_key(client: Client) -> dns.tsig.Key:
    """Return a key that the server and this user's Kerberos ticket have agreed upon (RFC 3645 section 3).

    Raises:
        Problem: there is no usable ticket, or the server refuses it.
    """
    gssapi = require_gssapi()
    adapter: Any = dns.tsig.GSSTSigAdapter
    asked = client.asked(None)
    principal = f"DNS@{client.endpoint.name.rstrip('.')}"
    try:
        target = gssapi.Name(principal, gssapi.NameType.hostbased_service)
        context = gssapi.SecurityContext(
            name=target,
            usage="initiate",
            flags=[
                gssapi.RequirementFlag.mutual_authentication,
                gssapi.RequirementFlag.replay_detection,
                gssapi.RequirementFlag.integrity,
            ],
        )
        name = dns.name.from_text(f"{secrets.token_hex(8)}.{client.endpoint.name.rstrip('.')}.")
        key = dns.tsig.Key(name, context, dns.tsig.GSS_TSIG)
        token = context.step()
        for _round in range(_GSS_ROUNDS):
            query = _tkey_query(name, token)
            # The last answer is signed by the context that its own token completes: the adapter takes that step before
            # it verifies the signature (RFC 3645 section 3.1.3).
            query.keyring = adapter({name: key})
            answer = client.request(query, asked)
            if answer.rcode() != dns.rcode.NOERROR:
                raise rcode_problem(asked, rcode_name(answer))
            tkey = _tkey_of(answer, name)
            if tkey is None or tkey.error:
                found = dns.rcode.to_text(tkey.error, tsig=True) if tkey else "none"
                raise Problem("the server agrees on no key", where=asked.where, expected="a TKEY record", found=found)
            if not context.complete:
                token = context.step(tkey.key)
            if context.complete:
                return key
    except gssapi.exceptions.GSSError as error:
        raise Problem(
            f"Kerberos gives no context with the server: {error}",
            where=asked.where,
            expected=f"a ticket for {principal.replace('@', '/')}",
            remedy="Get a ticket for the user who runs the module (kinit), and use the server's name as its principal "
            "has it, not an address or an alias.",
        ) from error
    raise Problem("the negotiation of a key does not end", where=asked.where, remedy="Look at the server's log.")


def _tkey_query(name: dns.name.Name, token: bytes) -> dns.message.Message:
    """Return the query that carries our token (RFC 2930 section 4.2)."""
    now = int(time.time())
    query = dns.message.make_query(name, dns.rdatatype.TKEY, dns.rdataclass.ANY)
    tkey: Any = dns.rdtypes.ANY.TKEY.TKEY
    record = tkey(dns.rdataclass.ANY, dns.rdatatype.TKEY, dns.tsig.GSS_TSIG, now, now + 3600, _GSS_MODE, 0, token)
    section = query.find_rrset(query.additional, name, dns.rdataclass.ANY, dns.rdatatype.TKEY, create=True)
    section.add(record)
    return query


def _tkey_of(answer: dns.message.Message, name: dns.name.Name) -> Any:
    rrset = answer.get_rrset(answer.answer, name, dns.rdataclass.ANY, dns.rdatatype.TKEY)
    return rrset[0] if rrset else None
