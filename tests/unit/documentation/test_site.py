# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site's own check of links finds what is dead, and its pages are all that belong to it."""

from __future__ import annotations

import zlib
from pathlib import Path

from scripts import documentation
from scripts.working_copy import files


def test_that_each_dead_link_is_told_with_its_page_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "other.html").write_text('<h1 id="here">x</h1>', encoding="utf-8")
    (tmp_path / "page.html").write_text(
        '<a href="other.html#here">1</a> <a href="other.html#gone">2</a> <a href="gone.html">3</a> '
        '<a href="#nowhere">4</a> <a href="https://docs.ansible.com/">5</a> <a href="http://plain.example/">6</a> '
        '<a href="https://no_host">7</a>'
        '<img src="gone.png"> <a href="mailto:security@exams.example">8</a> <a name="named"></a><a href="#named">9</a>',
        encoding="utf-8",
    )
    assert documentation.dead_links(tmp_path) == [
        "page.html: #nowhere has no such place",
        "page.html: gone.html is not there",
        "page.html: gone.png is not there",
        "page.html: http://plain.example/ is no address by https",
        "page.html: https://no_host is no address by https",
        "page.html: other.html#gone has no such place",
    ]


def test_that_every_page_of_the_repository_is_on_the_site() -> None:
    on_the_site = {"README.md", *(page for chapter in documentation.pages().values() for page in chapter)}
    assert {path for path in files() if path.endswith(".md")} - on_the_site == set()


def test_that_a_module_of_others_is_linked_only_if_it_is_there(tmp_path: Path) -> None:
    (tmp_path / documentation.REFERENCE).mkdir()
    label = "ansible_collections.{}_module".format
    there, missing = label("ansible.windows.win_service"), label("ansible.windows.win_sevrice")
    page = f":ref:`one <{there}>` :ref:`two <{missing}>` :ref:`three <{label('ansible.builtin.wait_for')}>`"
    (tmp_path / documentation.REFERENCE / "page.rst").write_text(page, encoding="utf-8")
    found = documentation.ansible_labels(tmp_path)
    assert found[there] == (
        "collections/ansible/windows/win_service_module.html#ansible-collections-ansible-windows-win-service-module"
    )
    assert label("ansible.builtin.wait_for") in found
    assert missing not in found


def test_that_the_inventory_of_labels_is_what_sphinx_reads(tmp_path: Path) -> None:
    documentation.write_inventory(tmp_path / "ansible.inv", {"a_label": "page.html#a-label"})
    head, body = (tmp_path / "ansible.inv").read_bytes().split(b"zlib.\n", 1)
    assert head.startswith(b"# Sphinx inventory version 2\n")
    assert zlib.decompress(body) == b"a_label std:label -1 page.html#a-label a_label\n"
