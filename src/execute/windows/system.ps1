# Tells what Windows and its PowerShell are, and which of some modules and snap-ins are there, a line each.
param([string] $Modules)
$ErrorActionPreference = 'Stop'
$current = Get-ItemProperty -Path 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
$principal = New-Object Security.Principal.WindowsPrincipal($identity)
$isElevated = $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
"windows $($current.ProductName), build $($current.CurrentBuild)"
"elevated $isElevated"
"powershell $($PSVersionTable.PSVersion)"
foreach ($name in @($Modules.Split(','))) {
    if ($name -eq '') { continue }
    $module = @(Get-Module -ListAvailable -Name $name | Sort-Object -Property Version -Descending)
    $snapin = @(Get-PSSnapin -Registered -Name $name -ErrorAction SilentlyContinue)
    if ($module.Count -gt 0) { "module $name $($module[0].Version)" }
    elseif ($snapin.Count -gt 0) { "module $name $($snapin[0].Version)" }
    else { "module $name" }
}
