-- SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
-- SPDX-License-Identifier: GPL-3.0-or-later
-- The tables of the student system as Oracle Streams keeps them in EUGEX. The real ones are not public: these are invented.

CREATE TABLE students (
  student_code  VARCHAR2(12) CONSTRAINT students_pk PRIMARY KEY,
  uun           VARCHAR2(8) NOT NULL CONSTRAINT students_uun UNIQUE,
  surname       VARCHAR2(80 CHAR) NOT NULL,
  forenames     VARCHAR2(80 CHAR),
  email         VARCHAR2(120),
  status        CHAR(1) NOT NULL
);

CREATE TABLE exams (
  exam_code         VARCHAR2(12),
  academic_year     VARCHAR2(6),
  diet              VARCHAR2(3) NOT NULL,
  title             VARCHAR2(200 CHAR) NOT NULL,
  school            VARCHAR2(100 CHAR),
  duration_minutes  NUMBER(4) NOT NULL,
  is_resit          CHAR(1) DEFAULT 'N' NOT NULL,
  fixed_start       DATE,
  CONSTRAINT exams_pk PRIMARY KEY (exam_code, academic_year)
);

CREATE TABLE sittings (
  exam_code      VARCHAR2(12),
  academic_year  VARCHAR2(6),
  student_code   VARCHAR2(12) CONSTRAINT sittings_student REFERENCES students (student_code),
  attempt        NUMBER(2) NOT NULL,
  CONSTRAINT sittings_pk PRIMARY KEY (exam_code, academic_year, student_code),
  CONSTRAINT sittings_exam FOREIGN KEY (exam_code, academic_year) REFERENCES exams (exam_code, academic_year)
);

CREATE TABLE adjustments (
  student_code         VARCHAR2(12) CONSTRAINT adjustments_pk PRIMARY KEY
                       CONSTRAINT adjustments_student REFERENCES students (student_code),
  extra_time_per_cent  NUMBER(3),
  separate_room        CHAR(1),
  rest_breaks          CHAR(1),
  computer             CHAR(1),
  scribe               CHAR(1)
);

GRANT SELECT ON students TO eugex WITH GRANT OPTION;
GRANT SELECT ON exams TO eugex WITH GRANT OPTION;
GRANT SELECT ON sittings TO eugex WITH GRANT OPTION;
GRANT SELECT ON adjustments TO eugex WITH GRANT OPTION;
