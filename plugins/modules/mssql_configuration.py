#!/usr/bin/python
# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keeps the configuration of a SQL Server."""

from __future__ import annotations

DOCUMENTATION = r"""
module: mssql_configuration
short_description: Keep the settings of a SQL Server (sp_configure)
version_added: "0.1.0"
author:
  - The uoe.exam_scheduling authors (@uoe-exam-scheduling)
description:
  - Sets what differs by C(sp_configure), and puts all of it into use by one C(RECONFIGURE). If the server refuses any
    of it, all of it is set back.
  - Advanced settings are shown (C(show advanced options)) just while they are set, unless that is declared itself.
  - A setting that the server takes up only when its service is restarted is set, and named in RV(restart_needed).
  - C(RECONFIGURE) puts into use whatever is waiting. If somebody has set another setting and left it waiting, the task
    is refused and names it.
notes:
  - The login needs the permission C(ALTER SETTINGS), which the roles C(serveradmin) and C(sysadmin) have.
  - C(RECONFIGURE) of some settings clears the cache of plans, so that queries are compiled anew.
options:
  settings:
    description:
      - The settings by their names in C(sys.configurations), each a whole number; V(1) is on, V(0) is off. Others are
        left alone.
    type: dict
    required: true
seealso:
  - module: uoe.exam_scheduling.mssql_info
extends_documentation_fragment:
  - uoe.exam_scheduling.attributes
  - uoe.exam_scheduling.attributes.reconcile
  - uoe.exam_scheduling.mssql
"""

EXAMPLES = r"""
- name: Limit the server's memory, and check backups
  uoe.exam_scheduling.mssql_configuration:
    server: sql-live.exams.example
    ca_certificates: /etc/pki/exams/root.pem
    login_user: svc-exam-automation
    login_password: "{{ sql_login_password }}"
    settings:
      max server memory (MB): 57344
      backup checksum default: 1
      xp_cmdshell: 0
"""

RETURN = r"""
changes:
  description: What was changed, or in check mode would be.
  returned: success
  type: list
  elements: dict
  contains:
    item:
      description: The setting.
      type: str
      sample: setting max server memory (MB)
    action:
      description: C(update).
      type: str
      sample: update
    before:
      description: What it was.
      type: int
      sample: 2147483647
    after:
      description: What it is afterwards.
      type: int
      sample: 57344
applied:
  description: The items that are in force, if the task broke off.
  returned: failure after the first change was sent
  type: list
  elements: str
pending:
  description: The items that are not in force, if the task broke off.
  returned: failure after the first change was sent
  type: list
  elements: str
driver:
  description: The ODBC driver, and how it was chosen.
  returned: success
  type: str
  sample: ODBC Driver 18 for SQL Server (installed)
restart_needed:
  description: The declared settings that are in use only once the server's service is restarted.
  returned: success
  type: list
  elements: str
  sample: [user connections]
no_answer:
  description: V(true) if the server did not answer, so that nothing is known of it.
  returned: failure, if it is so
  type: bool
certificate_not_verified:
  description: V(true) if the server's certificate does not verify, which may be because it is still to be bound.
  returned: if it is so
  type: bool
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.arguments import CONNECTION_ARGUMENTS
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.configuration import Configuration
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.mssql.configuration_planner import (
    CONFIGURATION_ARGUMENTS,
)
from ansible_collections.uoe.exam_scheduling.plugins.module_utils.reconcile import (
    PREREQUISITE_ARGUMENTS,
    Problem,
    run,
)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **CONFIGURATION_ARGUMENTS, **PREREQUISITE_ARGUMENTS},
        supports_check_mode=True,
    )
    try:
        configuration = Configuration(module.params)
    except Problem as error:
        module.fail_json(msg=f"{error} Nothing was touched.")
    try:
        run(module, configuration)
    finally:
        configuration.close()


if __name__ == "__main__":
    main()
