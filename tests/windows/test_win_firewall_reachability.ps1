# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs win_firewall_reachability on this Windows host against sockets of its own, under Windows PowerShell as WinRM gives it.
$ErrorActionPreference = "Stop"
. "$PSScriptRoot\module_test.ps1"
$loopback = [System.Net.IPAddress]::Loopback

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
    $started = Start-Module -Name win_firewall_reachability -Arguments $arguments

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

    $refusal = Wait-Module -Started (Start-Module -Name win_firewall_reachability -Arguments @{ flows = @(@{ target = "127.0.0.1"; port = 1; protocol = "sctp" }) })
    Assert-Equal "a protocol that there is not is refused" $refusal.failed $true
    Assert-Equal "by name" ($refusal.msg -like "*protocol*sctp*") $true
}
finally {
    $greeter.Stop()
    $silent.Close()
    $echo.Close()
    Remove-Item -Recurse -Force -Path $scratch
}
Complete-Test
