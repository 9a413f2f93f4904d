# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module on real files: check, real, again; what is altered, missing, foreign or too much is refused before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.config_bundle.conftest import LIVE_SECRET, Promotion, contents, snapshot
from tests.unit.config_bundle.corpus import corpus, leaks

PASSPHRASE = "correct horse battery"


def items(result: dict[str, Any]) -> list[str]:
    """Return what changed."""
    return [change["item"] for change in result["changes"]]


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_check_real_and_again(promotion: Promotion, passphrase: str | None) -> None:
    encryption: dict[str, Any] = {"passphrase": passphrase} if passphrase else {}
    predicted = promotion.collect(check=True, **encryption)
    made = promotion.collect(**encryption)
    assert made["changes"] == predicted["changes"]
    assert items(made) == [*sorted(corpus()), "manifest.json"]
    again = promotion.collect(**encryption)
    assert (again["changed"], again["digest"]) == (False, made["digest"])
    assert leaks(b"".join(contents(promotion.bundle).values())) == []
    described = promotion.render(state="described", **encryption)
    assert (described["changed"], described["digest"]) == (False, made["digest"])
    assert described["findings"] == made["findings"]

    predicted = promotion.render(check=True, digest=made["digest"], **encryption)
    rendered = promotion.render(digest=made["digest"], **encryption)
    assert rendered["changes"] == predicted["changes"]
    assert items(rendered) == [*sorted(set(corpus()) - {"Config/Protected.config"}), ".config_bundle.json"]
    assert [each["file"] for each in rendered["hand_over"]] == ["Config/Protected.config"]
    before = snapshot(promotion.root)
    again = promotion.render(digest=made["digest"], **encryption)
    assert (again["changed"], again["changes"]) == (False, [])
    after = snapshot(promotion.root)
    assert [path for path in after if before.get(path) != after[path] and not path.endswith(".lock")] == []
    assert again["previous_digest"] == made["digest"]
    text = (promotion.target / "Connect.exe.config").read_bytes().decode()
    assert "Data Source=sql-live.exams.example" in text
    assert text.count('value="LIVE"') == 2
    modes = {path.stat().st_mode & 0o777 for path in promotion.target.rglob("*")}
    assert modes == {0o600, 0o700}


def test_that_the_other_way_of_storing_it_is_the_same_content(promotion: Promotion) -> None:
    made = promotion.collect()
    problem = promotion.collect(passphrase=PASSPHRASE)
    assert "not encrypted, and there is a passphrase" in problem["msg"]
    shutil.rmtree(promotion.bundle)
    assert promotion.collect(passphrase=PASSPHRASE)["digest"] == made["digest"]
    refused = promotion.render(passphrase="another passphrase")
    assert "cannot be decrypted" in refused["msg"]
    assert "Nothing was touched" in refused["msg"]
    assert "it could be guessed" in promotion.render(passphrase="short")["msg"]
    assert not promotion.target.exists()


def test_what_changes_and_what_is_others(promotion: Promotion) -> None:
    promotion.collect()
    promotion.render()
    first = contents(promotion.target)
    (promotion.target / "service.log").write_text("not ours")
    (promotion.target / "Config" / "more").mkdir()
    (promotion.target / "Config" / "more" / "x.txt").write_text("not ours either")
    (promotion.target / "Config" / "Protected.config").write_text("written on the machine")
    path = promotion.source / "appsettings.json"
    path.write_bytes(path.read_bytes().replace(b"api-test", b"api2-test"))
    (promotion.source / "notes.txt").unlink()
    collected = promotion.collect()
    assert items(collected) == ["appsettings.json", "notes.txt", "manifest.json"]
    rendered = promotion.render()
    assert [(each["item"], each["action"]) for each in rendered["changes"]] == [
        ("appsettings.json", "update"),
        ("notes.txt", "delete"),
        (".config_bundle.json", "update"),
    ]
    diff = {each["before_header"]: each for each in rendered["diff"]}["appsettings.json"]
    lines = {name: set(diff[name].splitlines()) for name in ("before", "after")}
    assert lines["before"] ^ lines["after"] == {
        "/Api/Host = api-test.exams.example",
        "/Api/Host = api2-test.exams.example",
    }
    after = contents(promotion.target)
    assert after.pop("service.log") == b"not ours"
    assert after.pop("Config/more/x.txt") == b"not ours either"
    assert after.pop("Config/Protected.config") == b"written on the machine"
    assert set(first) - set(after) == {"notes.txt"}
    assert promotion.render()["changed"] is False


def test_that_a_rotated_password_is_a_change_that_is_shown_without_it(promotion: Promotion) -> None:
    promotion.collect()
    promotion.render()
    promotion.secrets["es_password"] = "Rotated;1"
    rendered = promotion.render()
    assert items(rendered) == ["Connect.exe.config"]
    before, after = (set(rendered["diff"][0][name].splitlines()) for name in ("before", "after"))
    place = "/configuration/connectionStrings/add[@name='ES']/@connectionString[Password]"
    assert before ^ after == {f"{place} = ********", f"{place} = @@secret:es_password@@"}
    assert b'Password="Rotated;1"' in (promotion.target / "Connect.exe.config").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"digest": "0" * 64}, "is not the one that was signed off"),
        ({"transformations": [{"file": "appsettings.json", "pointer": "/Limit", "value": 3}]}, "found 2"),
        ({"transformations": [{"file": "appsettings.json", "pointer": "/Nothing", "value": 3}]}, "matches nothing"),
        ({"secrets": {}}, "is not given"),
        ({"secrets": {"es_password": 5}}, "secrets.es_password='int' is refused"),
        ({"directory": "/proc/none/target"}, "the parent directory is missing"),
    ],
)
def test_what_stops_before_anything_is_touched(promotion: Promotion, arguments: dict[str, Any], message: str) -> None:
    promotion.collect()
    promotion.render()
    before = contents(promotion.target)
    for check in (True, False):
        result = promotion.render(check=check, **arguments)
        assert result["failed"]
        assert message in result["msg"]
        assert "Nothing was touched" in result["msg"]
    assert contents(promotion.target) == before


def test_that_an_altered_bundle_is_refused(promotion: Promotion) -> None:
    promotion.collect()
    path = promotion.bundle / "files" / "web.config"
    path.write_bytes(path.read_bytes() + b" \0")
    result = promotion.render()
    assert str(path) in result["msg"]
    assert "altered" in result["msg"]
    (promotion.bundle / "manifest.json").unlink()
    assert "only half a bundle" in promotion.render()["msg"]
    assert "altered, or is not whole" in promotion.collect()["msg"]  # nothing of it is overwritten either
    shutil.rmtree(promotion.bundle)
    assert promotion.render(check=True, prerequisite_line="2.1")["pending_line"] == "2.1"


def test_that_other_things_are_not_overwritten(promotion: Promotion) -> None:
    promotion.bundle.mkdir()
    (promotion.bundle / "precious.txt").write_text("x")
    assert "something else than a bundle" in promotion.collect()["msg"]
    promotion.target.write_text("x")
    shutil.rmtree(promotion.bundle)
    promotion.collect()
    assert "it is no directory" in promotion.render()["msg"]
    promotion.target.unlink()
    promotion.target.mkdir()
    (promotion.target / ".config_bundle.json").write_text("{}")
    assert "record of the last rendering cannot be read" in promotion.render()["msg"]
    (promotion.source / "link.config").symlink_to("/etc/passwd")
    assert "this is no file" in promotion.collect()["msg"]
    assert promotion.collect(exclude=["LINK.*"]).get("failed") is None


def test_that_nothing_to_collect_is_an_error(promotion: Promotion) -> None:
    assert "no files to collect" in promotion.collect(include=["*.nothing"], secret_places=[])["msg"]
    assert "no such kind" in promotion.collect(kinds={"*": "yaml"})["msg"]
    assert "there is no such directory" in promotion.collect(source=str(promotion.root / "none"))["msg"]


def test_that_the_record_says_what_the_directory_was_rendered_from(promotion: Promotion) -> None:
    made = promotion.collect()
    promotion.render()
    record = json.loads((promotion.target / ".config_bundle.json").read_text())
    assert record["bundle"] == made["digest"]
    assert LIVE_SECRET.split(";")[0] not in json.dumps(record)


def test_that_a_file_of_the_target_that_is_broken_is_replaced(promotion: Promotion) -> None:
    promotion.collect()
    promotion.render()
    path: Path = promotion.target / "web.config"
    path.write_bytes(b"<a Password='Old3nSecret'")
    result = promotion.render()
    assert items(result) == ["web.config"]
    assert "Old3nSecret" not in json.dumps(result)
    assert "cannot be read as this kind of file" in result["diff"][0]["before"]
