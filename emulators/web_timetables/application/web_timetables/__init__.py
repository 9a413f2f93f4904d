# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Web timetables as a rehearsal has them: a small application that shows a student's exams."""
