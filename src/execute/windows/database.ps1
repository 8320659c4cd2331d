# Asks SQL Server whether it lets the current user in, or whether it has a database.
param(
    [Parameter(Mandatory)] [string] $Server,
    [string] $Database = ''
)
$ErrorActionPreference = 'Stop'
$builder = New-Object System.Data.SqlClient.SqlConnectionStringBuilder
$builder['Data Source'] = $Server
$builder['Initial Catalog'] = 'master'
$builder['Integrated Security'] = $true
$builder['Connect Timeout'] = 5
$builder['Application Name'] = 'mimeo'
$connection = New-Object System.Data.SqlClient.SqlConnection
$connection.ConnectionString = $builder.ToString()
try {
    $connection.Open()
}
catch {
    $problem = $_.Exception
    while ($problem -isnot [System.Data.SqlClient.SqlException] -and $problem.InnerException) {
        $problem = $problem.InnerException
    }
    # Whether there is a database cannot be told without a connection.
    if ($Database -eq '') { 'no' } else { 'unknown' }
    $problem.Message
    return
}
try {
    if ($Database -eq '') {
        'yes'
        "SQL Server $($connection.ServerVersion)"
        return
    }
    $command = $connection.CreateCommand()
    $command.CommandTimeout = 5
    $command.CommandText = 'SELECT COUNT(*) FROM sys.databases WHERE name = @name'
    [void] $command.Parameters.AddWithValue('@name', $Database)
    if ([int] $command.ExecuteScalar() -gt 0) { 'yes' } else { 'no' }
}
finally {
    $connection.Dispose()
}
