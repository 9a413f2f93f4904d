# SPDX-FileCopyrightText: 2026 The uoe.exam_scheduling authors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs a module as Ansible would on this host: Ansible.Basic compiled first, then the module, with a file of arguments.
param (
    [Parameter(Mandatory)] [string]$ModuleUtils,
    [Parameter(Mandatory)] [string]$Module,
    [Parameter(Mandatory)] [string]$Arguments
)
$ErrorActionPreference = "Stop"
Import-Module "$ModuleUtils\powershell\Ansible.ModuleUtils.AddType.psm1"
Add-CSharpType -References @([System.IO.File]::ReadAllText("$ModuleUtils\csharp\Ansible.Basic.cs"))
& $Module $Arguments
