# Takes the access policy away that restricts an application to a group, if it was made with the plan. The group and its members
# stay, and so does every other policy of the application.
param(
    [Parameter(Mandatory = $true)] [string] $Environment,
    [Parameter(Mandatory = $true)] [string] $AppId,
    [Parameter(Mandatory = $true)] [string] $Group
)
$ErrorActionPreference = 'Stop'
$description = 'Restrict MIM Service app to members of this group (made by mimeo)'
Connect-ExchangeOnline -ExchangeEnvironmentName $Environment -ShowBanner:$false
try {
    $found = @(Get-DistributionGroup -Identity $Group)
    if ($found.Count -ne 1) {
        throw "More than one group is called '$Group'. Name it by its address."
    }
    # The scope is known by the group's name, which for some groups has a suffix that makes it unique.
    $names = @($found[0].Name, $found[0].DisplayName, "$($found[0].Identity)")
    Get-ApplicationAccessPolicy | Where-Object {
        $_.AppId -eq $AppId -and $_.Description -eq $description -and ($names -contains $_.ScopeName -or $names -contains $_.ScopeIdentity)
    } | ForEach-Object {
        Remove-ApplicationAccessPolicy -Identity $_.Identity -Confirm:$false
    }
}
finally {
    Disconnect-ExchangeOnline -Confirm:$false
}
