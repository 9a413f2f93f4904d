# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gives ansible-test's environments their pip out of Python itself, where it would otherwise download a script."""

import ensurepip

ensurepip.bootstrap()
