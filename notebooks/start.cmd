@echo off
rem The form of notebooks/start for Windows: builds the library, installs JupyterLab and the JJava kernel from PyPI into
rem .jupyter, and opens a notebook. It needs a JDK (17 or newer) and Python 3 (the launcher py).
rem Everything it makes lies in .jupyter and target; delete these folders to remove it.
setlocal
set "notebook=%~1"
if "%notebook%"=="--help" goto usage
if "%notebook%"=="/?" goto usage

rem A path relative to the caller's folder, or the beginning of a name in notebooks\.
if not "%notebook%"=="" if exist "%notebook%" for %%f in ("%notebook%") do set "notebook=%%~ff"
cd /d "%~dp0\.."
set "own=%CD%\.jupyter"
if not "%notebook%"=="" if not exist "%notebook%" for %%f in ("notebooks\%notebook%*.ipynb") do set "notebook=%%~ff"
if "%notebook%"=="" for /f "delims=" %%f in ('dir /b /o-n notebooks\*.ipynb') do set "notebook=%CD%\notebooks\%%f"
if not exist "%notebook%" (
  echo There is no file "%notebook%", and no notebooks\%notebook%*.ipynb.
  exit /b 1
)

set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
"%java%" --list-modules 2>nul | findstr /b "jdk.incubator.vector@" >nul
if errorlevel 1 (
  echo A JDK, version 17 or newer, must be on the PATH or in JAVA_HOME.
  exit /b 1
)

echo Building the library. The first time, Maven downloads about 100 MB.
if exist "%own%\lib" rmdir /s /q "%own%\lib"
call mvnw.cmd -B -q compile org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DskipTests -DincludeScope=runtime "-DoutputDirectory=%own%\lib"
if errorlevel 1 exit /b 1
"%java%" -m jdk.jartool/sun.tools.jar.Main --create --file "%own%\lib\unroll.jar" -C target\classes .
if errorlevel 1 exit /b 1

if not exist "%own%\python\complete" (
  echo Installing JupyterLab and the JJava kernel from PyPI.
  py -3 -m venv "%own%\python" || exit /b 1
  "%own%\python\Scripts\python" -m pip install -q --disable-pip-version-check jupyterlab jjava || exit /b 1
  echo complete> "%own%\python\complete"
)
set "PATH=%own%\python\Scripts;%PATH%"

rem The kernel spec of this project, which finds the library, comes before the installed one.
jupyter kernelspec list --json > "%own%\specs.json"
"%java%" -cp "%own%\lib\*" org.unroll.notebook.kernel.KernelSpec "%own%\data\kernels\java\kernel.json" jjava "%own%\lib\*.jar" "--add-modules=jdk.incubator.vector -XX:MaxRAMPercentage=50 -XX:CompileCommand=quiet -XX:CompileCommand=CompileThresholdScaling,org.unroll.compute.*::*,0.02" < "%own%\specs.json"
if errorlevel 1 (
  echo Jupyter does not list the JJava kernel: jupyter kernelspec list
  exit /b 1
)
set "JUPYTER_PATH=%own%\data"
set "JUPYTER_DATA_DIR=%own%\data"
jupyter trust "%notebook%" >nul 2>nul
echo Opening %notebook%. Ctrl-C ends Jupyter.
jupyter lab "%notebook%"
exit /b

:usage
echo Usage: notebooks\start.cmd [NOTEBOOK]
echo.
echo Builds the library, installs JupyterLab and a Java kernel into .jupyter, and opens NOTEBOOK: a file, or the
echo beginning of a name in notebooks\, such as 01.
exit /b
