# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An application: from what is to what is declared. Pure.

A certificate is added before another goes, in a request of its own: in between both are valid, and whoever signs in
with the old one is not locked out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.microsoft365.application_state import (
    ApplicationChange,
    DeclaredApplication,
    FoundApplication,
    Json,
    certificate_of,
    credential_of,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem


def plan_application(declared: DeclaredApplication, found: FoundApplication) -> list[ApplicationChange]:
    """Return the changes, in their order.

    Raises:
        InvalidParameter: a permission or an owner that does not exist, or a certificate that has expired.
        Problem: several applications are meant.
    """
    where = f"application {declared.name}"
    if len(found.matches) > 1:
        listed = ", ".join(f"{each['displayName']} (client id {each['appId']})" for each in found.matches)
        raise Problem(
            "several applications have this name or this tag, and it is not known which is meant",
            where=where,
            expected="one, or none",
            found=listed,
            remedy="Delete or rename those that are not it, or give another name or tag.",
        )
    application = found.application
    if not declared.present:
        if application is None:
            return []
        before = {"client_id": application["appId"]}
        return [ApplicationChange(where, "delete", before, None, kind="delete")]
    _check(declared, found)
    if application is None:
        return list(_creation(declared, found, where))
    return list(_alterations(declared, found, application, where))


def warnings_for(declared: DeclaredApplication, found: FoundApplication) -> list[str]:
    """Return what the user should know: what expires soon, and secrets, which can be copied."""
    warnings = []
    for each in declared.certificates:
        left = days_left(each.not_after, found.now)
        if left < declared.warn_days:
            warnings.append(f"Certificate {each.thumbprint[:16]} of {declared.name} expires in {left} days.")
    if declared.secret is not None:
        warnings.append(
            f"{declared.name} has a secret: whoever copies it can use it from anywhere. Prefer certificates."
        )
    names = {declared.secret.name} if declared.secret else set()
    for credential in (found.application or {}).get("passwordCredentials", []):
        if credential.get("displayName") not in names:
            warnings.append(f"{declared.name} has a secret that is not declared, {credential.get('displayName')!r}.")
    return warnings


def days_left(not_after: dt.datetime, now: dt.datetime) -> int:
    """Return the whole days until a time; negative afterwards."""
    return (not_after - now) // dt.timedelta(days=1)


def _check(declared: DeclaredApplication, found: FoundApplication) -> None:
    for number, each in enumerate(declared.certificates):
        if each.not_after <= found.now:
            raise InvalidParameter(
                f"certificates[{number}]",
                each.thumbprint[:16],
                f"it expired on {each.not_after.date()}",
                "Give its successor.",
            )
    for resource, permission in declared.permissions or ():
        if (resource, permission) not in found.roles:
            raise InvalidParameter(
                "required_permissions",
                permission,
                f"the resource {resource} has no application permission of this name",
                "See https://learn.microsoft.com/graph/permissions-reference.",
            )
    for owner in declared.owners:
        if owner not in found.known_owners:
            raise InvalidParameter("owners", owner, "there is no such user", "Give a user's principal name.")


def _access(declared: DeclaredApplication, found: FoundApplication) -> list[Json]:
    resources: dict[str, list[Json]] = {}
    for resource, permission in declared.permissions or ():
        role = {"id": found.roles[resource, permission], "type": "Role"}
        resources.setdefault(resource, []).append(role)
    return [{"resourceAppId": resource, "resourceAccess": roles} for resource, roles in sorted(resources.items())]


def _creation(declared: DeclaredApplication, found: FoundApplication, where: str) -> Iterator[ApplicationChange]:
    body: Json = {"displayName": declared.name, "tags": [declared.tag], "signInAudience": "AzureADMyOrg"}
    after: Json = {"name": declared.name, "tag": declared.tag}
    if declared.certificates:
        body["keyCredentials"] = [credential_of(each) for each in declared.certificates]
        after["certificates"] = [each.shown for each in declared.certificates]
    if declared.permissions:
        body["requiredResourceAccess"] = _access(declared, found)
        after["required_permissions"] = [f"{resource} {name}" for resource, name in declared.permissions]
    yield ApplicationChange(where, "create", None, after, kind="create", body=body)
    yield _principal(where)
    for owner in declared.owners:
        yield _owner(where, owner, found)
    yield from _secret(declared, None, where)


def _alterations(
    declared: DeclaredApplication, found: FoundApplication, application: Json, where: str
) -> Iterator[ApplicationChange]:
    if application["displayName"] != declared.name:
        body = {"displayName": declared.name}
        yield ApplicationChange(f"{where} name", "update", application["displayName"], declared.name, body=body)
    tags = application.get("tags", [])
    if declared.tag not in tags:
        yield ApplicationChange(
            f"{where} tag", "update", tags, [*tags, declared.tag], body={"tags": [*tags, declared.tag]}
        )
    present = {certificate.thumbprint for each in found.keys if (certificate := certificate_of(each))}
    missing = [each for each in declared.certificates if each.thumbprint not in present]
    keys = [*found.keys, *(credential_of(each) for each in missing)]
    for number, certificate in enumerate(missing, start=1):
        # each of these requests holds all that there is so far: the list is replaced as a whole
        so_far = {"keyCredentials": keys[: len(found.keys) + number]}
        item = f"{where} certificate {certificate.thumbprint[:16]}"
        yield ApplicationChange(item, "create", None, certificate.shown, body=so_far)
    if declared.permissions is not None:
        wanted = _access(declared, found)
        if _comparable(application.get("requiredResourceAccess", [])) != _comparable(wanted):
            yield ApplicationChange(
                f"{where} required permissions",
                "update",
                _comparable(application.get("requiredResourceAccess", [])),
                _comparable(wanted),
                body={"requiredResourceAccess": wanted},
            )
    if found.principal is None:
        yield _principal(where)
    for owner in declared.owners:
        if found.known_owners[owner] not in found.owners:
            yield _owner(where, owner, found)
    yield from _secret(declared, application, where)
    yield from _removals(declared, found, keys, where)


def _removals(
    declared: DeclaredApplication, found: FoundApplication, keys: list[Json], where: str
) -> Iterator[ApplicationChange]:
    wanted = {each.thumbprint for each in declared.certificates}
    left = list(keys)
    for credential in keys:
        certificate = certificate_of(credential)
        if certificate is None or certificate.thumbprint in wanted or declared.others == "keep":
            continue
        if declared.others == "remove_expired" and certificate.not_after > found.now:
            continue
        left = [each for each in left if each is not credential]
        item = f"{where} certificate {certificate.thumbprint[:16]}"
        yield ApplicationChange(item, "delete", certificate.shown, None, body={"keyCredentials": list(left)})


def _principal(where: str) -> ApplicationChange:
    return ApplicationChange(f"{where} service principal", "create", None, "present", kind="principal")


def _owner(where: str, owner: str, found: FoundApplication) -> ApplicationChange:
    body = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{found.known_owners[owner]}"}
    return ApplicationChange(f"{where} owner {owner}", "create", None, owner, kind="owner", body=body)


def _secret(declared: DeclaredApplication, application: Json | None, where: str) -> Iterator[ApplicationChange]:
    secret = declared.secret
    if secret is None:
        return
    present = [each.get("displayName") for each in (application or {}).get("passwordCredentials", [])]
    if secret.name not in present:
        after = f"in {secret.file}"
        yield ApplicationChange(f"{where} secret {secret.name}", "create", None, after, kind="secret")
    elif not secret.file.exists():
        raise Problem(
            f"the secret {secret.name} was made, but its file is not there, and it cannot be read again",
            where=str(secret.file),
            remedy="Give another secret.name, and delete the old secret in the Entra admin centre.",
        )


def _comparable(access: list[Json]) -> list[str]:
    return sorted(f"{entry['resourceAppId']} {role['id']} {role['type']}" for entry in access
                  for role in entry["resourceAccess"])  # fmt: skip
