# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules of files, against one another."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from tests.integration.windows.conftest import Host
from tests.integration.windows.sequence import proven

CONFIGURATION = "C:\\CalSync\\log4net.config"
CONTENT = "höchst vertraulich\r\n"


def slurp(path: str) -> dict[str, object]:
    return {"ansible.builtin.slurp": {"src": path}}


def stat(path: str) -> dict[str, object]:
    return {"ansible.windows.win_stat": {"path": path}}


def text(content: str) -> str:
    return base64.b64decode(content).decode()


def test_that_a_file_is_copied_kept_and_removed(host: Host) -> None:
    path = "C:\\CalSync\\template.txt"
    copy = {"ansible.windows.win_copy": {"content": CONTENT, "dest": path, "backup": True}}
    _said, before, after, changed, kept, read, fetched, removed, gone = proven(
        host,
        copy,
        stat(path),
        {"ansible.windows.win_copy": {"content": "other", "dest": path, "backup": True}},
        stat("C:\\CALSYNC\\Template.TXT"),
        slurp(path),
        {"ansible.builtin.fetch": {"src": path, "dest": "{{ playbook_dir }}/fetched/", "flat": True}},
        {"ansible.windows.win_file": {"path": path, "state": "absent"}},
        stat(path),
    )
    assert before["stat"] == {"exists": False}
    assert after["stat"]["checksum"] == hashlib.sha1(CONTENT.encode(), usedforsecurity=False).hexdigest()
    assert after["stat"]["size"] == len(CONTENT.encode())
    assert changed["backup_file"].startswith(path)
    assert kept["stat"]["path"] == path, "paths are compared without regard to case"
    assert text(read["content"]) == "other"
    assert Path(fetched["dest"]).read_text(encoding="utf-8") == "other"
    assert (removed["changed"], gone["stat"]["exists"]) == (True, False)
    assert host.process.state(host.name).files[changed["backup_file"].lower()].size == len(CONTENT.encode())


def test_that_a_directory_goes_over_as_a_whole(host: Host, tmp_path: Path) -> None:
    for name in ("one.txt", "below/two.txt"):
        (tmp_path / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "tree" / name).write_text(name, encoding="utf-8")
    (tmp_path / "tree" / "empty").mkdir()
    copy = {"ansible.windows.win_copy": {"src": f"{tmp_path}/tree/", "dest": "C:\\Target"}}
    first, two, empty, again = host.run(copy, slurp("C:\\Target\\below\\two.txt"), stat("C:\\Target\\empty"), copy)
    assert (first["changed"], again["changed"]) == (True, False)
    assert text(two["content"]) == "below/two.txt"
    assert empty["stat"]["isdir"] is True


def test_that_directories_and_temporary_files_come_and_go(host: Host) -> None:
    proven(
        host,
        {"ansible.windows.win_file": {"path": "C:\\One\\Two", "state": "directory"}},
        stat("C:\\One\\Two"),
    )
    *_read, temporary, checked, remote, no_directory, no_source = proven(
        host,
        {"ansible.windows.win_file": {"path": "C:\\One", "state": "absent"}},
        stat("C:\\One\\Two"),
        {"ansible.windows.win_tempfile": {"suffix": ".pfx", "state": "file"}},
        {"ansible.windows.win_tempfile": {}, "check_mode": True},
        {
            "ansible.windows.win_copy": {
                "src": "\\\\files.exams.example\\software\\readme.txt",
                "dest": "C:\\CalSync\\",
                "remote_src": True,
            }
        },
        {"ansible.windows.win_copy": {"content": "x", "dest": "C:\\Nowhere\\file.txt"}},
        {"ansible.windows.win_copy": {"src": "C:\\no.txt", "dest": "C:\\CalSync\\", "remote_src": True}},
    )
    state = host.state
    assert temporary["path"].endswith(".pfx")
    assert temporary["path"].lower() in state.files
    assert checked["path"].lower() not in state.files
    assert remote["dest"] == "C:\\CalSync\\readme.txt"
    assert "Destination directory 'C:\\Nowhere' does not exist" in no_directory["msg"]
    assert "Cannot copy src file: 'C:\\no.txt' as it does not exist" in no_source["msg"]


def test_that_a_line_is_replaced_added_and_removed(host: Host) -> None:
    line = {"path": CONFIGURATION, "regexp": "<layout ", "line": '    <layout value="%property{uun}" />'}
    said, _before, after, added, references, absent, again, missing, end = proven(
        host,
        {"community.windows.win_lineinfile": line},
        slurp(CONFIGURATION),
        {"community.windows.win_lineinfile": {"path": CONFIGURATION, "line": "<!-- end -->"}},
        {
            "community.windows.win_lineinfile": {
                "path": CONFIGURATION,
                "regexp": '(.*name=)"File"(.*)',
                "line": '$1"Files"$2',
                "backrefs": True,
            }
        },
        {"community.windows.win_lineinfile": {"path": CONFIGURATION, "regexp": "supplier", "state": "absent"}},
        {"community.windows.win_lineinfile": {"path": CONFIGURATION, "regexp": "supplier", "state": "absent"}},
        {"community.windows.win_lineinfile": {"path": "C:\\none.txt", "line": "x"}},
        slurp(CONFIGURATION),
    )
    assert said["msg"] == "line replaced"
    assert '<layout value="%property{uun}" />' in text(after["content"])
    assert "%date %level %message%newline" in said["diff"]["before"]
    assert "%date %level %message%newline" not in said["diff"]["after"]
    assert (added["msg"], references["msg"], absent["found"], again["changed"]) == (
        "line added",
        "line replaced",
        1,
        False,
    )
    assert "Path C:\\none.txt does not exist !" in missing["msg"]
    assert '<appender name="Files">' in text(end["content"])
    assert text(end["content"]).splitlines()[-1] == "<!-- end -->"


def test_that_xml_is_changed_where_an_xpath_says_and_kept_elsewhere(host: Host) -> None:
    pattern = "%date %level %property{uun} %message%newline"
    layout = {
        "path": CONFIGURATION,
        "xpath": "/log4net/appender/layout",
        "type": "attribute",
        "attribute": "value",
        "fragment": pattern,
    }
    said, before, after, count, none, broken, capitals = proven(
        host,
        {"community.windows.win_xml": layout},
        slurp(CONFIGURATION),
        {"community.windows.win_xml": {"path": CONFIGURATION, "xpath": "//appender", "count": True}},
        {"community.windows.win_xml": {**layout, "xpath": "//nothing"}},
        {"community.windows.win_xml": {**layout, "path": "\\\\files.exams.example\\software\\readme.txt"}},
        {"community.windows.win_xml": {**layout, "fragment": pattern.upper()}},
    )
    assert said["msg"] == "not changed check mode"
    assert (capitals["msg"], capitals["changed"]) == ("not changed", False), "as PowerShell compares"
    original, changed = text(before["content"]), text(after["content"])
    assert pattern in changed
    kept = [line for line in original.splitlines() if "layout" not in line]
    assert [line for line in changed.splitlines() if "layout" not in line][1:] == kept[1:], "the rest stays as it was"
    assert count["count"] == 1
    assert none["msg"].startswith("The supplied xpath did not match any nodes.")
    assert "Failed to parse file at" in broken["msg"]
