# Asks the MIM Service whether a management policy rule is enabled. A query's strings are quoted as its language does, which
# knows no escape.
param(
    [Parameter(Mandatory)] [string] $Rule,
    [Parameter(Mandatory)] [string] $Uri
)
$ErrorActionPreference = 'Stop'
if (-not (Get-PSSnapin -Name FIMAutomation -ErrorAction SilentlyContinue)) {
    Add-PSSnapin -Name FIMAutomation
}
if (-not $Rule.Contains("'")) { $literal = "'$Rule'" }
elseif (-not $Rule.Contains('"')) { $literal = '"' + $Rule + '"' }
else { throw "No query can hold both kinds of quotes: $Rule" }
$found = @(Export-FIMConfig -Uri $Uri -OnlyBaseResources -CustomConfig "/ManagementPolicyRule[DisplayName=$literal]")
if ($found.Count -ne 1) {
    'unknown'
    "found $($found.Count) management policy rules of this name"
    return
}
$attributes = $found[0].ResourceManagementObject.ResourceManagementAttributes
$disabled = $attributes | Where-Object { $_.AttributeName -eq 'Disabled' }
if ($disabled -and $disabled.Value -eq 'False') { 'yes' } else { 'no' }
