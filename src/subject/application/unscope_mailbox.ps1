# Takes the role, its scope and the service principal of an application out of Exchange.
param(
    [Parameter(Mandatory = $true)] [string] $Environment,
    [Parameter(Mandatory = $true)] [string] $AppId
)
$ErrorActionPreference = 'Stop'
$name = "MIM Service mailbox $AppId"
Connect-ExchangeOnline -ExchangeEnvironmentName $Environment -ShowBanner:$false
try {
    Get-ManagementRoleAssignment -Role 'Application EWS.AccessAsApp' | Where-Object { $_.Name -eq $name } | ForEach-Object {
        Remove-ManagementRoleAssignment -Identity $_.Identity -Confirm:$false
    }
    Get-ManagementScope | Where-Object { $_.Name -eq $name } | ForEach-Object {
        Remove-ManagementScope -Identity $_.Identity -Confirm:$false
    }
    Get-ServicePrincipal | Where-Object { $_.AppId -eq $AppId } | ForEach-Object {
        Remove-ServicePrincipal -Identity $_.Identity -Confirm:$false
    }
}
finally {
    Disconnect-ExchangeOnline -Confirm:$false
}
