# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the option that says who resolves names."""

from __future__ import annotations


class ModuleDocFragment:
    """The option `resolver`."""

    DOCUMENTATION = r"""
options:
  resolver:
    description:
      - The recursive name server that resolves host names for this task.
      - By default the host where the module runs resolves them as it does for every other program.
      - If it is given, the Python library C(dnspython) (2.7.0 or later) is needed where the module runs.
    type: dict
    suboptions:
      address:
        description: Its IPv4 or IPv6 address.
        type: str
        required: true
      port:
        description: Its port.
        type: int
        default: 53
"""
