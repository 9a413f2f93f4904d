# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the tests beside it have in common: they run a module on this Windows host, under Windows PowerShell as WinRM gives it.
# Needs Python with ansible-core on the PATH, for Ansible.Basic. A test ends with 1, naming what was wrong, if anything was.
$ErrorActionPreference = "Stop"
$root = (Resolve-Path "$PSScriptRoot\..\..").Path
$ansible = & python -c "import importlib.util; print(list(importlib.util.find_spec('ansible').submodule_search_locations)[0])"
$scratch = (New-Item -ItemType Directory -Path (Join-Path ([System.IO.Path]::GetTempPath()) ([guid]::NewGuid()))).FullName
$wrong = [System.Collections.Generic.List[string]]::new()

# Starts the module in a process of its own, and returns that process and the file of its answer.
Function Start-Module {
    param ([string]$Name, [hashtable]$Arguments, [bool]$CheckMode = $false)
    $path = Join-Path $scratch "$([guid]::NewGuid()).json"
    $given = $Arguments.Clone()
    $given["_ansible_check_mode"] = $CheckMode
    $json = ConvertTo-Json -InputObject @{ ANSIBLE_MODULE_ARGS = $given } -Depth 9
    [System.IO.File]::WriteAllText($path, $json)
    $words = @(
        "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass",
        "-File", "`"$PSScriptRoot\invoke_module.ps1`"",
        "-ModuleUtils", "`"$ansible\module_utils`"",
        "-Module", "`"$root\plugins\modules\$Name.ps1`"",
        "-Arguments", "`"$path`""
    )
    $process = Start-Process -FilePath powershell.exe -ArgumentList $words -PassThru -NoNewWindow `
        -RedirectStandardOutput "$path.out" -RedirectStandardError "$path.err"
    return @{ process = $process; answer = "$path.out"; errors = "$path.err" }
}

# Returns the module's answer.
Function Wait-Module {
    param ([hashtable]$Started)
    if (-not $Started.process.WaitForExit(120000)) {
        $Started.process.Kill()
        throw "the module did not end within 120 s"
    }
    $answer = [System.IO.File]::ReadAllText($Started.answer)
    if (-not $answer) {
        throw "the module answered nothing: $([System.IO.File]::ReadAllText($Started.errors))"
    }
    return ConvertFrom-Json -InputObject $answer
}

# Keeps what is not as expected.
Function Assert-Equal {
    param ([string]$What, $Found, $Expected)
    if ($Found -eq $Expected) {
        Write-Output "ok     $What"
    }
    else {
        $wrong.Add($What)
        Write-Output "WRONG  ${What}: found '$Found', expected '$Expected'"
    }
}

# Ends the test, with 1 if anything was wrong.
Function Complete-Test {
    if ($wrong.Count -gt 0) {
        Write-Output "$($wrong.Count) wrong"
        exit 1
    }
    Write-Output "all as expected"
}
