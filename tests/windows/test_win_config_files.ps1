# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs win_config_files on this Windows host on files of its own, under Windows PowerShell as WinRM gives it.
$ErrorActionPreference = "Stop"
. "$PSScriptRoot\module_test.ps1"
$directory = Join-Path $scratch "configuration"
$place = Join-Path $directory "app.config"
$part = "$place.part"

# Returns what the module answers to operations.
Function Get-Answer {
    param ([array]$Operations, [bool]$CheckMode = $false)
    return Wait-Module -Started (Start-Module -Name win_config_files -Arguments @{ operations = @($Operations) } -CheckMode $CheckMode)
}

# Returns a text as the module is given it.
Function ConvertTo-Content {
    param ([string]$Text)
    return [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Text))
}

# Returns the bytes of a file as text, without a mark of its encoding that was not written.
Function Read-File {
    param ([string]$Path)
    return [System.Text.Encoding]::UTF8.GetString([System.IO.File]::ReadAllBytes($Path))
}

try {
    $text = "caf$([char]0xe9)`n"
    $create = @{ action = "create"; path = "$directory\lock.json"; content = ConvertTo-Content "{}" }
    $answer = Get-Answer @($create) -CheckMode $true
    Assert-Equal "check mode is skipped" $answer.skipped $true
    Assert-Equal "and makes no directory" ([System.IO.Directory]::Exists($directory)) $false

    $answer = Get-Answer @(
        $create,
        @{ action = "write"; path = $place; content = ConvertTo-Content "old" },
        @{ action = "write"; path = $place; content = ConvertTo-Content "of before" },
        @{ action = "write"; path = "$directory\stage\app.config"; content = ConvertTo-Content $text },
        @{ action = "write"; path = "$directory\empty"; content = "" }
    )
    Assert-Equal "files are created and written" $answer.done 5
    Assert-Equal "which is a change" $answer.changed $true
    Assert-Equal "in a directory that was missing" (Read-File "$directory\stage\app.config") $text
    Assert-Equal "over what was there" (Read-File $place) "of before"
    Assert-Equal "an empty one too" (Read-File "$directory\empty") ""
    Assert-Equal "nothing is left of the writing" ([System.IO.File]::Exists($part)) $false

    # a right of its own, which the file that takes the place must have too
    $rights = [System.IO.File]::GetAccessControl($place)
    $everybody = [System.Security.Principal.SecurityIdentifier]::new("S-1-1-0")
    $rights.AddAccessRule([System.Security.AccessControl.FileSystemAccessRule]::new($everybody, "ReadAndExecute", "Allow"))
    [System.IO.File]::SetAccessControl($place, $rights)
    $answer = Get-Answer @(
        @{ action = "replace"; path = $place; source = "$directory\stage\app.config"; backup = "$directory\kept\app.config" },
        @{ action = "copy"; path = "$directory\copied"; source = $place },
        @{ action = "move"; path = "$directory\moved"; source = "$directory\copied" }
    )
    Assert-Equal "files are replaced, copied and moved" $answer.done 3
    Assert-Equal "the new one stands" (Read-File $place) $text
    $kept = [System.IO.File]::GetAccessControl($place).GetSecurityDescriptorSddlForm("Access")
    Assert-Equal "with the right of the old one" ($kept -like "*;;;WD)*") $true
    Assert-Equal "which is kept" (Read-File "$directory\kept\app.config") "of before"
    Assert-Equal "what was moved is there" (Read-File "$directory\moved") $text
    Assert-Equal "and not where it was" ([System.IO.File]::Exists("$directory\copied")) $false

    $answer = Get-Answer @($create, @{ action = "delete"; path = $place })
    Assert-Equal "a lock that is there is not taken" $answer.failed $true
    Assert-Equal "which is said" $answer.exists $true
    Assert-Equal "and by the operation's name" ($answer.msg -like "create *lock.json:*") $true
    Assert-Equal "nothing after it is done" ([System.IO.File]::Exists($place)) $true

    $lock = "$directory\lock.json"
    $mine = ConvertTo-Content "mine"
    $take = @{ action = "overwrite"; path = $lock; content = $mine; expected = ConvertTo-Content "{}" }
    $answer = Get-Answer @($take)
    Assert-Equal "a file that is as expected is overwritten" $answer.done 1
    Assert-Equal "wholly" (Read-File $lock) "mine"
    foreach ($late in @($take, @{ action = "delete"; path = $lock; expected = ConvertTo-Content "{}" })) {
        $answer = Get-Answer @($late)
        Assert-Equal "one that is not is left alone by $($late.action)" (Read-File $lock) "mine"
        Assert-Equal "which is said by $($late.action)" $answer.differs $true
    }
    $open = [System.IO.File]::Open($lock, "Open", "Read", "ReadWrite")
    try {
        $answer = Get-Answer @(@{ action = "overwrite"; path = $lock; content = ""; expected = $mine })
    }
    finally {
        $open.Close()
    }
    Assert-Equal "nor is one overwritten that another process has open" $answer.failed $true
    Assert-Equal "which has no other content" $answer.differs $false
    $answer = Get-Answer @(@{ action = "delete"; path = $lock; expected = $mine })
    Assert-Equal "a file that is as expected is deleted" ([System.IO.File]::Exists($lock)) $false
    $answer = Get-Answer @(@{ action = "delete"; path = $lock; expected = $mine })
    Assert-Equal "one that is not there is not as expected" $answer.differs $true

    $answer = Get-Answer @(@{ action = "move"; path = $place; source = "$directory\moved" })
    Assert-Equal "nothing is moved over a file" $answer.failed $true

    $open = [System.IO.File]::Open($place, "Open", "Read", "None")
    try {
        $answer = Get-Answer @(@{ action = "write"; path = $place; content = ConvertTo-Content "other" })
    }
    finally {
        $open.Close()
    }
    Assert-Equal "a file that another process has open is not written" $answer.failed $true
    Assert-Equal "no part of it is left" ([System.IO.File]::Exists($part)) $false
    Assert-Equal "and what stood, stands" (Read-File $place) $text

    [System.IO.File]::WriteAllText($part, "of a process that was killed")
    $answer = Get-Answer @(@{ action = "delete"; path = $place }, @{ action = "delete"; path = "$directory\never there" })
    Assert-Equal "a file that is not there may be deleted" $answer.done 2
    Assert-Equal "one that is there is deleted" ([System.IO.File]::Exists($place)) $false
    Assert-Equal "with what a write has left" ([System.IO.File]::Exists($part)) $false
}
finally {
    Remove-Item -Recurse -Force -Path $scratch
}
Complete-Test
