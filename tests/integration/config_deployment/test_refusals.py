# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be deployed as a whole is refused before the host is contacted."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.content import BundleFile, Content
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.config_bundle.store import written
from tests.integration.config_deployment.conftest import NETWORK, PLACE, sign_off
from tests.integration.windows.playbook import Ansible


def test_that_a_bundle_with_an_encrypted_section_is_refused(tmp_path: Path) -> None:
    variables = sign_off(tmp_path)
    encrypted = BundleFile("web.config", "xml", b"<c><logins configProtectionProvider='Rsa'/></c>")
    for name, each in written(Content({encrypted.path: encrypted}), None).items():
        (tmp_path / "encrypted" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "encrypted" / name).write_bytes(each)
    arguments = {"artefact": "settings", "bundle": str(tmp_path / "encrypted"), "directory": PLACE.directory}
    ansible = Ansible(tmp_path, {"nowhere": f"{NETWORK}.1.1"}, "", tmp_path / "root.pem")
    tasks = [{"uoe.exam_scheduling.config_deployment": {**arguments, "state": each}} for each in ("seen", "deployed")]
    for told in ansible.run(tasks, ["nowhere"], variables=variables)["nowhere"]:
        assert told["failed"]
        assert "web.config, /c/logins" in told["msg"]
        assert "Nothing was touched" in told["msg"]
