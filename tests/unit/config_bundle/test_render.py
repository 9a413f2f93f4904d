# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendering: the files of an environment, what of a target differs, and what people are shown of that."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import collect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import Content
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.differences import compared, masked
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.render import (
    FileChange,
    differences,
    render,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import Problem
from tests.unit.config_bundle.corpus import CONNECT, SECRET_PLACES, corpus, leaks, rules, settings

LIVE: list[dict[str, Any]] = [
    {
        "file": "Connect.exe.config",
        "xpath": CONNECT.format("ES"),
        "part": ["Server"],
        "value": "sql-live.exams.example",
    },
    {"file": "Connect.exe.config", "xpath": CONNECT.format("Eugex"), "part": ["User Id"], "value": "Exam_Connect"},
    {"file": "Connect.exe.config", "xpath": "//add[@key='Environment']/@value", "count": 2, "value": "LIVE"},
    {"file": "appsettings.json", "pointer": "/Api/Port", "value": 443},
    {"file": "calsync.ini", "section": "Database", "key": "server", "count": 2, "value": "sql-live.exams.example"},
]


def bundle(*places: dict[str, Any], **files: str) -> Content:
    """Return a bundle of small files; `a_ini` is `a.ini`."""
    return collect({name.replace("_", "."): text.encode() for name, text in files.items()}, rules(*places))


def test_that_a_corpus_becomes_that_of_another_environment() -> None:
    content = collect(corpus(), rules(*SECRET_PLACES))
    secrets = {str(each["secret"]): f"LIVE{number};x" for number, each in enumerate(SECRET_PLACES)}
    secrets |= {each.secret: "other" for each in content.findings if each.secret}
    rendering = render(content, settings(*LIVE), secrets)
    expected = corpus()["Connect.exe.config"].decode()
    for old, new in (
        ("sql-test.exams.example,1433", "sql-live.exams.example"),
        ('Password="Invented;Es=1"', 'Password="LIVE0;x"'),
        ("User Id=Old_Connect;Password=Invented&amp;", "User Id=Exam_Connect;Password=Invented&amp;"),
        ("Password=Invented&amp;Eugex2", "Password=&quot;LIVE1;x&quot;"),
        ('InventedComment3" />', "(removed)"),
        ('value="TEST"', 'value="LIVE"'),
        ("InventedSmtp4", "other"),
        ("InventedArgument5", "other"),
    ):
        assert old in expected
        expected = expected.replace(old, new)
    assert rendering.files["Connect.exe.config"].decode() == expected
    assert [each.file for each in rendering.hand_over] == ["Config/Protected.config"]
    assert "Config/Protected.config" not in rendering.files
    assert set(rendering.files) == set(corpus()) - {"Config/Protected.config"}
    assert b"@@secret" not in b"".join(rendering.files.values())


def test_that_protected_files_are_carried_if_that_is_meant() -> None:
    content = collect({"a": b"<c><s configProtectionProvider='R'/><t x='1'/></c>"}, rules(kinds={"a": "xml"}))
    entry = {"file": "a", "xpath": "//t/@x", "value": "2"}
    assert render(content, settings(entry), {}).hand_over[0].as_dict() == {
        "file": "a",
        "sections": ["/c/s"],
        "settings": ["transformations[0] (xpath //t/@x): 2"],
    }
    rendering = render(content, settings(entry), {}, carry_protected=True)
    assert rendering.files == {"a": b"<c><s configProtectionProvider='R'/><t x='2'/></c>"}
    assert rendering.whole() is rendering
    with pytest.raises(Problem, match=r"a, /c/s: Windows has encrypted .*; expected sections in clear"):
        render(content, [], {}).whole()


@pytest.mark.parametrize(
    ("files", "declared", "secrets", "message"),
    [
        (
            {"a_ini": "Password=abc"},
            [],
            {},
            r"a.ini, Password: the secret found_\w+ is not given; expected secrets.found_",
        ),
        ({"a_ini": "k=x"}, [{"key": "k", "secret": "s"}], {"t": "1"}, "the secret s is not given.*; found t"),
        ({"a_ini": "Password=abc"}, [{"key": "password", "value": "clear"}], {}, "puts a secret there in clear"),
        ({"a_config": "<a b='1'/>"}, [{"xpath": "//@b", "value": "Server=a;Pwd=b"}], {}, r"/a/@b\[Pwd\]: a transform"),
        (
            {"a_ini": "k=x"},
            [{"key": "k", "secret": "s"}],
            {"s": "line\nbreak"},
            "s cannot be written there: it has to be",
        ),
        ({"a_config": "<a b='1'/>"}, [{"xpath": "//@b", "secret": "s"}], {"s": "\x01"}, "no way to write a control"),
        ({"b_ini": "k=x"}, [{"key": "k", "value": "y"}], {}, "no such file in the bundle; expected b.ini"),
    ],
)
def test_what_cannot_be_rendered_is_an_error(
    files: dict[str, str], declared: list[dict[str, Any]], secrets: dict[str, str], message: str
) -> None:
    (name,) = files
    path = "a.ini" if name == "b_ini" else name.replace("_", ".")
    with pytest.raises(Problem, match=message) as caught:
        render(bundle(**files), settings(*({"file": path, **each} for each in declared)), secrets)
    assert not any(secret in str(caught.value) for secret in (*secrets.values(), "clear ", "Pwd=b") if len(secret) > 1)


def test_that_a_character_that_the_encoding_has_not_is_an_error_without_it() -> None:
    content = collect({"a.ini": b"caf\xe9=1\r\nk=2"}, rules())
    entry = {"file": "a.ini", "key": "k", "secret": "s"}
    with pytest.raises(Problem, match=r"a\.ini: a value has a character that the file's encoding has not") as caught:
        render(content, settings(entry), {"s": "snow☃man"})
    assert "☃" not in str(caught.value)


def test_that_a_secret_is_quoted_as_its_place_needs() -> None:
    place = {"file": "a.config", "xpath": "//@b", "part": ["Password"], "secret": "s"}
    content = bundle(place, a_config="<a b='Server=x;Password=old;Encrypt=true'/>")
    rendering = render(content, [], {"s": "a;'\"<", "unused": "x"})
    assert rendering.files["a.config"] == (b'<a b=\'Server=x;Password="a;&#39;""&lt;";Encrypt=true\'/>')
    assert rendering.unused == ("unused",)


def test_which_files_of_a_target_differ() -> None:
    files = {"same": b"1", "other": b"2", "new": b"3"}
    present = {name: hashlib.sha256(content).hexdigest() for name, content in (("same", b"1"), ("other", b"x"))}
    present |= {"gone": "0" * 64, "not ours": "1" * 64}
    assert differences(files, present, {"gone", "same", "never there"}) == [
        FileChange("gone", "delete"),
        FileChange("new", "create"),
        FileChange("other", "update"),
    ]
    assert differences({"same": b"1"}, present) == []


def test_what_people_are_shown() -> None:
    place = {"file": "a.config", "xpath": "//@c", "part": ["Pwd"], "secret": "s"}
    content = bundle(place, a_config="<a b='1' c='Server=x;Pwd=first'><!-- c --><d>2</d></a>")
    after = render(content, settings({"file": "a.config", "xpath": "/a/@b", "value": "3"}), {"s": "LIVE-s"}).shown[
        "a.config"
    ]
    present = b"<a  b='1' c='Server=y;Pwd=another'><d>2</d><e Password='old'/></a>"
    assert compared("xml", present, after, {"s": "LIVE-s"}) == (
        "/a/@b = 1\n/a/@c[Server] = y\n/a/@c[Pwd] = ********\n/a/d = 2\n/a/e/@Password = ********",
        "/a/@b = 3\n/a/@c[Server] = x\n/a/@c[Pwd] = @@secret:s@@\n/a/d = 2",
    )
    rendered = b"<a b='3' c='Server=x;Pwd=LIVE-s'><d>2</d></a>"
    assert compared("xml", rendered, after, {"s": "LIVE-s"}) == (
        "",
        "(the values are the same; layout, comments or encoding differ)",
    )
    assert compared("xml", b"<a Pwd='broken", after, {})[0] == "(14 bytes that cannot be read as this kind of file)"
    assert masked("a.config", present, {}).count("********") == 2


def test_that_diffs_of_texts_are_lines() -> None:
    place = {"file": "a.txt", "pattern": "^Code (?P<value>.*) ends$", "secret": "s"}
    content = bundle(place, a_txt="one\r\nCode x ends\r\nthree\r\n")
    after = render(content, [], {"s": "b\\s"}).shown["a.txt"]
    assert compared("text", b"one\nCode c\\d ends\nfour\n", after, {"s": "b\\s"}) == (
        "one\nCode ******** ends\nfour",
        "one\nCode @@secret:s@@ ends\nthree",
    )
    assert compared("text", b"zero\nCode b\\s ends\nat b\\s\n", after, {"s": "b\\s"})[0] == (
        "zero\nCode @@secret:s@@ ends\nat ********"
    )


def test_that_files_with_secrets_are_not_shown_in_a_message() -> None:
    rendering = render(collect(corpus(), rules()), [], dict.fromkeys(_all_secrets(), "Sh0wn"), carry_protected=True)
    assert "Sh0wn" not in repr(rendering)
    assert leaks(repr(rendering)) == []


def _all_secrets() -> set[str]:
    return {each.secret for each in collect(corpus(), rules()).findings if each.secret}
