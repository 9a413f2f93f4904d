# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one place that imports acme, an optional library, and says what to install if it is missing.

It is certbot's own implementation of RFC 8555, released with certbot; what comes back from it, errors above all, is
translated here.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.libraries import require_library
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem

__all__ = ["MINIMUM_VERSION", "Account", "Challenge", "Service", "require_acme"]

MINIMUM_VERSION = (4, 0)
"""The first that represents requests and certificates as `cryptography` does."""

NONCE_TRIES = 6
"""A server may reject a nonce at any time (RFC 8555, 6.5); the library itself tries twice only."""

try:
    import josepy
    import requests
    from acme import challenges, client, errors, messages
except ImportError:
    _FOUND = ""
else:
    _FOUND = metadata.version("acme")


def require_acme() -> None:
    """Return if the library is there and recent enough.

    Raises:
        Problem: it is not; the message names the command that installs it.
    """
    require_library("acme", _FOUND, MINIMUM_VERSION)


@dataclass(frozen=True)
class Account:
    """Who orders. The key and the binding's key must not get into a message."""

    key_pem: bytes
    contact: Sequence[str]
    terms_agreed: bool
    eab_key_id: str | None
    eab_hmac_key: str | None

    def __repr__(self) -> str:
        return f"Account({', '.join(self.contact)})"


@dataclass(frozen=True)
class Challenge:
    """A TXT record by which a name is proven (RFC 8555, 8.4)."""

    record_name: str
    """Absolute, without the final dot: `_acme-challenge.www.exams.example`."""
    value: str
    handle: Any
    """The library's own."""


class Service:
    """An ACME service, as one account uses it."""

    def __init__(self, directory_url: str, account: Account, *, ca_file: str | None, timeout: int) -> None:
        """Connect, and find or register the account.

        Raises:
            Problem: the service cannot be reached or refuses the account.
        """
        self._url = directory_url
        self._deadline = dt.datetime.now() + dt.timedelta(seconds=timeout)
        with self._told():
            self._key = josepy.JWK.load(account.key_pem)
            is_ec = isinstance(self._key, josepy.JWKEC)
            network = _network()(
                self._key,
                alg=josepy.ES256 if is_ec else josepy.RS256,
                verify_ssl=ca_file or True,
                user_agent="uoe.exam_scheduling",
                timeout=min(timeout, 30),
            )
            self._client = client.ClientV2(client.ClientV2.get_directory(directory_url, network), network)
            self._register(account)

    def order(self, request_pem: bytes) -> Any:
        """Return a new order for the names of a request.

        Raises:
            Problem: the service refuses it.
        """
        with self._told():
            return self._client.new_order(request_pem)

    def challenges(self, order: Any) -> list[Challenge]:
        """Return the dns-01 challenge of each name that is not yet proven.

        Raises:
            Problem: the service offers no dns-01 for a name.
        """
        found = []
        for authorisation in order.authorizations:
            if authorisation.body.status == messages.STATUS_VALID:
                continue
            name = authorisation.body.identifier.value
            offered = authorisation.body.challenges
            chosen = next((each for each in offered if isinstance(each.chall, challenges.DNS01)), None)
            if chosen is None:
                kinds = ", ".join(each.chall.typ for each in offered)
                raise Problem(f"no dns-01 for {name}", where=self._url, expected="dns-01", found=kinds)
            record_name = chosen.chall.validation_domain_name(name)
            found.append(Challenge(record_name, chosen.chall.validation(self._key), chosen))
        return found

    def complete(self, order: Any, proven: Sequence[Challenge]) -> bytes:
        """Have the names checked, and return the certificate with its chain in PEM.

        Raises:
            Problem: a name was not proven, the service refuses, or it takes too long.
        """
        with self._told():
            for challenge in proven:
                self._client.answer_challenge(challenge.handle, challenge.handle.chall.response(self._key))
            done = self._client.poll_authorizations(order, self._deadline)
            return str(self._client.finalize_order(done, self._deadline).fullchain_pem).encode()

    def _register(self, account: Account) -> None:
        binding = None
        if account.eab_key_id and account.eab_hmac_key:
            binding = messages.ExternalAccountBinding.from_data(
                self._key.public_key(), account.eab_key_id, account.eab_hmac_key, self._client.directory
            )
        registration = messages.NewRegistration.from_data(
            contact=tuple(account.contact),
            terms_of_service_agreed=account.terms_agreed,
            external_account_binding=binding,
        )
        try:
            self._client.new_account(registration)
        except errors.ConflictError as known:  # the account exists, which is no conflict to us (RFC 8555, 7.3)
            self._client.net.account = messages.RegistrationResource(uri=known.location, body=registration)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn the library's errors into ones that say what to do."""
        try:
            yield
        except errors.ValidationError as error:
            raise Problem(
                "names could not be proven",
                where=self._url,
                found="; ".join(str(error).split("\n")),
                remedy="Check that the service's resolver reaches the zone's servers.",
            ) from error
        except messages.Error as error:
            found = f"{error.code or error.typ}: {error.detail}"
            remedy = "Correct what the service names, and run again."
            raise Problem("the service refuses", where=self._url, found=found, remedy=remedy) from error
        except errors.TimeoutError as error:
            remedy = "Run again, or raise acme.timeout."
            raise Problem("the service took too long", where=self._url, remedy=remedy) from error
        except (errors.Error, josepy.errors.Error, requests.RequestException, ValueError) as error:
            remedy = "Check acme.directory_url, acme.ca_file and the network."
            raise Problem("no use can be made of the service", where=self._url, found=error, remedy=remedy) from error


def _network() -> Any:
    """Return the library's network class, made patient with rejected nonces."""

    class PatientNetwork(client.ClientNetwork):  # type: ignore[misc] # the library is not typed for us
        def post(self, *args: Any, **kwargs: Any) -> Any:
            for _try in range(NONCE_TRIES):
                try:
                    return super().post(*args, **kwargs)
                except messages.Error as error:
                    if error.code != "badNonce":
                        raise
            return super().post(*args, **kwargs)

    return PatientNetwork
