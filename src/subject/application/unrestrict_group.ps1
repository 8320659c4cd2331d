# Takes the access policies of an application away. The group and its members stay.
param(
    [Parameter(Mandatory = $true)] [string] $Environment,
    [Parameter(Mandatory = $true)] [string] $AppId
)
$ErrorActionPreference = 'Stop'
Connect-ExchangeOnline -ExchangeEnvironmentName $Environment -ShowBanner:$false
try {
    Get-ApplicationAccessPolicy | Where-Object { $_.AppId -eq $AppId } | ForEach-Object {
        Remove-ApplicationAccessPolicy -Identity $_.Identity -Confirm:$false
    }
}
finally {
    Disconnect-ExchangeOnline -Confirm:$false
}
