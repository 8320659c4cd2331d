# Takes the role of an application and its scope out of Exchange. What Exchange knows of the service principal stays: it may
# have been there before, and gives no right by itself.
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
}
finally {
    Disconnect-ExchangeOnline -Confirm:$false
}
