@echo off
rem Starts the game from this folder: no internet and no installation is needed, only Python @PYTHON@.
chcp 65001 >nul
setlocal
for %%p in ("py -@PYTHON@" "python@PYTHON@" "python" "python3") do (
  if not defined found (
    %%~p -c "import sys; sys.exit(sys.version_info[:2] != @PAIR@)" >nul 2>nul && set "found=%%~p"
  )
)
if not defined found (
  echo @SAID_EN@
  echo @SAID_ZH@
  pause
  exit /b 2
)
%found% "%~dp0start.py" %*
if errorlevel 1 pause
