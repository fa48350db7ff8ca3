<#
.SYNOPSIS
Activates this virtual environment in PowerShell.

.DESCRIPTION
Puts the environment's interpreter and scripts first in $Env:PATH, sets $Env:VIRTUAL_ENV and shows the environment's
name in the prompt. The function "deactivate" undoes it.

It finds the environment by where it lies, and the name in pyvenv.cfg.

.PARAMETER VenvDir
The directory of the environment; by default the one that this script lies in.

.PARAMETER Prompt
What the prompt shows; by default the prompt in pyvenv.cfg, or else the name of the directory.

.EXAMPLE
.venv/bin/Activate.ps1

.NOTES
On Windows, running scripts may have to be allowed first:
Set-ExecutionPolicy -ExecutionPolicy RemoteSigned -Scope CurrentUser
#>
param(
    [Parameter(Mandatory = $false)] [string] $VenvDir,
    [Parameter(Mandatory = $false)] [string] $Prompt
)

<#
.SYNOPSIS
Leaves the virtual environment.

.PARAMETER NonDestructive
Keeps this function, for another environment that is about to be activated.
#>
function global:deactivate ([switch] $NonDestructive) {
    if (Test-Path -Path Function:_OLD_VIRTUAL_PROMPT) {
        Copy-Item -Path Function:_OLD_VIRTUAL_PROMPT -Destination Function:prompt
        Remove-Item -Path Function:_OLD_VIRTUAL_PROMPT
    }
    foreach ($name in 'PATH', 'PYTHONHOME') {
        if (Test-Path -Path "Env:_OLD_VIRTUAL_$name") {
            Copy-Item -Path "Env:_OLD_VIRTUAL_$name" -Destination "Env:$name"
            Remove-Item -Path "Env:_OLD_VIRTUAL_$name"
        }
    }
    foreach ($name in 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT') {
        if (Test-Path -Path "Env:$name") {
            Remove-Item -Path "Env:$name"
        }
    }
    if (Get-Variable -Name '_PYTHON_VENV_PROMPT_PREFIX' -Scope Global -ErrorAction SilentlyContinue) {
        Remove-Variable -Name '_PYTHON_VENV_PROMPT_PREFIX' -Scope Global -Force
    }
    if (-not $NonDestructive) {
        Remove-Item -Path Function:deactivate
    }
}

# The prompt in pyvenv.cfg, which Python wrote as one of its string literals.
function Get-ConfiguredPrompt ([string] $Directory) {
    $configuration = Join-Path -Path $Directory -ChildPath 'pyvenv.cfg'
    if (-not (Test-Path -LiteralPath $configuration)) {
        return ''
    }
    foreach ($line in Get-Content -LiteralPath $configuration -Encoding UTF8) {
        $key, $value = $line -split '\s*=\s*', 2
        if ($key.Trim() -eq 'prompt' -and $value) {
            $value = $value.Trim()
            if ($value.Length -ge 2 -and "'""".Contains($value.Substring(0, 1))) {
                $value = [regex]::Unescape($value.Substring(1, $value.Length - 2))
            }
            return $value
        }
    }
    return ''
}

$ScriptsDir = Split-Path -Parent $MyInvocation.MyCommand.Definition
if (-not $VenvDir) {
    $VenvDir = Split-Path -Parent $ScriptsDir
}
$RecordedDir = __VENV_DIR__
if ($RecordedDir -and -not (Test-Path -LiteralPath $RecordedDir)) {
    [Console]::Error.WriteLine("activate: made in $RecordedDir, but now in ${VenvDir}: " +
        'its scripts, like pip, look for the old place')
}
if (-not $Prompt) {
    $Prompt = Get-ConfiguredPrompt -Directory $VenvDir
}
if (-not $Prompt) {
    $Prompt = Split-Path -Path $VenvDir -Leaf
}

# Leave an environment that is active now.
deactivate -NonDestructive

$Env:VIRTUAL_ENV = $VenvDir
$Env:VIRTUAL_ENV_PROMPT = $Prompt

if (-not $Env:VIRTUAL_ENV_DISABLE_PROMPT) {
    function global:_OLD_VIRTUAL_PROMPT { '' }
    Copy-Item -Path Function:prompt -Destination Function:_OLD_VIRTUAL_PROMPT
    New-Variable -Name '_PYTHON_VENV_PROMPT_PREFIX' -Description 'The prompt of the virtual environment' `
        -Scope Global -Option ReadOnly -Visibility Public -Value $Prompt

    function global:prompt {
        Write-Host -NoNewline -ForegroundColor Green "($_PYTHON_VENV_PROMPT_PREFIX) "
        _OLD_VIRTUAL_PROMPT
    }
}

if (Test-Path -Path Env:PYTHONHOME) {
    Copy-Item -Path Env:PYTHONHOME -Destination Env:_OLD_VIRTUAL_PYTHONHOME
    Remove-Item -Path Env:PYTHONHOME
}

Copy-Item -Path Env:PATH -Destination Env:_OLD_VIRTUAL_PATH
$Env:PATH = "$ScriptsDir$([System.IO.Path]::PathSeparator)$Env:PATH"
