-- SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- @comment Every exam that is to be timetabled, once, with how many candidates it has.
-- @column EXAM_CODE The exam, as the student system names it.
-- @column ACADEMIC_YEAR The academic year, such as 2026/7.
-- @column DIET When it is held: DEC, MAY or AUG.
-- @column TITLE What candidates see.
-- @column SCHOOL The school that sets it.
-- @column DURATION_MINUTES How long it takes without adjustments.
-- @column CANDIDATES How many current students are to sit it.
-- @column IS_RESIT Y if it is a resit, N otherwise (phase 2: Resits).
-- @column FIXED_START When it has to begin, if that is not free to choose (phase 2: Fixed Date Exams).
-- @grant SELECT to EXAM_CONNECT
CREATE OR REPLACE VIEW exam_timetabling_exams (
    exam_code, academic_year, diet, title, school, duration_minutes, candidates, is_resit, fixed_start
) AS
SELECT e.exam_code, e.academic_year, e.diet, e.title, e.school, e.duration_minutes, COUNT(s.student_code), e.is_resit, e.fixed_start
FROM sits.exams e
LEFT JOIN sits.sittings c ON c.exam_code = e.exam_code AND c.academic_year = e.academic_year
LEFT JOIN sits.students s ON s.student_code = c.student_code AND s.status = 'C'
GROUP BY e.exam_code, e.academic_year, e.diet, e.title, e.school, e.duration_minutes, e.is_resit, e.fixed_start;
