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


# Calls, attributes, dictionaries and strings: what the portal is made of. Prints the best of five, in seconds.
YARDSTICK = """
import ensurepip, sys, time
assert sys.version_info >= (3, 11)
class Thing:
    def __init__(self, number):
        self.number = number
    def name(self):
        return "{}-{}".format(self.number, len(str(self.number)))
def work():
    begun = time.process_time()
    names = {}
    for number in range(40_000):
        names[Thing(number).name()] = [number]
    return time.process_time() - begun
print(min(work() for _turn in range(5)))
"""
TURNS = 6


def seconds_of(python):
    """What the yardstick takes with this interpreter; infinity where it cannot make virtual environments or is too old."""
    said = subprocess.run([python, "-c", YARDSTICK], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return float(said.stdout) if said.returncode == 0 else float("inf")


def interpreter():
    """The Python to make `.venv` with: the one that runs this, or the system's where that is clearly faster.

    Built by hand, by pyenv for example, Python is not optimised unless asked for it, and takes half as long again for
    everything; Debian's is, but nothing in it says so.
    """
    system = "/usr/bin/python3"
    if not os.path.exists(system):
        return sys.executable
    # In turns, and of each the best: on a machine that does other things one measurement may say anything.
    turns = [(seconds_of(system), seconds_of(sys.executable)) for _turn in range(TURNS)]
    is_faster = min(systems for systems, _ours in turns) < 0.9 * min(ours for _systems, ours in turns)
    return system if is_faster else sys.executable


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
        made = subprocess.run([interpreter(), "-m", "venv", ENVIRONMENT], capture_output=True, text=True)
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
