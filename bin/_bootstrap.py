# -*- coding: utf-8 -*-
"""What `bin/run`, `bin/test` and `bin/bench` share: the right Python, the virtual environment, the pinned packages.

Plain enough for an old Python to read, so that an old Python can be told what is wrong.
"""

import hashlib
import os
import subprocess
import sys
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = os.path.join(PROJECT, ".venv")
PYTHON = os.path.join(ENVIRONMENT, "bin", "python")


def fail(sentence):
    """End with one clear sentence."""
    sys.stderr.write(sentence + "\n")
    raise SystemExit(1)


def step(text):
    """Announce a step; returns a function that closes its line with the seconds it took."""
    started = time.monotonic()
    sys.stdout.write("  {:<46}".format(text + " …"))
    sys.stdout.flush()

    def done(note=""):
        sys.stdout.write("{:>6.1f} s{}\n".format(time.monotonic() - started, "  " + note if note else ""))
        sys.stdout.flush()

    return done


def prepare(requirements):
    """Make `.venv` hold exactly the packages of the pinned list `requirements`; does nothing when it already does."""
    if sys.version_info < (3, 11):
        fail("Jiangji needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))
    with open(os.path.join(PROJECT, requirements), "rb") as file:
        wanted = hashlib.sha256(file.read()).hexdigest()
    stamp = os.path.join(ENVIRONMENT, "installed-" + os.path.basename(requirements))
    if os.path.exists(stamp) and open(stamp).read() == wanted and os.path.exists(PYTHON):
        return
    if not os.path.exists(PYTHON):
        done = step("making .venv")
        made = subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], capture_output=True, text=True)
        if made.returncode:
            fail("\nThe virtual environment could not be made (Debian: apt install python3-venv).\n" + made.stderr)
        done()
    done = step("installing packages (the first time a minute or two)")
    # A file that is not the one that was locked is not installed, whatever the index or a mirror says.
    quiet = ["--quiet", "--disable-pip-version-check"]
    command = [PYTHON, "-m", "pip", "install", *quiet, "--require-hashes", "-r", requirements]
    installed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    if installed.returncode:
        reason = installed.stderr.strip().splitlines()[-1] if installed.stderr.strip() else "no reason given"
        fail("\nA package could not be downloaded or installed; is the network up? pip says: " + reason)
    done()
    with open(stamp, "w") as file:
        file.write(wanted)
