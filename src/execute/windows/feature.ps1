# Asks Windows Server whether one of its features is installed.
param([Parameter(Mandatory)] [string] $Name)
$ErrorActionPreference = 'Stop'
$feature = @(Get-WindowsFeature -Name $Name)
if ($feature.Count -ne 1) {
    'unknown'
    "found $($feature.Count) features of this name"
    return
}
if ($feature[0].Installed) { 'yes' } else { 'no' }
"$($feature[0].InstallState)"
