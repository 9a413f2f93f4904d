# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint: client credentials with a certificate's assertion (RFC 7523), or with a secret.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
https://learn.microsoft.com/entra/identity-platform/certificate-credentials
"""

from __future__ import annotations

import base64
import hmac
import time
from datetime import UTC, datetime
from typing import Any, cast

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from emulators.certificates import generate_key
from emulators.microsoft365.messages import Answer, EntraError, GraphError, Json, NotEmulated, Request
from emulators.microsoft365.tenant import APP_ROLES, EXCHANGE_APPLICATION, GRAPH_APPLICATION, Tenant

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFETIME = 3599
AUDIENCES = {"graph.microsoft.com": GRAPH_APPLICATION, "outlook.office365.com": EXCHANGE_APPLICATION}


class Tokens:
    """Issues access tokens and knows its own."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._key = cast(ec.EllipticCurvePrivateKey, generate_key())
        self._public = self._key.public_key()

    def now(self) -> float:
        """Return the services' time, which may be wrong."""
        return time.time() + self._tenant.faults.seconds("skew", 0.0)

    def configuration(self, request: Request) -> Answer:
        """Return the OpenID configuration of the tenant."""
        self._require_tenant(request.segments[0])
        base = f"https://{request.host}/{self._tenant.identifier}"
        return Answer(
            200,
            {
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "issuer": f"{base}/v2.0",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "tenant_region_scope": "EU",
            },
        )

    def token(self, request: Request) -> Answer:
        """Issue a token, if the client proves who it is."""
        self._require_tenant(request.segments[0])
        form = request.form()
        if form.get("grant_type") != "client_credentials":
            raise NotEmulated(f"the grant {form.get('grant_type')}")
        with self._tenant.lock:
            client = form.get("client_id", "")
            found = self._tenant.find(self._tenant.applications.values(), appId=client)
            if not found or not self._tenant.visible(found[0]["id"]):
                raise EntraError(
                    400,
                    "unauthorized_client",
                    700016,
                    f"Application with identifier '{client}' was not found in the directory "
                    f"'{self._tenant.domain}'. This can happen if the application has not been installed by the "
                    "administrator of the tenant or consented to by any user in the tenant. You may have sent your "
                    "authentication request to the wrong tenant.",
                )
            if form.get("client_assertion_type") == ASSERTION:
                self._verify(found[0], form.get("client_assertion", ""), request)
            else:
                self._verify_secret(found[0], form.get("client_secret", ""))
            return Answer(200, self._issue(client, form.get("scope", "")), {"Cache-Control": "no-store"})

    def caller(self, request: Request, audience: str) -> Json:
        """Return what the token of a request says. Raises GraphError if it has none that holds here."""
        kind, _blank, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer":
            raise GraphError(401, "InvalidAuthenticationToken", "Access token is empty.")
        try:
            claims: Json = jwt.decode(
                token,
                self._public,
                algorithms=["ES256"],
                audience=f"https://{audience}",
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidAudienceError as error:
            raise GraphError(
                401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience."
            ) from error
        except jwt.InvalidTokenError as error:
            raise GraphError(401, "InvalidAuthenticationToken", "CompactToken parsing failed.") from error
        if claims["exp"] <= self.now():
            raise GraphError(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
        return claims

    def _require_tenant(self, name: str) -> None:
        if name.casefold() not in (self._tenant.identifier, self._tenant.domain):
            raise EntraError(
                400,
                "invalid_request",
                90002,
                f"Tenant '{name}' not found. Check to make sure you have the correct tenant ID and are signing into "
                "the correct cloud. Check with your subscription administrator, this may happen if there are no "
                "active subscriptions for the tenant.",
            )

    def _verify(self, application: Json, assertion: str, request: Request) -> None:
        try:
            header = jwt.get_unverified_header(assertion)
        except jwt.InvalidTokenError as error:
            raise EntraError(400, "invalid_request", 50027, "JWT token is invalid or malformed.") from error
        certificate, credential = self._certificate(application, header)
        try:
            claims: dict[str, Any] = jwt.decode(
                assertion,
                cast(rsa.RSAPublicKey, certificate.public_key()),
                algorithms=["PS256", "RS256"],
                audience=[f"https://{request.host}/{name}/oauth2/v2.0/token" for name in self._names(request)],
                issuer=application["appId"],
                subject=application["appId"],
                options={
                    "require": ["exp", "jti"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidAudienceError as error:
            raise EntraError(
                401, "invalid_client", 700023, "Client assertion audience claim does not match Realm issuer."
            ) from error
        except jwt.InvalidTokenError as error:
            raise self._bad_signature("The key was found, but the signature is not valid", header) from error
        now = self.now()
        begins = claims.get("nbf", claims.get("iat"))  # of Microsoft's own libraries each leaves one of them out
        if begins is None:
            raise EntraError(400, "invalid_request", 50027, "JWT token is invalid or malformed.")
        if not begins - 300 <= now <= claims["exp"] + 300:
            current, valid = (datetime.fromtimestamp(each, UTC).isoformat() for each in (now, begins))
            raise EntraError(
                401,
                "invalid_client",
                700024,
                f"Client assertion is not within its valid time range. Current time: {current}, assertion valid "
                f"from {valid}, expiry time of assertion {datetime.fromtimestamp(claims['exp'], UTC).isoformat()}.",
            )
        moment = datetime.fromtimestamp(now, UTC)
        ends = min(certificate.not_valid_after_utc, datetime.fromisoformat(credential["endDateTime"]))
        if moment > ends:
            raise self._bad_signature("The key used is expired", header)
        if moment < certificate.not_valid_before_utc:
            raise self._bad_signature("The key used is not valid yet", header)

    def _certificate(self, application: Json, header: Json) -> tuple[x509.Certificate, Json]:
        """Return the registered certificate that the assertion names by its thumbprint."""
        for credential in application["keyCredentials"]:
            if not self._tenant.visible(credential["keyId"]):
                continue
            certificate = x509.load_der_x509_certificate(base64.b64decode(credential["key"]))
            if str(header.get("x5t#S256")).rstrip("=") == _encoded(certificate.fingerprint(hashes.SHA256())):
                return certificate, credential
            if "x5t#S256" not in header and str(header.get("x5t")).rstrip("=") == _encoded(
                certificate.fingerprint(hashes.SHA1())  # noqa: S303 (the header's, RFC 7515, 4.1.7)
            ):
                return certificate, credential
        raise self._bad_signature("The key was not found", header)

    def _names(self, request: Request) -> set[str]:
        return {request.segments[0], self._tenant.identifier}

    @staticmethod
    def _bad_signature(reason: str, header: Json) -> EntraError:
        thumbprint = header.get("x5t#S256") or header.get("x5t")
        return EntraError(
            401,
            "invalid_client",
            700027,
            "The certificate with identifier used to sign the client assertion is not registered on application, or "
            f"the signature is wrong. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}']",
        )

    def _verify_secret(self, application: Json, secret: str) -> None:
        for credential in application["passwordCredentials"]:
            if secret and hmac.compare_digest(credential["secretText"].encode(), secret.encode()):
                if datetime.fromisoformat(credential["endDateTime"]).timestamp() < self.now():
                    raise EntraError(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
                return
        raise EntraError(401, "invalid_client", 7000215, "Invalid client secret provided.")

    def _issue(self, client: str, scope: str) -> Json:
        host = scope.removeprefix("https://").removesuffix("/.default")
        resource = AUDIENCES.get(host)
        if resource is None or not scope.endswith("/.default"):
            raise EntraError(400, "invalid_scope", 70011, f"The provided value for scope {scope} is not valid.")
        principal = self._tenant.find(self._tenant.service_principals.values(), appId=client)
        if not principal or not self._tenant.visible(principal[0]["id"]):
            raise EntraError(
                400, "invalid_client", 7000229, f"The client application {client} is missing service principal."
            )
        granted = {
            each["appRoleId"]
            for each in self._tenant.app_role_assignments.values()
            if each["principalId"] == principal[0]["id"]
        }
        now = int(self.now())
        claims = {
            "aud": f"https://{host}",
            "iss": f"https://sts.windows.net/{self._tenant.identifier}/",
            "tid": self._tenant.identifier,
            "appid": client,
            "oid": principal[0]["id"],
            "roles": sorted(name for name, number in APP_ROLES[resource].items() if number in granted),
            "iat": now,
            "nbf": now - 300,
            "exp": now + LIFETIME,
        }
        token = jwt.encode(claims, self._key, algorithm="ES256")
        return {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token}


def _encoded(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
