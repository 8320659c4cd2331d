# Reads one JSON document from standard input, runs the script in it, and answers with one line on standard output. No value
# stands on the command line, and none goes through a cmdlet that a log of modules would note.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$marker = ''
$outcome = 'failed'
$output = ''
$message = ''
$identity = ''
$line = ''
try {
    Add-Type -AssemblyName System.Web.Extensions
    $serializer = New-Object System.Web.Script.Serialization.JavaScriptSerializer
    $serializer.MaxJsonLength = [int]::MaxValue
    $document = $serializer.DeserializeObject([string]::Join('', @($input)))
    $marker = $document['marker']
    $needs = $document['needs']
    $found = $needs -eq ''
    if (-not $found) {
        $found = @(Get-Module -ListAvailable -Name $needs).Count -gt 0
    }
    if (-not $found) {
        $found = @(Get-PSSnapin -Registered -Name $needs -ErrorAction SilentlyContinue).Count -gt 0
    }
    if ($found) {
        $parameters = @{}
        foreach ($pair in $document['parameters'].GetEnumerator()) {
            $parameters[$pair.Key] = $pair.Value
        }
        foreach ($pair in $document['secrets'].GetEnumerator()) {
            $secure = New-Object System.Security.SecureString
            foreach ($character in $pair.Value.ToCharArray()) {
                $secure.AppendChar($character)
            }
            $parameters[$pair.Key] = $secure
        }
        $script = [scriptblock]::Create($document['text'])
        $document = $null
        $pair = $null
        $written = & $script @parameters 3>&1 | ForEach-Object {
            if ($_ -is [System.Management.Automation.WarningRecord]) {
                "warning: $($_.Message)"
            }
            else {
                $_
            }
        }
        $output = ($written | Out-String -Width 4096).Trim()
        $outcome = 'done'
    }
    else {
        $outcome = 'missing'
    }
}
catch {
    $message = "$($_.Exception.Message)"
    $identity = "$($_.FullyQualifiedErrorId)"
    $line = "$($_.InvocationInfo.ScriptLineNumber)"
}
if ($marker -eq '') {
    [Console]::Error.WriteLine($message)
}
$fields = foreach ($field in @($outcome, $output, $message, $identity, $line)) {
    [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes([string]$field))
}
[Console]::Out.WriteLine()
[Console]::Out.WriteLine($marker + ':' + ($fields -join ','))
[Console]::Out.Flush()
