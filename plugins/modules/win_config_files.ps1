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
                action = @{ type = "str"; required = $true; choices = @("create", "write", "copy", "move", "replace", "delete") }
                path = @{ type = "str"; required = $true }
                source = @{ type = "str" }
                backup = @{ type = "str" }
                content = @{ type = "str"; no_log = $true }
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

# Writes a file in the given mode, through to the disk.
Function Write-Content {
    param ([string]$Path, [string]$Content, [System.IO.FileMode]$Mode)
    $bytes = [System.Convert]::FromBase64String($Content)
    $stream = [System.IO.FileStream]::new($Path, $Mode, [System.IO.FileAccess]::Write, [System.IO.FileShare]::None)
    try {
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
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
        "write" { Write-Content -Path $path -Content $Operation.content -Mode Create }
        "copy" { [System.IO.File]::Copy($Operation.source, $path, $true) }
        "move" { [System.IO.File]::Move($Operation.source, $path) }
        "replace" {
            # keeps the access rights of the file that is replaced, and the file itself as the backup
            New-ParentDirectory -Path $Operation.backup
            [System.IO.File]::Replace($Operation.source, $path, $Operation.backup)
        }
        "delete" { if ([System.IO.File]::Exists($path)) { [System.IO.File]::Delete($path) } }
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
        $module.FailJson("$($operation.action) $($operation.path): $($exception.Message)")
    }
    $module.Result.done += 1
    $module.Result.changed = $true
}
$module.ExitJson()
