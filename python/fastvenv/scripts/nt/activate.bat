@echo off

rem Activates this virtual environment in cmd.exe:
rem
rem     Scripts\activate.bat          and later          deactivate

rem This file is UTF-8: read the paths in it as such, whatever the console's code page.
for /f "tokens=2 delims=:." %%a in ('"%SystemRoot%\System32\chcp.com"') do set _OLD_CODEPAGE=%%a
if defined _OLD_CODEPAGE "%SystemRoot%\System32\chcp.com" 65001 > nul

set "VIRTUAL_ENV=__VENV_DIR__"
rem An environment that can be moved records no directory.
if not defined VIRTUAL_ENV for %%i in ("%~dp0..") do set "VIRTUAL_ENV=%%~fi"
set "VIRTUAL_ENV_PROMPT=__VENV_PROMPT__"

rem Leave an environment that is active now.
if defined _OLD_VIRTUAL_PROMPT set "PROMPT=%_OLD_VIRTUAL_PROMPT%"
if defined _VIRTUAL_ENV_NO_PROMPT set PROMPT=
if defined _OLD_VIRTUAL_PYTHONHOME set "PYTHONHOME=%_OLD_VIRTUAL_PYTHONHOME%"
if defined _OLD_VIRTUAL_PATH set "PATH=%_OLD_VIRTUAL_PATH%"
set _OLD_VIRTUAL_PROMPT=
set _VIRTUAL_ENV_NO_PROMPT=
set _OLD_VIRTUAL_PYTHONHOME=

if not defined VIRTUAL_ENV_DISABLE_PROMPT if defined PROMPT set "_OLD_VIRTUAL_PROMPT=%PROMPT%"
if not defined VIRTUAL_ENV_DISABLE_PROMPT if not defined PROMPT set "_VIRTUAL_ENV_NO_PROMPT=1"
if defined _VIRTUAL_ENV_NO_PROMPT set PROMPT=$P$G
if not defined VIRTUAL_ENV_DISABLE_PROMPT set "PROMPT=(__VENV_PROMPT__) %PROMPT%"

if defined PYTHONHOME set "_OLD_VIRTUAL_PYTHONHOME=%PYTHONHOME%"
set PYTHONHOME=

set "_OLD_VIRTUAL_PATH=%PATH%"
set "PATH=%VIRTUAL_ENV%\__VENV_BIN_NAME__;%PATH%"

if defined _OLD_CODEPAGE "%SystemRoot%\System32\chcp.com" %_OLD_CODEPAGE% > nul
set _OLD_CODEPAGE=
