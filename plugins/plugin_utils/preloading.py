# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each of ansible-playbook's workers needs, loaded once in the process that they are copies of."""

from __future__ import annotations

from ansible.plugins.loader import filter_loader, test_loader


def preload() -> None:
    """Load the filters and tests that ansible-core brings, and those of this collection.

    ansible-core 2.19 loads them in the worker that uses the first: once for each task on each host, which is a tenth of
    the time of a run on Windows hosts (`make bench PARTS=windows`).
    """
    for loader in (filter_loader, test_loader):
        for _plugin in loader.all():
            pass
    # to find one by its name, Ansible loads every file of a collection that may have it, 60 ms in each worker
    filter_loader.get("uoe.exam_scheduling.registered")
    test_loader.get("uoe.exam_scheduling.granted")
