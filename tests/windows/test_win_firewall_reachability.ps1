# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs win_firewall_reachability on this Windows host against sockets of its own, under Windows PowerShell as WinRM gives it.
# Needs Python with ansible-core on the PATH, for Ansible.Basic. Ends with 1, naming what was wrong, if anything was.
$ErrorActionPreference = "Stop"
$root = (Resolve-Path "$PSScriptRoot\..\..").Path
$ansible = & python -c "import importlib.util; print(list(importlib.util.find_spec('ansible').submodule_search_locations)[0])"
$scratch = (New-Item -ItemType Directory -Path (Join-Path ([System.IO.Path]::GetTempPath()) ([guid]::NewGuid()))).FullName
$loopback = [System.Net.IPAddress]::Loopback
$wrong = [System.Collections.Generic.List[string]]::new()

# Starts the module in a process of its own, and returns that process and the file of its answer.
Function Start-Module {
    param ([hashtable]$Arguments)
    $path = Join-Path $scratch "$([guid]::NewGuid()).json"
    $json = ConvertTo-Json -InputObject @{ ANSIBLE_MODULE_ARGS = $Arguments } -Depth 9
    [System.IO.File]::WriteAllText($path, $json)
    $words = @(
        "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass",
        "-File", "`"$PSScriptRoot\invoke_module.ps1`"",
        "-ModuleUtils", "`"$ansible\module_utils`"",
        "-Module", "`"$root\plugins\modules\win_firewall_reachability.ps1`"",
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

$greeter = [System.Net.Sockets.TcpListener]::new($loopback, 0)
$greeter.Start()
$closed = [System.Net.Sockets.TcpListener]::new($loopback, 0)
$closed.Start()
$closedPort = $closed.LocalEndpoint.Port
$closed.Stop()
$silent = [System.Net.Sockets.UdpClient]::new([System.Net.IPEndPoint]::new($loopback, 0))
$echo = [System.Net.Sockets.UdpClient]::new([System.Net.IPEndPoint]::new($loopback, 0))

try {
    $greeting = [System.Text.Encoding]::ASCII.GetBytes("220 ready`r`n")
    # a flow that says nothing does not listen either
    $question = [System.Text.Encoding]::ASCII.GetBytes("who is there")
    $said = [System.Convert]::ToBase64String($question)
    $arguments = @{
        deadline = 5.0
        flows = @(
            @{ target = "127.0.0.1"; port = $greeter.LocalEndpoint.Port; say = $said; enough = $greeting.Length },
            @{ target = "127.0.0.1"; port = $closedPort },
            @{ target = "127.0.0.1"; port = $silent.Client.LocalEndPoint.Port; protocol = "udp" },
            @{ target = "127.0.0.1"; port = $echo.Client.LocalEndPoint.Port; protocol = "udp"; say = $said },
            @{ target = "nowhere.invalid"; port = 443 }
        )
    }
    $accepted = $greeter.AcceptTcpClientAsync()
    $asked = $echo.ReceiveAsync()
    $started = Start-Module -Arguments $arguments

    if (-not $accepted.Wait(90000)) { throw "the module connected to nothing within 90 s" }
    $client = $accepted.Result
    $client.GetStream().Write($greeting, 0, $greeting.Length)
    if (-not $asked.Wait(90000)) { throw "no datagram came within 90 s" }
    $null = $echo.Send($asked.Result.Buffer, $asked.Result.Buffer.Length, $asked.Result.RemoteEndPoint)
    $answer = Wait-Module -Started $started
    $client.Close()

    Assert-Equal "nothing was changed" $answer.changed $false
    Assert-Equal "an answer for each flow" @($answer.flows).Count 5
    $open, $refused, $unanswered, $echoed, $unknown = $answer.flows
    Assert-Equal "an open port has no error" $open.addresses[0].error ""
    Assert-Equal "its greeting is heard byte for byte" $open.addresses[0].heard ([System.Convert]::ToBase64String($greeting))
    Assert-Equal "the packets left from loopback" $open.addresses[0].source_address "127.0.0.1"
    Assert-Equal "a closed port is refused" $refused.addresses[0].error "ConnectionRefused"
    Assert-Equal "a silent UDP service is out of time" $unanswered.addresses[0].error "Deadline"
    Assert-Equal "a UDP service that answers is open" $echoed.addresses[0].error ""
    Assert-Equal "its answer is heard" $echoed.addresses[0].heard $said
    Assert-Equal "an unknown name has no address" @($unknown.addresses).Count 0
    Assert-Equal "and says why" ([bool]$unknown.problem) $true

    $refusal = Wait-Module -Started (Start-Module -Arguments @{ flows = @(@{ target = "127.0.0.1"; port = 1; protocol = "sctp" }) })
    Assert-Equal "a protocol that there is not is refused" $refusal.failed $true
    Assert-Equal "by name" ($refusal.msg -like "*protocol*sctp*") $true
}
finally {
    $greeter.Stop()
    $silent.Close()
    $echo.Close()
    Remove-Item -Recurse -Force -Path $scratch
}
if ($wrong.Count -gt 0) {
    Write-Output "$($wrong.Count) wrong"
    exit 1
}
Write-Output "all as expected"
