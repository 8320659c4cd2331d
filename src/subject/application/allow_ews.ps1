# Allows an application to use Exchange Web Services beside those that are allowed already. Running it again changes nothing.
param(
    [Parameter(Mandatory = $true)] [string] $Environment,
    [Parameter(Mandatory = $true)] [string] $AppId,
    [Parameter(Mandatory = $true)] [string] $Mailbox
)
$ErrorActionPreference = 'Stop'
Connect-ExchangeOnline -ExchangeEnvironmentName $Environment -ShowBanner:$false
try {
    # The list is shown only to this switch, and is written as a whole.
    $organization = Get-OrganizationConfig -RetrieveEwsOperationAccessPolicy
    $listed = @("$($organization.EwsAllowedAppIDs)" -split ',' | ForEach-Object { $_.Trim() } | Where-Object { $_ })
    $enabled = (Get-OrganizationConfig).EwsEnabled
    if ($listed -notcontains $AppId -or $enabled -ne $true) {
        $merged = @($listed + $AppId | Select-Object -Unique) -join ','
        Set-OrganizationConfig -EwsEnabled $true -EwsAllowedAppIDs $merged
    }
    if ((Get-CASMailbox -Identity $Mailbox).EwsEnabled -eq $false) {
        Set-CASMailbox -Identity $Mailbox -EwsEnabled $true
    }
}
finally {
    Disconnect-ExchangeOnline -Confirm:$false
}
