-- SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The schema of Exam Scheduler as its vendor's installer leaves it in the rehearsal. The product's own is not public: these tables
-- are made up after what the plan says that there is, and inventories/*/group_vars/all/exam_scheduler_database.yml names them.

-- system: the product's own, never cleared
CREATE TABLE dbo.SchemaVersion (Version nvarchar(20) NOT NULL PRIMARY KEY, AppliedAt datetime2(0) NOT NULL);
CREATE TABLE dbo.Licence (LicenceId int NOT NULL PRIMARY KEY, Holder nvarchar(200) NOT NULL, ValidUntil date NULL);
CREATE TABLE dbo.Settings (Name nvarchar(100) NOT NULL PRIMARY KEY, Value nvarchar(max) NULL);
CREATE TABLE dbo.Users (
    UserId int IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    UserName nvarchar(128) NOT NULL UNIQUE,
    IsAdministrator bit NOT NULL DEFAULT 0
);
CREATE TABLE dbo.Permissions (
    UserId int NOT NULL REFERENCES dbo.Users (UserId),
    Permission nvarchar(100) NOT NULL,
    PRIMARY KEY (UserId, Permission)
);
GO

-- reference: kept equal to the golden copy
CREATE TABLE dbo.AcademicPeriods (
    PeriodId int NOT NULL PRIMARY KEY,
    Name nvarchar(60) NOT NULL UNIQUE,
    StartsOn date NOT NULL,
    EndsOn date NOT NULL
);
CREATE TABLE dbo.Locations (
    LocationId int IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    Code nvarchar(20) NOT NULL UNIQUE,
    Name nvarchar(200) NOT NULL,
    Campus nvarchar(100) NULL
);
CREATE TABLE dbo.LocationSizes (
    LocationId int NOT NULL REFERENCES dbo.Locations (LocationId),
    Layout nvarchar(40) NOT NULL,
    Seats int NOT NULL,
    PRIMARY KEY (LocationId, Layout)
);
CREATE TABLE dbo.Tags (TagId int IDENTITY(1, 1) NOT NULL PRIMARY KEY, Name nvarchar(60) NOT NULL UNIQUE);
CREATE TABLE dbo.LocationSuitabilities (
    LocationId int NOT NULL REFERENCES dbo.Locations (LocationId),
    TagId int NOT NULL REFERENCES dbo.Tags (TagId),
    PRIMARY KEY (LocationId, TagId)
);
GO

-- transactional: what is loaded and scheduled, and cleared
CREATE TABLE dbo.Students (
    StudentId int IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    UUN nvarchar(10) NOT NULL UNIQUE,
    Adjustments nvarchar(400) NULL,
    ExtraTimePercent int NOT NULL DEFAULT 0
);
CREATE TABLE dbo.Exams (
    ExamId int IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    CourseCode nvarchar(20) NOT NULL,
    PeriodId int NOT NULL REFERENCES dbo.AcademicPeriods (PeriodId),
    DurationMinutes int NOT NULL,
    IsResit bit NOT NULL DEFAULT 0,
    FixedStart datetime2(0) NULL
);
CREATE TABLE dbo.ExamRequirements (
    ExamId int NOT NULL REFERENCES dbo.Exams (ExamId),
    TagId int NOT NULL REFERENCES dbo.Tags (TagId),
    PRIMARY KEY (ExamId, TagId)
);
CREATE TABLE dbo.Registrations (
    ExamId int NOT NULL REFERENCES dbo.Exams (ExamId),
    StudentId int NOT NULL REFERENCES dbo.Students (StudentId),
    Attempt int NOT NULL DEFAULT 1,
    PRIMARY KEY (ExamId, StudentId)
);
CREATE TABLE dbo.Sittings (
    SittingId int IDENTITY(1, 1) NOT NULL PRIMARY KEY,
    ExamId int NOT NULL REFERENCES dbo.Exams (ExamId),
    LocationId int NOT NULL REFERENCES dbo.Locations (LocationId),
    StartsAt datetime2(0) NOT NULL
);
CREATE TABLE dbo.Seats (
    SittingId int NOT NULL REFERENCES dbo.Sittings (SittingId),
    StudentId int NOT NULL REFERENCES dbo.Students (StudentId),
    Number nvarchar(10) NULL,
    ExtraMinutes int NOT NULL DEFAULT 0,
    PRIMARY KEY (SittingId, StudentId)
);
CREATE TABLE dbo.Invigilators (InvigilatorId int IDENTITY(1, 1) NOT NULL PRIMARY KEY, UUN nvarchar(10) NOT NULL UNIQUE);
CREATE TABLE dbo.SittingInvigilators (
    SittingId int NOT NULL REFERENCES dbo.Sittings (SittingId),
    InvigilatorId int NOT NULL REFERENCES dbo.Invigilators (InvigilatorId),
    PRIMARY KEY (SittingId, InvigilatorId)
);
GO

INSERT INTO dbo.SchemaVersion (Version, AppliedAt) VALUES (N'3.5.8', '2027-01-19T09:30:00');
INSERT INTO dbo.Licence (LicenceId, Holder, ValidUntil) VALUES (1, N'Exams Example', '2028-07-31');
INSERT INTO dbo.Settings (Name, Value) VALUES (N'DefaultDurationMinutes', N'120'), (N'Theme', N'standard');
INSERT INTO dbo.Users (UserName, IsAdministrator) VALUES (N'Administrator', 1);
INSERT INTO dbo.Permissions (UserId, Permission) VALUES (1, N'Everything');
