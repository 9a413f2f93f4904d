# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The version of this release; whoever builds the wheel writes it."""

VERSION = "0"
