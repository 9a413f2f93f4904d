# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes of configuration files that were read from a host."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import InvalidParameter
from ansible_collections.uoe.exam_scheduling.plugins.plugin_utils.xml_attributes import attribute_in, attributes_in

SETTING = ".//appSettings/add[@key='Tenant']"


def file(encoding: str = "utf-8") -> str:
    text = f"""<?xml version="1.0" encoding="{encoding}"?>
<configuration><other><add key="Tenant" value="x"/></other>
<appSettings><add key="Tenant" value="café"/><add key="Client"/></appSettings></configuration>"""
    return base64.b64encode(text.encode(encoding)).decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_that_an_element_is_read_in_the_file_s_own_encoding(encoding: str) -> None:
    assert attribute_in(file(encoding), SETTING, "value") == "café"


def test_that_what_is_not_there_is_none() -> None:
    elements = {"tenant": SETTING, "client": ".//appSettings/add[@key='Client']", "nothing": ".//nothing"}
    assert attributes_in(file(), elements, "value") == {"tenant": "café", "client": None, "nothing": None}


@pytest.mark.parametrize(
    ("content", "says"), [(b"secret", "it is no XML"), (b"<!DOCTYPE x [<!ENTITY e 'secret'>]><x>&e;</x>", "DOCTYPE")]
)
def test_that_what_is_not_read_is_refused_without_its_content(content: bytes, says: str) -> None:
    with pytest.raises(InvalidParameter, match=says) as caught:
        attribute_in(base64.b64encode(content).decode(), SETTING, "value")
    assert "secret" not in str(caught.value)
