#!powershell

# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic

$spec = @{
    options = @{
        operations = @{
            type = "list"
            elements = "dict"
            required = $true
            options = @{
                action = @{ type = "str"; required = $true; choices = @("create", "write", "overwrite", "copy", "move", "replace", "delete") }
                path = @{ type = "str"; required = $true }
                source = @{ type = "str" }
                backup = @{ type = "str" }
                content = @{ type = "str"; no_log = $true }
                expected = @{ type = "str"; no_log = $true }
            }
        }
    }
    supports_check_mode = $false
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

# Makes the directory of a file, unless it is there.
Function New-ParentDirectory {
    param ([string]$Path)
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($Path))
}

# Writes a file in the given mode, through to the disk; of one that cannot be written to its end nothing is left.
Function Write-Content {
    param ([string]$Path, [string]$Content, [System.IO.FileMode]$Mode)
    $bytes = [System.Convert]::FromBase64String($Content)
    $stream = [System.IO.FileStream]::new($Path, $Mode, [System.IO.FileAccess]::Write, [System.IO.FileShare]::None)
    $written = $false
    try {
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
        $written = $true
    }
    finally {
        $stream.Close()
        if (-not $written) { [System.IO.File]::Delete($Path) }
    }
}

# Writes a file beside its place and puts it there, so that the place never has a part of it.
Function Set-WholeFile {
    param ([string]$Path, [string]$Content)
    $part = "$Path.part"
    Write-Content -Path $part -Content $Content -Mode Create
    try {
        # keeps the access rights of the file that is replaced; $null would be an empty text
        if ([System.IO.File]::Exists($Path)) { [System.IO.File]::Replace($part, $Path, [NullString]::Value) }
        else { [System.IO.File]::Move($part, $Path) }
    }
    catch {
        # where it is all that there is, it stays
        if ([System.IO.File]::Exists($Path)) { [System.IO.File]::Delete($part) }
        throw
    }
}

# Opens a file that nobody else can read or write until it is closed, if it has the content that is expected.
Function Open-Expected {
    param ([string]$Path, [string]$Expected, [System.IO.FileAccess]$Access, [System.IO.FileShare]$Share)
    $stream = [System.IO.FileStream]::new($Path, [System.IO.FileMode]::Open, $Access, $Share)
    $same = $false
    try {
        $bytes = [byte[]]::new($stream.Length)
        $null = $stream.Read($bytes, 0, $bytes.Length)
        $same = [System.Convert]::ToBase64String($bytes) -ceq $Expected
    }
    finally {
        if (-not $same) { $stream.Close() }
    }
    if (-not $same) { throw [System.IO.InvalidDataException]::new("It has another content.") }
    return $stream
}

# Overwrites a file in its place, so that nobody comes between the look at it and the writing.
Function Set-Expected {
    param ([string]$Path, [string]$Expected, [string]$Content)
    $bytes = [System.Convert]::FromBase64String($Content)
    $stream = Open-Expected -Path $Path -Expected $Expected -Access ReadWrite -Share None
    try {
        $stream.SetLength(0)
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    }
    finally {
        $stream.Close()
    }
}

# Deletes a file, so that nobody comes between the look at it and that.
Function Remove-Expected {
    param ([string]$Path, [string]$Expected)
    $stream = Open-Expected -Path $Path -Expected $Expected -Access Read -Share Delete
    try {
        [System.IO.File]::Delete($Path)
    }
    finally {
        $stream.Close()
    }
}

# Carries one operation out; whatever goes wrong is thrown.
Function Invoke-Operation {
    param ([System.Collections.IDictionary]$Operation)
    $path = $Operation.path
    if ($Operation.action -ne "delete") { New-ParentDirectory -Path $path }
    switch ($Operation.action) {
        "create" { Write-Content -Path $path -Content $Operation.content -Mode CreateNew }
        "write" { Set-WholeFile -Path $path -Content $Operation.content }
        "overwrite" { Set-Expected -Path $path -Expected $Operation.expected -Content $Operation.content }
        "copy" { [System.IO.File]::Copy($Operation.source, $path, $true) }
        "move" { [System.IO.File]::Move($Operation.source, $path) }
        "replace" {
            # keeps the access rights of the file that is replaced, and the file itself as the backup
            New-ParentDirectory -Path $Operation.backup
            [System.IO.File]::Replace($Operation.source, $path, $Operation.backup)
        }
        "delete" {
            if ($null -ne $Operation.expected) {
                Remove-Expected -Path $path -Expected $Operation.expected
                return
            }
            foreach ($each in @("$path.part", $path)) {
                if ([System.IO.File]::Exists($each)) { [System.IO.File]::Delete($each) }
            }
        }
    }
}

$module.Result.done = 0
foreach ($operation in $module.Params.operations) {
    try {
        Invoke-Operation -Operation $operation
    }
    catch {
        $exception = $_.Exception
        while ($null -ne $exception.InnerException) { $exception = $exception.InnerException }
        $module.Result.exists = ($operation.action -eq "create") -and [System.IO.File]::Exists($operation.path)
        $is_another = ($exception -is [System.IO.InvalidDataException]) -or ($exception -is [System.IO.FileNotFoundException])
        $module.Result.differs = ($null -ne $operation.expected) -and $is_another
        $module.FailJson("$($operation.action) $($operation.path): $($exception.Message)")
    }
    $module.Result.done += 1
    $module.Result.changed = $true
}
$module.ExitJson()
