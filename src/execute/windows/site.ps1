# The status with which a site answers the current user. The first visit of a portal is slow.
param([Parameter(Mandatory)] [string] $Url)
$ErrorActionPreference = 'Stop'
$tls12 = [System.Net.SecurityProtocolType]::Tls12
[System.Net.ServicePointManager]::SecurityProtocol = [System.Net.ServicePointManager]::SecurityProtocol -bor $tls12
try {
    $answer = Invoke-WebRequest -Uri $Url -UseDefaultCredentials -UseBasicParsing -TimeoutSec 300
    "$([int] $answer.StatusCode)"
}
catch {
    $response = $_.Exception.Response
    if (-not $response) { throw }
    "$([int] $response.StatusCode)"
}
