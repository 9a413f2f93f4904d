# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Tells which rolled files of a service's log, and which of the files that it reads when it starts, were written since it has
# started. It tells nothing of a service that does not run.
param ([string]$Service, [string]$Log, [string[]]$Reads)

$Ansible.Changed = $false
$number = (Get-CimInstance -ClassName Win32_Service -Filter "Name = '$Service'").ProcessId
if ($number) {
    $started = (Get-CimInstance -ClassName Win32_Process -Filter "ProcessId = $number").CreationDate
}
if ($started) {
    $logs = Get-Item -Path ([System.IO.Path]::ChangeExtension($Log, ".*")) | Where-Object { $_.FullName -ne $Log }
    $Ansible.Result = @{
        rolled = @($logs | Where-Object { $_.LastWriteTime -ge $started } | ForEach-Object { $_.FullName })
        read = @(Get-Item -LiteralPath $Reads | Where-Object { $_.LastWriteTime -ge $started } | ForEach-Object { $_.FullName })
    }
}
