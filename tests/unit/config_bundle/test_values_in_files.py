# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values found and set in each kind of file: what is set is what a reader then sees, and nothing else moves."""

from __future__ import annotations

import configparser
import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import connection_string
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.transform import changed
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import plain
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter, Problem
from tests.unit.config_bundle.corpus import named, settings


def set_in(kind: str, content: str | bytes, *declared: dict[str, Any]) -> bytes:
    """Return a file with settings made; its name is `f`."""
    document = named("f", kind, content).document()
    assert document is not None
    done = changed(document, settings(*({"file": "f", **each} for each in declared)))
    return done.source.encode(done.source.text)


@pytest.mark.parametrize(
    ("content", "declared", "expected"),
    [
        ("<a b = 'x'\t/>", {"xpath": "/a/@b", "value": "it's <&>\"\n"}, "<a b = 'it&#39;s &lt;&amp;>\"&#10;'\t/>"),
        ('<a b="x"/>', {"xpath": "/a/@b", "value": '"'}, '<a b="&quot;"/>'),
        ("<a><b>1</b><b>2</b></a>", {"xpath": "/a/b[2]", "value": "a ]]> b"}, "<a><b>1</b><b>a ]]&gt; b</b></a>"),
        ("<a><b>1</b></a>", {"xpath": "//b/text()", "value": 2}, "<a><b>2</b></a>"),
        ("<a> <b /></a>", {"xpath": "/a/b", "value": "x"}, "<a> <b >x</b></a>"),
        ("<a><b></b></a>", {"xpath": "/a/b", "value": "x"}, "<a><b>x</b></a>"),
        ("<a>\n <![CDATA[<i>]]>\n</a>", {"xpath": "/a", "value": "]]>"}, "<a>\n <![CDATA[]]]]><![CDATA[>]]>\n</a>"),
        ("<a><!-- c -->x<!-- d --></a>", {"xpath": "/a", "value": "y"}, "<a><!-- c -->y<!-- d --></a>"),
        ("<a b='&#x41;&amp;'/>", {"xpath": "/a/@b", "value": "A&"}, "<a b='&#x41;&amp;'/>"),
        (
            "<p:a xmlns:p='urn:x' p:b='1' b='2'/>",
            {"xpath": "/q:a/@q:b", "namespaces": {"q": "urn:x"}, "value": "3"},
            "<p:a xmlns:p='urn:x' p:b='3' b='2'/>",
        ),
        ("<a b='1'/>\r\n<!-- <a b='1'/> -->", {"xpath": "//@b", "value": "2"}, "<a b='2'/>\r\n<!-- <a b='1'/> -->"),
        ("<a><b x='1'/><b x='2'/></a>", {"xpath": "//@x", "count": 2, "value": 3}, "<a><b x='3'/><b x='3'/></a>"),
        ("<a>é<b>ü</b>ß</a>", {"xpath": "//b", "value": "€"}, "<a>é<b>€</b>ß</a>"),
    ],
)
def test_xml(content: str, declared: dict[str, Any], expected: str) -> None:
    assert set_in("xml", content, declared).decode() == expected


def test_xml_in_an_encoding_that_has_not_all_characters() -> None:
    before = "<?xml version='1.0' encoding='iso-8859-1'?><a b='é'><c>é</c></a>".encode("latin-1")
    after = set_in("xml", before, {"xpath": "/a/@b", "value": "€é"}, {"xpath": "//c", "value": "é𝄞"})
    assert after == before.replace(b"'\xe9'", b"'&#8364;\xe9'").replace(b">\xe9<", b">\xe9&#119070;<")
    assert ET.fromstring(after).get("b") == "€é"  # noqa: S314 - it was written here


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_xml_in_utf_16(encoding: str) -> None:
    text = "\ufeff<?xml version='1.0' encoding='utf-16'?>\r\n<a b='é𝄞'><c/>\r</a>\r\n"
    after = set_in("xml", text.encode(encoding), {"xpath": "/a/@b", "value": "𝄞"})
    assert after == text.replace("é𝄞", "𝄞").encode(encoding)


@pytest.mark.parametrize(
    ("content", "declared", "expected"),
    [
        ('{"a": {"b": "x"}}', {"pointer": "/a/b", "value": 'é"\\\n'}, '{"a": {"b": "é\\"\\\\\\n"}}'),
        ('{"a": [1, 2, ], }', {"pointer": "/a/1", "value": 30}, '{"a": [1, 30, ], }'),
        ('{"a/b~c": true}', {"pointer": "/a~1b~0c", "value": False}, '{"a/b~c": false}'),
        ('{"": "x"}', {"pointer": "/", "value": "y"}, '{"": "y"}'),
        ('"x"', {"pointer": "", "value": "y"}, '"y"'),
        ('{ // c\n"a":"\\u0041/*" /* "b" */}', {"pointer": "/a", "value": "B"}, '{ // c\n"a":"B" /* "b" */}'),
        ('{"a": 1.50}', {"pointer": "/a", "value": "2.50"}, '{"a": 2.50}'),
        (
            '{"c": "Server=a;Database=b\\u0026"}',
            {"pointer": "/c", "part": ["server"], "value": 'x"y'},
            '{"c": "Server=x\\"y;Database=b\\u0026"}',
        ),
    ],
)
def test_json(content: str, declared: dict[str, Any], expected: str) -> None:
    after = set_in("json", content, declared).decode()
    assert after == expected


@pytest.mark.parametrize(
    ("kind", "content", "declared", "expected"),
    [
        (
            "ini",
            "[A]\r\nx = 1 \r\n[B]\r\nX=2",
            {"section": "b", "key": "x", "value": "3"},
            "[A]\r\nx = 1 \r\n[B]\r\nX=3",
        ),
        ("ini", "x = 'a'", {"key": "x", "value": "b "}, "x = 'b '"),
        ("ini", "x =", {"key": "x", "value": " b"}, 'x =" b"'),
        (
            "ini",
            "x=Driver={a};Server=b;Pwd={c}",
            {"key": "x", "part": ["Pwd"], "value": " "},
            "x=Driver={a};Server=b;Pwd={ }",
        ),
        (
            "ini",
            "x=Server=b;Pwd=c",
            {"key": "x", "part": ["Pwd"], "value": "'d'; "},
            """x=Server=b;Pwd="'d'; \"""",
        ),
        ("ini", "; x=1\nx=2", {"key": "x", "value": "a=b;c"}, "; x=1\nx=a=b;c"),
        ("properties", "a.b : c\\\n  d\n", {"key": "a.b", "value": "e\nf\\"}, "a.b : e\\nf\\\\\n"),
        ("properties", "a\\ b=1\n#a\\ b=1", {"key": "a b", "value": " 2"}, "a\\ b=\\ 2\n#a\\ b=1"),
        ("properties", "a b", {"key": "a", "value": "c"}, "a c"),
        (
            "text",
            "Server: a\r\nServer: b\nNo Server: c",
            {"pattern": "^Server: (?P<value>.*)$", "count": 2, "value": "d"},
            "Server: d\r\nServer: d\nNo Server: c",
        ),
    ],
)
def test_lines(kind: str, content: str, declared: dict[str, Any], expected: str) -> None:
    assert set_in(kind, content, declared).decode() == expected


def test_that_other_readers_see_what_was_set() -> None:
    value = "a\"b'c;d=e&<f>ü"
    xml = set_in("xml", '<a b="1"><c/></a>', {"xpath": "/a/@b", "value": value}, {"xpath": "//c", "value": value})
    root = ET.fromstring(xml)  # noqa: S314 - it was written here
    assert (root.get("b"), root[0].text) == (value, value)
    assert json.loads(set_in("json", '{"a": ""}', {"pointer": "/a", "value": value})) == {"a": value}
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(set_in("ini", "[s]\nk=1", {"section": "s", "key": "k", "value": value}).decode())
    assert parser["s"]["k"] == value


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ("Data Source=a;Password='it''s';x=1", ["PWD"], ["it's"]),
        ('server = "a;b" ; uid=c', ["Data Source"], ["a;b"]),
        ("a==b=c;user id=d", ["a=b"], ["c"]),
        ("Driver={x};Pwd={a}}b};Server=s", ["password"], ["a}b"]),
        ("Password={a};Server=s", ["password"], ["{a}"]),
        ("Data Source=(D=(A=1));Password=", ["password"], [""]),
        ('provider=p;provider connection string="a=1;pwd=""x"""', ["provider connection string", "password"], ["x"]),
        ("Server=a;Server=b", ["address"], ["a", "b"]),
        ("no pairs", ["x"], []),
    ],
)
def test_connection_strings(text: str, path: list[str], found: list[str]) -> None:
    assert [each.text for each in connection_string.find(plain(text, 0, len(text)), path)] == found


@pytest.mark.parametrize(
    ("kind", "content", "declared", "message"),
    [
        ("xml", "<a/>", {"xpath": "/b", "value": "1"}, r"f, transformations\[0\] .xpath /b.: it matches nothing"),
        ("xml", "<a b='1'/>", {"xpath": "//@b", "count": 2, "value": "1"}, "expected 2 matches; found 1 .line 1"),
        ("xml", "<a><b/></a>", {"xpath": "/a", "value": "1"}, "an element that has elements in it"),
        ("xml", "<a><!--c--></a>", {"xpath": "//comment()", "value": "1"}, "something that has no value"),
        ("xml", "<a/>", {"xpath": "/[", "value": "1"}, "the XPath cannot be evaluated"),
        ("xml", "<a/>", {"xpath": "q:a", "value": "1"}, "the XPath cannot be evaluated; found Undefined namespace"),
        ("xml", "<a/>", {"xpath": "count(//a)", "value": "1"}, "the XPath computes something"),
        ("xml", "<a>x<!-- -->y</a>", {"xpath": "/a", "value": "1"}, "in several pieces"),
        ("xml", "<a><![CDATA[x]]>y</a>", {"xpath": "/a", "value": "1"}, "in several pieces"),
        ("xml", "<a b='1'/>", {"xpath": "/a/@b", "value": True}, "the value is not a text"),
        ("xml", "<a b='1'/>", {"xpath": "/a/@b", "value": "\0"}, "no way to write a control character"),
        ("xml", "<a b='1'/>", {"xpath": "/a[@b='1']/@b", "value": "2"}, "it does not hold once all are made"),
        ("xml", "<a/>", {"pointer": "/a", "value": "1"}, "a file of this kind has no such places; expected xpath"),
        ("json", '{"a": {}}', {"pointer": "/a", "value": "1"}, "the pointer leads to an object"),
        ("json", '{"a": 1, "a": 2}', {"pointer": "/a", "value": 3}, "does not match as often"),
        ("json", '{"a": 1}', {"pointer": "/a", "value": "x"}, "a value of another type there; expected a number"),
        ("json", '{"a": true}', {"pointer": "/a", "value": "true"}, "expected a boolean; found str"),
        ("ini", "a=1", {"key": "a", "value": "x\ny"}, "it has to be one line"),
        ("text", "a: 1", {"pattern": "^b: (?P<value>.)$", "value": "2"}, "it matches nothing"),
        ("text", "a: 1", {"pattern": "^a: (?P<value>1)$", "value": "2"}, "it does not hold once all are made"),
        ("binary", "\0", {"pattern": "^(?P<value>.)$", "value": "2"}, "no selector"),
    ],
)
def test_what_does_not_fit_is_an_error(kind: str, content: str, declared: dict[str, Any], message: str) -> None:
    if kind == "binary":
        assert named("f", kind, content).document() is None
        return
    with pytest.raises(Problem, match=message):
        set_in(kind, content, declared)


def test_that_two_settings_of_one_value_are_an_error() -> None:
    with pytest.raises(Problem, match=r"transformations\[0\].*another one changes it again"):
        set_in("ini", "a=1", {"key": "a", "value": "2"}, {"key": "A", "value": "3"})


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ({"value": "1"}, "exactly one of xpath, pointer, key, pattern"),
        ({"key": "a", "pointer": "/a", "value": "1"}, "exactly one of"),
        ({"key": "a"}, "either value or secret"),
        ({"key": "a", "value": "1", "secret": "s"}, "either value or secret"),
        ({"key": "a", "secret": "No Name"}, "no name of a secret"),
        ({"key": "a", "value": [1]}, "only texts, numbers and booleans"),
        ({"key": "a", "count": 0, "value": "1"}, "at least once"),
        ({"pointer": "a", "value": "1"}, "no JSON pointer"),
        ({"pointer": "/a~2", "value": "1"}, "no JSON pointer"),
        ({"pattern": "a(?P<value>.)", "value": "1"}, "from . to .*group value"),
        ({"pattern": "^(.)$", "value": "1"}, "group value"),
        ({"pattern": "^(?P<value>$", "value": "1"}, "no regular expression"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_read(declared: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        settings({"file": "f", **declared})


def test_that_a_protected_section_is_never_changed() -> None:
    content = "<c><s configProtectionProvider='Rsa'><EncryptedData><v>x</v></EncryptedData></s><t a='1'/></c>"
    assert set_in("xml", content, {"xpath": "//t/@a", "value": "2"}) == content.replace("1", "2").encode()
    for inside in ("//v", "//s/@configProtectionProvider"):
        with pytest.raises(Problem, match=r"Windows has encrypted this section \(Rsa\).*/c/s.*hand the change over"):
            set_in("xml", content, {"xpath": inside, "value": "2"})
