# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collecting: secrets out, everything else as it was; what was found is told, without what it was."""

from __future__ import annotations

import json
import re
import time

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import store
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import Rules, collect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.differences import lines
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.place import parse_places
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.source_text import decode_text
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from tests.unit.config_bundle.corpus import PLANTED, SECRET_PLACES, corpus, leaks, rules

MARKS = re.compile(r"@@secret:[a-z0-9_]+@@|\(removed\)")


def test_that_the_corpus_has_what_is_planted() -> None:
    files = corpus()
    found = {secret for content in files.values() for secret in leaks(content)}
    assert len([secret for secret in PLANTED if secret in found]) == len(PLANTED) - 3  # three are written with escapes


@pytest.mark.parametrize("places", [[], SECRET_PLACES])
def test_that_no_secret_gets_into_a_bundle(places: list[dict[str, object]]) -> None:
    content = collect(corpus(), rules(*places))
    for path, file in content.files.items():
        assert leaks(file.content) == [], path
        document = file.document()
        assert document is None or leaks("\n".join(lines(document))) == [], path
    assert leaks(json.dumps(store.manifest(content))) == []


def test_that_everything_else_stays_byte_for_byte() -> None:
    files = corpus()
    content = collect(files, rules(*SECRET_PLACES))
    assert set(content.files) == set(files)
    for path, file in content.files.items():
        after, before = (decode_text(each) for each in (file.content, files[path]))
        if after is None or before is None:
            assert file.content == files[path]
            continue
        # a number that is a secret has become a text, which is the one thing that changes beside the secrets
        text = re.sub(r'("PinSecret": )"(@@.*?@@)"', r"\1\2", after.text)
        encoded = [re.escape(piece.encode(before.encoding)) for piece in MARKS.split(text)]
        assert re.fullmatch(re.escape(before.mark) + b"(?s:.+?)".join(encoded), files[path]), path


def test_what_is_found_is_told_by_file_and_place() -> None:
    content = collect(corpus(), rules(*SECRET_PLACES))
    found = {(each.kind, each.file, each.place) for each in content.findings}
    assert {
        ("protected", "Config/Protected.config", "/configuration/connectionStrings"),
        ("secret_in_clear", "Connect.exe.config", "/configuration/appSettings/add[@key='SmtpPassword']/@value"),
        ("secret_in_clear", "Connect.exe.config", "/configuration/appSettings/add[@key='Launcher']/@value"),
        ("secret_in_clear", "Connect.exe.config", "comment, line 14"),
        ("secret_in_clear", "appsettings.json", "/ConnectionStrings/Hub[Password]"),
        ("secret_in_clear", "appsettings.json", "/Proxy/Url"),
        ("secret_in_clear", "calsync.ini", "[Database] Connection[Pwd]"),
        ("secret_in_clear", "service.properties", "db.url"),
        ("secret_in_clear", "notes.txt", "line 4"),
    } <= found
    assert not any("PublicKeyToken" in each.place or "section" in each.place for each in content.findings)
    declared = {each["secret"] for each in SECRET_PLACES}
    assert not declared & {each.secret for each in content.findings}


def test_a_place_that_is_declared_not_to_be_a_secret_is_carried_over() -> None:
    fine = parse_places("not_secret", [{"file": "appsettings.json", "pointer": "/PinSecret"}])
    content = collect(corpus(), Rules(not_secret=fine))
    assert b'"PinSecret": 987654321' in content.files["appsettings.json"].content
    assert not any(each.place == "/PinSecret" for each in content.findings)


SECRET_NAMES = (
    *("Password", "DatabaseUserPassword", "smtp-password", "HasUsePwd", "PWD2", "db.passwd", "Passphrase"),
    *("ClientSecret", "ApiKey", "api_key", "x-api-key", "AccountKey", "EncryptionKey", "Secrets", "AccessToken"),
    *("Credentials", "SharedAccessKey", "PasswordValue", "masterKey", "PrivateKey"),
)
OTHER_NAMES = (
    *("PasswordExpiryDays", "PasswordPolicyUrl", "publicKeyToken", "CancellationToken", "Key", "KeyName", "TokenUrl"),
    *("SecretaryMail", "RequirePasswords.Length", "Compass", "PublicKey"),
)


def test_by_which_names_a_secret_is_recognised() -> None:
    lines = {name: collect({"a.ini": f"{name}=abc".encode()}, Rules()) for name in (*SECRET_NAMES, *OTHER_NAMES)}
    assert [name for name, content in lines.items() if content.findings] == list(SECRET_NAMES)


@pytest.mark.parametrize(
    "value", ["", "true", "AutoGenerate,IsolateApps", "xxx", "***", "${env:PWD}", "#{Pwd}", "$(x)"]
)
def test_what_is_no_secret_by_its_value(value: str) -> None:
    assert collect({"a.ini": f"Password={value}".encode()}, Rules()).findings == ()


@pytest.mark.parametrize("value", ["{abc}", "<abc>", "%abc%", "x", "no!", "none1", "$abc", "(abc)"])
def test_what_is_a_secret_by_its_name_whatever_it_looks_like(value: str) -> None:
    assert len(collect({"a.ini": f"Password={value}".encode()}, Rules()).findings) == 1


def test_that_long_values_take_no_time() -> None:
    """Each took minutes when a name could begin at any of their letters."""
    long = ("aB3" * 50_000, "a:" * 50_000, "password" * 10_000, "=" * 100_000, "a=b;" * 20_000, " " * 100_000)
    began = time.process_time()
    for text in long:
        files = {
            "a.config": f"<a b='{text}'>{text}<c/></a>",
            "a.ini": f"a={text}",
            "a.txt": text,
            "a.json": f'["{text}"]',
        }
        collect({path: content.encode() for path, content in files.items()}, Rules())
    assert time.process_time() - began < 20


def test_that_a_second_secret_in_a_line_is_found_beside_one_that_is_declared() -> None:
    place = {"file": "a.txt", "pattern": "^password: (?P<value>\\S+) .*$", "secret": "first"}
    content = collect({"a.txt": b"password: one1 token: two2 end\nsecret=@ three3"}, rules(place))
    assert re.fullmatch(
        r"password: @@secret:first@@ token: @@secret:found_\w+@@\nsecret=@@secret:found_\w+@@",
        content.files["a.txt"].content.decode(),
    )


def test_keys_and_binary_files_with_secrets_are_left_out() -> None:
    key = "-----BEGIN {0} KEY-----\nMIIinvented\n-----END {0} KEY-----\n".format("PRIVATE")
    files = {
        "a.config": b'<a><add key="Password" value="Inv3nted!value"/></a>',
        "site.pfx": b"\0\1\2",
        "blob.bin": b"\0\1" + "Inv3nted!value".encode("utf-16-le"),
        "key.txt": f"before\n{key}after\n".encode(),
        "other.bin": b"\0" + key.encode(),
        "declared.txt": b"password = whatever1\n",
    }
    content = collect(files, Rules(kinds={"declared.*": "binary"}))
    assert sorted(content.files) == ["a.config", "key.txt"]
    assert b"MIIinvented" not in content.files["key.txt"].content
    assert content.files["key.txt"].content.endswith(b"after\n")
    whole = {each.file: each.what for each in content.findings if each.kind == "key_file"}
    assert set(whole) == {"site.pfx", "blob.bin", "other.bin", "declared.txt"}
    assert "holds the secret found_" in whole["blob.bin"]


@pytest.mark.parametrize(
    ("files", "places", "message"),
    [
        ({"a.ini": b"x=@@secret:y@@"}, [], "a.ini, line 1: the source has a placeholder"),
        ({"a.ini": b"x=1"}, [{"file": "b.ini", "key": "x", "secret": "s"}], "no such file in the source"),
        (
            {"a.ini": b"x=1"},
            [{"file": "a.ini", "key": "y", "secret": "s"}],
            r"secret_places\[0\] .key y.: it matches no",
        ),
        (
            {"a.ini": b"x=1\nx=2"},
            [{"file": "a.ini", "key": "x", "secret": "s"}],
            r"expected 1 match; found 2 .line 1, 2",
        ),
        ({"a.ini": b"x", "A.INI": b"y"}, [], "the same on Windows"),
        ({"../a.ini": b"x"}, [], "no path of a file in a bundle"),
        ({"aux?.ini": b"x"}, [], "no path of a file in a bundle"),
        ({"a.config": b"<a>"}, [], "a.config, line 1: it is not well-formed XML; found no element|unclosed|mismatched"),
        ({"a.json": b'{"a": }'}, [], "a.json, line 1: it is not JSON; expected a value"),
        ({"a.config": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, [], "document type declaration"),
        ({"a.config": b"<?xml version='1.0' encoding='utf-16'?><a/>"}, [], "cannot be read as text"),
        ({"a.config": b"<?xml version='1.0' encoding='nonsense'?><a/>"}, [], "cannot be read as text"),
        ({"a.ini": b"\0\1\2"}, [], "declared to be ini, and is no text"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    files: dict[str, bytes], places: list[dict[str, object]], message: str
) -> None:
    with pytest.raises(Problem, match=message):
        collect(files, rules(*places))


def test_a_refusal_does_not_name_a_secret() -> None:
    files = {"a.config": b'<?xml version="1.0" encoding="us-ascii"?><a p="Inv3nted"/>'}
    for broken in (b'<a Password="Inv3nted!value"', b"<a>Inv3nted!value"):
        with pytest.raises(Problem) as caught:
            collect({**files, "b.config": broken}, Rules())
        assert "Inv3nted" not in str(caught.value)
