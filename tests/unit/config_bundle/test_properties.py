# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for all values, places and orders of files."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle import differences, store
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.collect import Rules, collect
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import Content
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.document import Document
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.documents import (
    kind_of,
    open_document,
    reopened,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.render import render
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.secrets import leaves
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.transform import changed, located
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.values import Value, edited
from tests.unit.config_bundle.corpus import SECRET_PLACES, corpus, rules, settings

FILES = corpus()
DOCUMENTS: dict[str, Document] = {}
for PATH in sorted(FILES):
    DOCUMENT = open_document(PATH, FILES[PATH], kind_of(PATH, FILES[PATH], {}))
    if DOCUMENT is not None:
        DOCUMENTS[PATH] = DOCUMENT
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
DIFFICULT = st.text(st.sampled_from("ab 1;='\"{}&<>\\/:#!,$%~[]()|?é€𝄞\u2028\x85"), max_size=30)
VALUES = DIFFICULT | ANY


def written(document: Document, value: Value, text: str) -> Document:
    """Return a file with another text in the place of a value, if it can be written there at all."""
    try:
        edits = value.edits(text)
    except ValueError:
        assume(False)
    after = edited(document.source.text, edits)
    assume(document.source.holds(after))  # an INI file or a text has no way to write what its encoding has not
    assert after.startswith(document.source.text[: value.start])
    assert after.endswith(document.source.text[value.end :])
    done = reopened(document, after)
    before = document.source.encode(document.source.text[: value.start])
    assert done.source.encode(after).startswith(before)
    return done


@pytest.mark.parametrize("path", DOCUMENTS)
@given(data=st.data(), text=VALUES)
def test_that_what_is_written_is_read_and_other_values_stay(path: str, data: st.DataObject, text: str) -> None:
    document = DOCUMENTS[path]
    entries = document.entries()
    number = data.draw(st.integers(0, len(entries) - 1))
    value = entries[number].value
    if "pattern" in document.selectors:
        assume(text.strip())  # a blank line is no value
        assume(len(text.splitlines()) == 1)
    if entries[number].label.partition("@")[2].startswith("xmlns"):
        return  # another namespace would be another document
    expected = [entry.value.text for entry in entries]
    expected[number] = text
    assert [entry.value.text for entry in written(document, value, text).entries()] == expected


PARTS = [
    (path, number)
    for path, document in DOCUMENTS.items()
    for number, leaf in enumerate(leaves(document))
    # these two say what the rest of the string is
    if leaf.label.endswith(f"[{leaf.name}]") and leaf.name.casefold() not in ("driver", "provider connection string")
]


@given(st.sampled_from(PARTS), VALUES)
def test_that_values_of_connection_strings_are_written_as_they_are_read(part: tuple[str, int], text: str) -> None:
    path, number = part
    found = list(leaves(DOCUMENTS[path]))
    expected = [leaf.value.text for leaf in found]
    expected[number] = text
    assert [leaf.value.text for leaf in leaves(written(DOCUMENTS[path], found[number].value, text))] == expected


@given(VALUES, VALUES)
def test_that_a_transformation_made_twice_is_made_once(first: str, second: str) -> None:
    declared = settings(
        {"file": "f", "xpath": "//add[@name='ES']/@connectionString", "part": ["Server"], "value": first},
        {"file": "f", "xpath": "//add[@key='ReportUrl']/@value", "value": second},
        {"file": "f", "xpath": "//add[@key='Environment']/@value", "count": 2, "value": "LIVE"},
    )
    assume(not any(each < " " and each not in "\t\n\r" for each in first + second))
    assume(not {"\ufffe", "\uffff"} & {*first, *second})
    once = changed(DOCUMENTS["Connect.exe.config"], declared)
    assert changed(once, declared).source == once.source


@limits(max_examples=25)  # each collects the whole corpus
@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(range(len(SECRET_PLACES))), unique=True))
def test_that_the_digest_does_not_depend_on_any_order(shuffle: random.Random, chosen: list[int]) -> None:
    places = [SECRET_PLACES[number] for number in chosen]
    expected = collect(FILES, rules(*[SECRET_PLACES[number] for number in sorted(chosen)]))
    paths = list(FILES)
    shuffle.shuffle(paths)
    found = collect({path: FILES[path] for path in paths}, rules(*places))
    assert found.digest == expected.digest
    assert found.findings == expected.findings
    assert store.written(found, None) == store.written(expected, None)
    reordered = Content({path: found.files[path] for path in paths}, found.findings)
    assert reordered.digest == expected.digest


@limits(max_examples=25)  # each collects the whole corpus
@given(st.data(), st.binary(max_size=20))
def test_that_the_digest_depends_on_every_octet_and_name(data: st.DataObject, content: bytes) -> None:
    path = data.draw(st.sampled_from(sorted(FILES)))
    collected = collect(FILES, Rules())
    file = collected.files[path]
    other = type(file)(path, file.kind, content)
    assume(content != file.content)
    renamed = type(file)(f"{path}x", file.kind, file.content)
    of_another_kind = type(file)(path, "properties", content)
    assume(file.kind != of_another_kind.kind)
    digests = {Content({**collected.files, path: each}).digest for each in (file, other, of_another_kind)}
    without = {name: each for name, each in collected.files.items() if name != path}
    digests |= {Content(without).digest, Content({**without, renamed.path: renamed}).digest}
    assert len(digests) == 5
    assert collected.digest in digests


SECRETS = st.builds(
    "Zq7{}Zq7".format,
    st.text(st.sampled_from("abZ19;='\"{}&<>\\/:#!,$%~é€ "), min_size=4, max_size=20).map(str.strip),
)


def planted(mark: str, secret: str) -> dict[str, bytes]:
    """Return the corpus with a secret in each declared place, another mark telling it from others."""
    files: dict[str, bytes] = {}
    for path, original in DOCUMENTS.items():
        document = original
        for setting in rules(*SECRET_PLACES).secrets:
            if setting.place.file == path:
                (value,) = located(document, setting.place)
                document = written(document, value, secret.replace("Zq7", mark))
        files[path] = document.source.encode(document.source.text)
    return files


def in_all_forms(marks: tuple[str, ...], files: Mapping[str, bytes]) -> list[str]:
    """Return the files that have a mark in them, in whatever encoding."""
    forms = [mark.encode(each) for mark in marks for each in ("utf-8", "utf-16-le", "utf-16-be")]
    return [path for path, content in files.items() if any(form in content for form in forms)]


@limits(max_examples=40)  # each collects the whole corpus
@given(SECRETS, st.booleans())
def test_that_nothing_leaks(secret: str, declared: bool) -> None:
    source = planted("Zq7", secret)
    content = collect(source, rules(*(SECRET_PLACES if declared else [])))
    assert in_all_forms(("Zq7",), store.written(content, None)) == []
    names = {each.secret for each in content.findings} | {str(each["secret"]) for each in SECRET_PLACES}
    secrets = {name: secret.replace("Zq7", "Kx3") for name in names if name}
    rendering = render(content, [], secrets, carry_protected=True)
    assert set(in_all_forms(("Kx3",), rendering.files)) >= {str(each["file"]) for each in SECRET_PLACES}
    # a target that has yet other secrets, in the same places
    target = planted("Wp9", secret)
    for path, document in rendering.shown.items():
        shown = differences.compared(content.files[path].kind, target[path], document, secrets)
        gone = differences.masked(path, target[path], secrets)
        told = json.dumps([*shown, gone, str(rendering), str(content)], ensure_ascii=False)
        assert not [mark for mark in ("Zq7", "Kx3", "Wp9") if mark in told], path
        assert path == "logo.ico" or shown[1]


@limits(max_examples=40)  # each collects the whole corpus
@given(SECRETS)
def test_that_secrets_come_back_as_they_were(secret: str) -> None:
    """What is collected and rendered with the same secrets is the same file, if it wrote them as we do."""
    source = planted("Zq7", secret)
    content = collect(source, rules(*SECRET_PLACES))
    secrets = {str(each["secret"]): secret for each in SECRET_PLACES}
    secrets |= {each.secret: "x" for each in content.findings if each.secret}
    rendering = render(content, [], secrets, carry_protected=True)
    for setting in rules(*SECRET_PLACES).secrets:
        path = setting.place.file
        document = open_document(path, rendering.files[path], content.files[path].kind)
        assert document is not None
        assert [value.text for value in located(document, setting.place)] == [secret]
