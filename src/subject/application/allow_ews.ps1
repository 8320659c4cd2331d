# Allows an application to use Exchange Web Services beside those that are allowed already. Running it again changes nothing.
# From the first writing on, Microsoft no longer fills the list by itself.
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
    $older = Get-OrganizationConfig
    $enabled = $older.EwsEnabled
    if ($listed -notcontains $AppId -or $enabled -ne $true) {
        $merged = @($listed + $AppId | Select-Object -Unique) -join ','
        Set-OrganizationConfig -EwsEnabled $true -EwsAllowedAppIDs $merged
    }
    $box = Get-CASMailbox -Identity $Mailbox
    if ($box.EwsEnabled -eq $false) {
        Set-CASMailbox -Identity $Mailbox -EwsEnabled $true
    }
    # The older lists by user agent must let the MIM Service pass too; what they are for, only the customer knows.
    foreach ($settings in @($older, $box)) {
        if ("$($settings.EwsApplicationAccessPolicy)") {
            Write-Warning "EwsApplicationAccessPolicy is $($settings.EwsApplicationAccessPolicy) on $($settings.Name). EwsAllowList: $($settings.EwsAllowList -join ', '). EwsBlockList: $($settings.EwsBlockList -join ', '). The MIM Service must pass these lists as well."
        }
    }
}
finally {
    Disconnect-ExchangeOnline -Confirm:$false
}
