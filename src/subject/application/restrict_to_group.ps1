# Restricts an application to the mailboxes in a mail-enabled security group. Running it again changes nothing.
param(
    [Parameter(Mandatory = $true)] [string] $Environment,
    [Parameter(Mandatory = $true)] [string] $AppId,
    [Parameter(Mandatory = $true)] [string] $Group,
    [Parameter(Mandatory = $true)] [string] $Mailbox
)
$ErrorActionPreference = 'Stop'
Connect-ExchangeOnline -ExchangeEnvironmentName $Environment -ShowBanner:$false
try {
    $member = Get-Mailbox -Identity $Mailbox
    $found = @(Get-DistributionGroup -Identity $Group -ErrorAction SilentlyContinue)
    if ($found.Count -gt 1) {
        throw "More than one group is called '$Group'. Name it by its address."
    }
    if ($found.Count -eq 0) {
        $scope = New-DistributionGroup -Name $Group -Type Security -Members $member.PrimarySmtpAddress
    }
    else {
        $scope = $found[0]
        if ($scope.RecipientTypeDetails -ne 'MailUniversalSecurityGroup') {
            throw "'$Group' is no mail-enabled security group, and Exchange takes no other for an access policy."
        }
        $members = @(Get-DistributionGroupMember -Identity $scope.PrimarySmtpAddress -ResultSize Unlimited)
        if ($members.PrimarySmtpAddress -notcontains $member.PrimarySmtpAddress) {
            Add-DistributionGroupMember -Identity $scope.PrimarySmtpAddress -Member $member.PrimarySmtpAddress
        }
    }
    $policies = @(Get-ApplicationAccessPolicy | Where-Object { $_.AppId -eq $AppId })
    $restricted = $policies.Count -gt 0
    $access = $null
    # Exchange shows a new group and a new policy only after a while, and takes no policy for a group that it does not show.
    for ($attempt = 1; $attempt -le 20; $attempt++) {
        try {
            if (-not $restricted) {
                # By its description the undo knows the policy again.
                New-ApplicationAccessPolicy -AccessRight RestrictAccess -AppId $AppId -PolicyScopeGroupId $scope.PrimarySmtpAddress -Description 'Restrict MIM Service app to members of this group (made by mimeo)' | Out-Null
                $restricted = $true
            }
            $access = Test-ApplicationAccessPolicy -Identity $Mailbox -AppId $AppId
            if ($access.AccessCheckResult -eq 'Granted') {
                break
            }
        }
        catch {
            if ($attempt -eq 20) {
                throw
            }
        }
        Start-Sleep -Seconds 15
    }
    if ($access.AccessCheckResult -ne 'Granted') {
        throw "The access policy does not let the application open $Mailbox. A policy of the application may name another group."
    }
}
finally {
    Disconnect-ExchangeOnline -Confirm:$false
}
