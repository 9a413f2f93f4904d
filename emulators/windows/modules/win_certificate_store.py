# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible.windows.win_certificate_store: imports PKCS#12, PEM and DER files, exports, removes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, pkcs12

from emulators.certificates import PrivateKey, key_pem, thumbprint_of
from emulators.windows.arguments import Rules
from emulators.windows.model import Certificate
from emulators.windows.module import Call, Module, ModuleFailure

STORES = {"my", "ca", "root", "authroot", "trust", "trustedpeople", "trustedpublisher", "disallowed", "webhosting"}


@dataclass(frozen=True)
class Loaded:
    """A certificate of a file, with its key if it has one."""

    certificate: x509.Certificate
    key: PrivateKey | None = None

    @property
    def thumbprint(self) -> str:
        """SHA-1 of the certificate, in capitals."""
        return thumbprint_of(self.certificate)


def run(call: Call) -> None:
    """Bring a certificate into the store, out of it, or into a file."""
    call.result["thumbprints"] = []
    if call["store_type"] != "system":
        raise ModuleFailure(f"store_type={call['store_type']} is not emulated; system is")
    if call["store_location"] not in ("CurrentUser", "LocalMachine"):
        raise ModuleFailure(
            "value of store_location must be one of: CurrentUser, LocalMachine. "
            f"Got no match for: {call['store_location']}"
        )
    if store_name(call).lower() not in STORES:
        raise ModuleFailure(f"unable to find store '{call['store_name']}': (CertOpenStore failed)")
    {"absent": _remove, "exported": _export, "present": _import}[call["state"]](call)


def store_name(call: Call) -> str:
    """Return the store's own name."""
    return "CA" if call["store_name"] == "CertificateAuthority" else str(call["store_name"])


def stored(call: Call, thumbprint: str) -> Certificate | None:
    """Return a certificate of the store that the call names."""
    wanted = (thumbprint.replace(" ", "").upper(), store_name(call).lower(), call["store_location"])
    return next(
        (
            each
            for each in call.machine.state.certificates
            if (each.thumbprint, each.store_name.lower(), each.store_location) == wanted
        ),
        None,
    )


def _read(call: Call) -> list[Loaded]:
    path = call.path("path")
    file = call.machine.files.find(path)
    if file is None or file.directory:
        raise ModuleFailure(f"File at '{path}' either does not exist or is not a file")
    content = call.machine.files.read(path)
    try:
        if content.startswith(b"-----BEGIN"):
            return [Loaded(each) for each in x509.load_pem_x509_certificates(content)]
        try:
            return [Loaded(x509.load_der_x509_certificate(content))]
        except ValueError:
            return _pkcs12(content, call["password"])
    except ValueError as error:
        said = (
            "The specified network password is not correct."
            if "password" in str(error).lower()
            else "Cannot find the requested object."
        )
        raise ModuleFailure(f'Failed to load cert from file: Exception calling "Import": "{said}"') from error


def _pkcs12(content: bytes, password: str | None) -> list[Loaded]:
    bundle = pkcs12.load_pkcs12(content, None if password is None else password.encode())
    if bundle.cert is None:
        return []
    leaf = Loaded(bundle.cert.certificate, cast("PrivateKey | None", bundle.key))
    return [leaf, *(Loaded(each.certificate) for each in bundle.additional_certs)]


def _import(call: Call) -> None:
    for loaded in _read(call):
        call.result["thumbprints"].append(loaded.thumbprint)
        there = stored(call, loaded.thumbprint)
        without_key = there is not None and there.key_pem is None
        if there is not None and not (without_key and loaded.key is not None):
            continue
        if call.changed():
            if there is not None:
                call.machine.state.certificates.remove(there)
            _add(call, loaded)


def _add(call: Call, loaded: Loaded) -> None:
    keeps_key = loaded.key is not None and not call.machine.faults.certificate_import_breaks
    call.machine.state.certificates.append(
        Certificate(
            thumbprint=loaded.thumbprint,
            certificate_pem=loaded.certificate.public_bytes(Encoding.PEM).decode(),
            key_pem=key_pem(loaded.key).decode() if keeps_key and loaded.key is not None else None,
            store_name=store_name(call),
            store_location=call["store_location"],
            exportable=call["key_exportable"],
            key_storage=call["key_storage"],
        )
    )
    if loaded.key is not None and not keeps_key:
        raise ModuleFailure(
            f"Unable to import certificate with thumbprint '{loaded.thumbprint}': Keyset does not exist"
        )


def _remove(call: Call) -> None:
    thumbprints = [each.thumbprint for each in _read(call)] if call["path"] is not None else [call["thumbprint"]]
    for thumbprint in thumbprints:
        call.result["thumbprints"].append(thumbprint)
        there = stored(call, thumbprint)
        if there is not None and call.changed():
            call.machine.state.certificates.remove(there)


def _export(call: Call) -> None:
    path, thumbprint = call.path("path"), call["thumbprint"]
    call.result["thumbprints"].append(thumbprint)
    file = call.machine.files.find(path)
    if file is not None and file.directory:
        raise ModuleFailure(f"Cannot export cert to path '{path}' as it is a directory")
    there = stored(call, thumbprint)
    if there is None:
        raise ModuleFailure("Found 0 certs when only expecting 1")
    certificate = x509.load_pem_x509_certificate(there.certificate_pem.encode())
    if call["file_type"] == "pkcs12":
        call.result["key_exported"] = False
        # a key that may not be exported stays where it is, and the rest is written
        password = call["password"]
        encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        content = pkcs12.serialize_key_and_certificates(None, None, certificate, None, encryption)
        if there.key_pem is not None and there.exportable:
            raise ModuleFailure("the export of private keys is not emulated")
    else:
        content = certificate.public_bytes(Encoding.PEM if call["file_type"] == "pem" else Encoding.DER)
        if file is not None and call.machine.files.read(path) == content:
            return
    if call.changed():
        call.machine.files.write(path, content)


MODULE = Module(
    "ansible.windows.win_certificate_store",
    run,
    Rules(
        required_if=[
            ("state", "absent", ["path", "thumbprint"], True),
            ("state", "exported", ["path", "thumbprint"]),
            ("state", "present", ["path"]),
        ]
    ),
)
