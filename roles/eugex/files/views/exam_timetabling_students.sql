-- SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- @comment Who sits which exam, with the adjustments that a timetable has to allow for.
-- @column EXAM_CODE The exam, as in EXAM_TIMETABLING_EXAMS.
-- @column ACADEMIC_YEAR The academic year, as there.
-- @column UUN The student's university user name.
-- @column EMAIL The mailbox whose calendar the exam goes into.
-- @column ATTEMPT 1 for a first sitting, more for resits (phase 2: Resits).
-- @column EXTRA_TIME_PER_CENT How much longer the student may take; 0 for not at all.
-- @column SEPARATE_ROOM Y if the student sits it alone, N otherwise.
-- @column REST_BREAKS Y if the student may pause, N otherwise.
-- @column USE_OF_COMPUTER Y if the student writes on a computer, N otherwise.
-- @column SCRIBE Y if somebody writes for the student, N otherwise.
-- @grant SELECT to EXAM_CONNECT
CREATE OR REPLACE VIEW exam_timetabling_students (
    exam_code, academic_year, uun, email, attempt, extra_time_per_cent, separate_room, rest_breaks, use_of_computer, scribe
) AS
SELECT c.exam_code, c.academic_year, s.uun, s.email, c.attempt,
    NVL(a.extra_time_per_cent, 0), NVL(a.separate_room, 'N'), NVL(a.rest_breaks, 'N'), NVL(a.computer, 'N'), NVL(a.scribe, 'N')
FROM sits.sittings c
JOIN sits.students s ON s.student_code = c.student_code
LEFT JOIN sits.adjustments a ON a.student_code = s.student_code
WHERE s.status = 'C';
