#!powershell

# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

#AnsibleRequires -CSharpUtil Ansible.Basic

$spec = @{
    options = @{
        flows = @{
            type = "list"
            elements = "dict"
            required = $true
            options = @{
                target = @{ type = "str"; required = $true }
                port = @{ type = "int"; required = $true }
                protocol = @{ type = "str"; choices = @("tcp", "udp"); default = "tcp" }
                say = @{ type = "str" }
                enough = @{ type = "int"; default = 1 }
                tls_name = @{ type = "str" }
            }
        }
        source_address = @{ type = "str" }
        resolver = @{ type = "str" }
        deadline = @{ type = "float"; default = 3.0 }
        concurrency = @{ type = "int"; default = 256 }
    }
    supports_check_mode = $true
}
$module = [Ansible.Basic.AnsibleModule]::Create($args, $spec)

$LONGEST_ANSWER = 65536
$POLL_MILLISECONDS = 20

# Returns the innermost error of a task or a call: .NET wraps what a socket says several times.
Function Get-InnermostException {
    param ([System.Exception]$Exception)
    while ($null -ne $Exception.InnerException) {
        $Exception = $Exception.InnerException
    }
    return $Exception
}

# Returns the name of a socket's error, such as ConnectionRefused; of any other error its type.
Function Get-ErrorName {
    param ([System.Exception]$Exception)
    $inner = Get-InnermostException -Exception $Exception
    if ($inner -is [System.Net.Sockets.SocketException]) {
        return $inner.SocketErrorCode.ToString()
    }
    return $inner.GetType().Name
}

# Returns the addresses of a name, IPv4 first, or says why there are none.
Function Resolve-Target {
    param ([string]$Target, [string]$Resolver, [double]$Deadline)
    $literal = $null
    if ([System.Net.IPAddress]::TryParse($Target, [ref]$literal)) {
        return @{ addresses = @($literal); problem = $null; seconds = 0.0 }
    }
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        if ($Resolver) {
            $records = Resolve-DnsName -Name $Target -Server $Resolver -Type A_AAAA -DnsOnly -NoHostsFile -ErrorAction Stop
            $found = @($records | Where-Object { $_.IPAddress } | ForEach-Object { [System.Net.IPAddress]::Parse($_.IPAddress) })
        }
        else {
            $lookup = [System.Net.Dns]::GetHostAddressesAsync($Target)
            if (-not $lookup.Wait([int]($Deadline * 1000))) {
                return @{ addresses = @(); problem = "no answer in $Deadline s"; seconds = $watch.Elapsed.TotalSeconds }
            }
            $found = @($lookup.Result)
        }
    }
    catch {
        $inner = Get-InnermostException -Exception $_.Exception
        return @{ addresses = @(); problem = $inner.Message; seconds = $watch.Elapsed.TotalSeconds }
    }
    $ordered = @($found | Sort-Object -Property AddressFamily)
    $problem = if ($ordered.Count -eq 0) { "the name exists, without an address" } else { $null }
    return @{ addresses = $ordered; problem = $problem; seconds = $watch.Elapsed.TotalSeconds }
}

# Returns the address from which packets to an endpoint go, which Windows knows before one is sent; none without a route.
Function Get-SourceAddress {
    param ([System.Net.IPEndPoint]$Endpoint)
    $lookup = [System.Net.Sockets.Socket]::new($Endpoint.AddressFamily, "Dgram", "Udp")
    try {
        $lookup.Connect($Endpoint)
        return $lookup.LocalEndPoint.Address.ToString()
    }
    catch {
        return $null
    }
    finally {
        $lookup.Close()
    }
}

# Begins the probe of one address. What is found is filled in as it goes on.
Function Start-Probe {
    param ([hashtable]$Probe, [string]$SourceAddress)
    $Probe.watch = [System.Diagnostics.Stopwatch]::StartNew()
    $kind = if ($Probe.flow.protocol -eq "tcp") { "Stream" } else { "Dgram" }
    $protocol = if ($Probe.flow.protocol -eq "tcp") { "Tcp" } else { "Udp" }
    $Probe.socket = [System.Net.Sockets.Socket]::new($Probe.ip.AddressFamily, $kind, $protocol)
    if ($SourceAddress) {
        $Probe.socket.Bind([System.Net.IPEndPoint]::new([System.Net.IPAddress]::Parse($SourceAddress), 0))
    }
    $endpoint = [System.Net.IPEndPoint]::new($Probe.ip, $Probe.flow.port)
    $Probe.found.source_address = if ($SourceAddress) { $SourceAddress } else { Get-SourceAddress -Endpoint $endpoint }
    if ($protocol -eq "Udp") {
        $Probe.socket.Connect($endpoint)
        Send-Word -Probe $Probe
        return
    }
    $Probe.client = [System.Net.Sockets.TcpClient]::new()
    $Probe.client.Client = $Probe.socket
    $Probe.task = $Probe.client.ConnectAsync($Probe.ip, $Probe.flow.port)
    $Probe.step = "connect"
}

# Says the first words of the flow's protocol, or, if there are none to say, is done.
Function Send-Word {
    param ([hashtable]$Probe)
    if (-not $Probe.flow.say) {
        $Probe.step = if ($Probe.flow.protocol -eq "udp") { "hear" } else { "done" }
        if ($Probe.step -eq "hear") {
            $null = $Probe.socket.Send([byte[]]@())
            Receive-Word -Probe $Probe
        }
        return
    }
    $words = [System.Convert]::FromBase64String($Probe.flow.say)
    if ($Probe.flow.protocol -eq "udp") {
        $null = $Probe.socket.Send($words)
    }
    else {
        $Probe.stream.Write($words, 0, $words.Length)
    }
    Receive-Word -Probe $Probe
}

# Begins to wait for what the other side says.
Function Receive-Word {
    param ([hashtable]$Probe)
    $Probe.buffer = [byte[]]::new(16384)
    if ($Probe.flow.protocol -eq "udp") {
        $segment = [System.ArraySegment[byte]]::new($Probe.buffer)
        $Probe.task = [System.Net.Sockets.SocketTaskExtensions]::ReceiveAsync($Probe.socket, $segment, "None")
    }
    else {
        $Probe.task = $Probe.stream.ReadAsync($Probe.buffer, 0, $Probe.buffer.Length)
    }
    $Probe.step = "hear"
}

# Goes on with a probe whose task has ended.
Function Resume-Probe {
    param ([hashtable]$Probe, [double]$Deadline)
    if ($Probe.task.IsFaulted -or $Probe.task.IsCanceled) {
        $name = Get-ErrorName -Exception $Probe.task.Exception
        if ($Probe.step -eq "connect" -or $Probe.flow.protocol -eq "udp") { $Probe.found.error = $name } else { $Probe.found.ended = $name }
        $Probe.found.latency_ms = $Probe.watch.Elapsed.TotalMilliseconds
        $Probe.step = "done"
        return
    }
    if ($Probe.step -eq "connect") {
        $Probe.found.error = ""
        $Probe.found.latency_ms = $Probe.watch.Elapsed.TotalMilliseconds
        $Probe.stream = $Probe.client.GetStream()
        if ($Probe.flow.tls_name) {
            Start-Tls -Probe $Probe -Deadline $Deadline
        }
        Send-Word -Probe $Probe
        return
    }
    $count = $Probe.task.Result
    if ($Probe.flow.protocol -eq "udp") {
        $Probe.found.error = ""
        $Probe.found.latency_ms = $Probe.watch.Elapsed.TotalMilliseconds
    }
    $Probe.heard.Write($Probe.buffer, 0, $count)
    if ($count -eq 0) {
        $Probe.found.ended = "closed"
    }
    $whole = $Probe.heard.Length -ge $Probe.flow.enough -or $Probe.heard.Length -ge $LONGEST_ANSWER
    if ($count -eq 0 -or $whole -or $Probe.flow.protocol -eq "udp") {
        $Probe.step = "done"
    }
    else {
        Receive-Word -Probe $Probe
    }
}

# Makes a TLS connection, whoever the server is: only its greeting is looked at, and no secret is said to it. The handshake
# is waited for here, since the script block that looks at the certificate can run in this thread alone.
Function Start-Tls {
    param ([hashtable]$Probe, [double]$Deadline)
    $left = [Math]::Max(1, $Deadline * 1000 - $Probe.watch.Elapsed.TotalMilliseconds)
    $Probe.stream.ReadTimeout = $left
    $Probe.stream.WriteTimeout = $left
    $tls = [System.Net.Security.SslStream]::new($Probe.stream, $false, { $true })
    $tls.AuthenticateAsClient($Probe.flow.tls_name)
    $Probe.stream = $tls
}

# Ends a probe: what it heard is kept, its socket is closed.
Function Stop-Probe {
    param ([hashtable]$Probe)
    $Probe.found.heard = [System.Convert]::ToBase64String($Probe.heard.ToArray())
    if ($Probe.client) { $Probe.client.Close() }
    if ($Probe.socket) { $Probe.socket.Close() }
}

# Does a step of a probe; an error in it is what the probe found.
Function Invoke-Step {
    param ([hashtable]$Probe, [scriptblock]$Step)
    try {
        & $Step
    }
    catch {
        $name = Get-ErrorName -Exception $_.Exception
        if ($Probe.stream) { $Probe.found.ended = $name } else { $Probe.found.error = $name }
        $Probe.step = "done"
    }
}

$deadline = $module.Params.deadline
$names = @{}
foreach ($flow in $module.Params.flows) {
    if (-not $names.ContainsKey($flow.target)) {
        $names[$flow.target] = Resolve-Target -Target $flow.target -Resolver $module.Params.resolver -Deadline $deadline
    }
}

$flows = [System.Collections.Generic.List[object]]::new()
$waiting = [System.Collections.Generic.Queue[hashtable]]::new()
foreach ($flow in $module.Params.flows) {
    $name = $names[$flow.target]
    $result = @{ problem = $name.problem; resolved_in = $name.seconds; addresses = [System.Collections.Generic.List[object]]::new() }
    $flows.Add($result)
    foreach ($ip in $name.addresses) {
        $found = @{ address = $ip.ToString(); error = "Deadline"; ended = ""; heard = ""; latency_ms = $null; source_address = $null }
        $result.addresses.Add($found)
        $probe = @{
            flow = $flow
            ip = $ip
            found = $found
            heard = [System.IO.MemoryStream]::new()
            step = "new"
            socket = $null
            client = $null
            stream = $null
            task = $null
            buffer = $null
            watch = $null
        }
        $waiting.Enqueue($probe)
    }
}

$active = [System.Collections.Generic.List[hashtable]]::new()
while ($waiting.Count -gt 0 -or $active.Count -gt 0) {
    while ($waiting.Count -gt 0 -and $active.Count -lt $module.Params.concurrency) {
        $probe = $waiting.Dequeue()
        $active.Add($probe)
        Invoke-Step -Probe $probe -Step { Start-Probe -Probe $probe -SourceAddress $module.Params.source_address }
    }
    $tasks = [System.Threading.Tasks.Task[]]@($active | Where-Object { $_.step -ne "done" } | ForEach-Object { $_.task })
    if ($tasks.Count -gt 0) {
        $null = [System.Threading.Tasks.Task]::WaitAny($tasks, $POLL_MILLISECONDS)
    }
    foreach ($probe in @($active)) {
        if ($probe.step -ne "done" -and $probe.task.IsCompleted) {
            Invoke-Step -Probe $probe -Step { Resume-Probe -Probe $probe -Deadline $deadline }
        }
        elseif ($probe.step -ne "done" -and $probe.watch.Elapsed.TotalSeconds -ge $deadline) {
            if ($probe.step -eq "hear" -and $probe.stream) { $probe.found.ended = "Deadline" }
            $probe.step = "done"
        }
        if ($probe.step -eq "done") {
            Stop-Probe -Probe $probe
            $null = $active.Remove($probe)
        }
    }
}

$module.Result.changed = $false
$module.Result.flows = $flows
$module.ExitJson()
