# Lets an application open one mailbox through Exchange Web Services, by RBAC for Applications. Running it again changes nothing.
param(
    [Parameter(Mandatory = $true)] [string] $Environment,
    [Parameter(Mandatory = $true)] [string] $AppId,
    [Parameter(Mandatory = $true)] [string] $ObjectId,
    [Parameter(Mandatory = $true)] [string] $DisplayName,
    [Parameter(Mandatory = $true)] [string] $Mailbox
)
$ErrorActionPreference = 'Stop'
$role = 'Application EWS.AccessAsApp'
$name = "MIM Service mailbox $AppId"
Connect-ExchangeOnline -ExchangeEnvironmentName $Environment -ShowBanner:$false
try {
    if (-not (Get-ManagementRole | Where-Object { $_.Name -eq $role })) {
        throw "Exchange has no role '$role'."
    }
    if (-not (Get-ServicePrincipal | Where-Object { $_.AppId -eq $AppId })) {
        New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId -DisplayName $DisplayName | Out-Null
    }
    if (-not (Get-ManagementScope | Where-Object { $_.Name -eq $name })) {
        $address = $Mailbox.Replace("'", "''")
        New-ManagementScope -Name $name -RecipientRestrictionFilter "EmailAddresses -eq 'smtp:$address'" | Out-Null
    }
    if (-not (Get-ManagementRoleAssignment -Role $role | Where-Object { $_.Name -eq $name })) {
        New-ManagementRoleAssignment -Name $name -App $ObjectId -Role $role -CustomResourceScope $name | Out-Null
    }
    # This test does not look into the cache that applications wait for.
    $tests = @(Test-ServicePrincipalAuthorization -Identity $AppId -Resource $Mailbox)
    $granted = @($tests | Where-Object { $_.RoleName -eq $role -and "$($_.InScope)" -eq 'True' })
    if ($granted.Count -eq 0) {
        throw "The role '$role' does not let the application open $Mailbox."
    }
}
finally {
    Disconnect-ExchangeOnline -Confirm:$false
}
