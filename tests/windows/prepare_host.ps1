# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Lets Ansible, in WSL on this host, reach it as in LIVE: WinRM by HTTPS with a certificate that verifies, an account, IIS.
# For a host that is thrown away; takes what scripts/windows_host_preparation.py has written. No password is printed.
param (
    [Parameter(Mandatory)] [string]$Prepared
)
$ErrorActionPreference = "Stop"
$directory = (Resolve-Path $Prepared).Path

# Returns a text of the preparation.
Function Read-Text {
    param ([string]$Name)
    return [System.IO.File]::ReadAllText((Join-Path $directory $Name))
}

# Returns a password of the preparation.
Function Read-Password {
    param ([string]$Name)
    return ConvertTo-SecureString -String (Read-Text $Name) -AsPlainText -Force
}

$user = Read-Text "user"
$null = New-LocalUser -Name $user -Password (Read-Password "password")
Add-LocalGroupMember -SID "S-1-5-32-544" -Member $user

$null = Enable-PSRemoting -SkipNetworkProfileCheck -Force
# without it, a local account that is an administrator has no such rights over the network
$policies = "HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
Set-ItemProperty -Path $policies -Name LocalAccountTokenFilterPolicy -Value 1 -Type DWord

# the image may have a listener of its own, left from when it was built; of two on one port the second is refused
Get-ChildItem -Path WSMan:\localhost\Listener | Where-Object { $_.Keys -contains "Transport=HTTPS" } | Remove-Item -Recurse -Force
$store = "Cert:\LocalMachine\My"
$certificate = Import-PfxCertificate -FilePath "$directory\winrm.pfx" -CertStoreLocation $store -Password (Read-Password "pfx_password")
$null = New-Item -Path WSMan:\localhost\Listener -Transport HTTPS -Address * -CertificateThumbPrint $certificate.Thumbprint -Force

# WSL's network is a public one to Windows, which lets nothing in; 8443 is the test's IIS site
$allowed = @{ Direction = "Inbound"; Protocol = "TCP"; LocalPort = @(5986, 8443); RemoteAddress = Read-Text "network"; Action = "Allow" }
$null = New-NetFirewallRule -DisplayName "Test of uoe.exam_scheduling" @allowed

$null = Install-WindowsFeature -Name Web-Server -IncludeManagementTools
Start-Service -Name W3SVC
Write-Output "WinRM listens by HTTPS, $user may log in, and IIS runs"
