"""Set everything up and run it: `python3 run.py demo` or `python3 run.py tests`.

What is needed is installed into .venv beside this file, from the hashed pins in
requirements/test.txt; it is installed again only when these or the Python change.
The syntax stays old, so that an old Python can read this file and say that it is too old.
"""

import contextlib
import hashlib
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
PINS = os.path.join(HERE, "requirements", "test.txt")
VENV = os.path.join(HERE, ".venv")
STAMP = os.path.join(VENV, "complete")
WINDOWS = os.name == "nt"
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if WINDOWS else ("bin", "python")))
VERSION = "%d.%d" % sys.version_info[:2]
COMMANDS = {"demo": ["-m", "flask", "demo"], "tests": ["-m", "pytest"]}

# What a shell may have set for another project, and would bend Python, pip or flask here.
LEAKS = ["FLASK_APP", "PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"]
LEAKS += ["PIP_CONSTRAINT", "PIP_NO_DEPS", "PIP_PREFIX", "PIP_PYTHON", "PIP_REQUIREMENT"]
LEAKS += ["PIP_ROOT", "PIP_TARGET", "PIP_USER"]


def main(args):
    """Run the command that the first argument names with the others, and return its exit code."""
    if sys.version_info < (3, 11):
        stop("Python 3.11 or newer is needed; this one is %s." % VERSION)
    if not args or args[0] not in COMMANDS:
        stop("Usage: python3 run.py demo|tests [options of `flask demo` or of pytest]", code=2)
    for name in LEAKS:
        os.environ.pop(name, None)
    try:
        set_up()
    except KeyboardInterrupt:
        stop("Interrupted; the next run starts the set-up again.", code=130)
    except OSError as error:
        stop("Setting up .venv failed: %s. Delete .venv and try again." % error)
    return run(COMMANDS[args[0]] + args[1:])


def set_up():
    """Make .venv what the pins say, unless it is already."""
    wanted = wanted_now()
    if is_complete(wanted):
        return
    import importlib.util
    import sqlite3

    if importlib.util.find_spec("ensurepip") is None:
        stop("This Python lacks ensurepip: on Debian, apt install python%s-venv." % VERSION)
    os.makedirs(VENV, exist_ok=True)
    # The demo and the tests may be started at once: the second waits, then finds all done.
    # SQLite's lock works on every platform and ends with its process.
    with contextlib.closing(sqlite3.connect(VENV + ".lock", timeout=600)) as lock:
        with contextlib.suppress(sqlite3.Error):  # a file system that cannot lock
            lock.execute("BEGIN EXCLUSIVE")
        if not is_complete(wanted):
            install()
            with open(STAMP, "w") as stamp:
                stamp.write(wanted)


def wanted_now():
    """Return what .venv is to be made of: the version of this Python, and the pins."""
    with open(PINS, "rb") as pins:
        return VERSION + " " + hashlib.sha256(pins.read()).hexdigest()


def is_complete(wanted):
    """Tell whether .venv was finished as wanted and its Python still starts."""
    try:
        with open(STAMP) as stamp:
            return stamp.read() == wanted and subprocess.call([PYTHON, "-IS", "-c", ""]) == 0
    except OSError:
        return False


def install():
    """Make .venv anew, for an interrupted or outdated one is not worth mending."""
    say("Installing into .venv, this once; it takes a minute or two ...")
    venv = [sys.executable, "-m", "venv", "--clear", VENV]
    made = subprocess.run(venv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        stop(made.stdout + "Making .venv failed; see above, delete .venv, and try again.")
    # No builds: a platform without a wheel gets pip's word at once, not a compiler's later.
    # No resolving either: the pins are complete, and what pip asks for beside them is newer.
    pip = [PYTHON, "-m", "pip", "install", "-qq", "--no-input", "--disable-pip-version-check"]
    pip += ["--only-binary=:all:", "--no-deps", "--require-hashes", "-r", PINS]
    if subprocess.call(pip):
        stop("Installing failed; see above, check the network, and try again.")


def run(command):
    """Run .venv's Python in the repository's folder."""
    os.chdir(HERE)
    if not WINDOWS:
        os.execv(PYTHON, [PYTHON] + command)
    child = subprocess.Popen([PYTHON] + command)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the child got it too, and ends in its own time
            pass


def say(sentence):
    """Write to standard error, so that standard output is the command's own."""
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()


def stop(sentence, code=1):
    """Say why nothing is run, and exit."""
    say(sentence)
    sys.exit(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
