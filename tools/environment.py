"""Make ``.venv``: a virtual environment with the pinned requirements and this checkout, once, and again when they change.

Runs before anything is installed, so it needs the standard library only. Called by ``tools/setup.sh``, which picks
the Python, and so by ``make``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENT = CHECKOUT / ".venv"
REQUIREMENTS = CHECKOUT / "requirements" / "dev.txt"
STAMP = ENVIRONMENT / "kg-stamp"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOG = ENVIRONMENT / "kg-setup.log"


def wanted_stamp() -> str:
    """What a finished environment is made from: when this changes, it is brought up to date."""
    digest = hashlib.sha256()
    for file in (REQUIREMENTS, CHECKOUT / "pyproject.toml", Path(__file__)):
        digest.update(file.read_bytes())
    # The folder is part of it: a moved environment has the old path in its scripts.
    return f"{digest.hexdigest()} {CHECKOUT}"


def environment_works() -> bool:
    """Whether there is an environment that this can be installed into, of the interpreter asked for, if one was."""
    asked = (
        "import sys, importlib.util as u; print(sys.version_info[:2], sys.prefix, sys.base_prefix); "
        "sys.exit(u.find_spec('pip') is None)"
    )
    try:
        answer = subprocess.run([PYTHON, "-c", asked], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return False
    version, prefix, base = tuple(sys.version_info[:2]), str(ENVIRONMENT), sys.base_prefix
    if os.environ.get("PYTHON"):
        return answer == f"{version} {prefix} {base}"
    return any(answer.startswith(f"{(3, minor)} {prefix} ") for minor in (11, 12, 13))


def pip(*arguments: str, steps: int = 0) -> None:
    """Run pip with its output in the log, drawing a bar of ``steps`` packages on a terminal.

    Raises:
        SystemExit: pip failed; the last lines of the log say why.
    """
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
    with LOG.open("a", encoding="utf-8") as log:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        assert process.stdout is not None
        done, what = 0, "fetching packages"
        for line in process.stdout:
            log.write(line)
            log.flush()
            done += line.startswith(("Collecting ", "Requirement already satisfied", "Ignoring "))
            what = "installing" if line.startswith("Installing") else what
            draw_bar(min(done, steps), steps, what)
    if process.wait() != 0:
        draw_bar(0, 0, "")
        tail = LOG.read_text(encoding="utf-8").splitlines()[-15:]
        sys.exit(
            "\n".join(tail) + f"\n\nThe packages could not be installed (above the last lines of {LOG}). Check the "
            "network connection and the free disk space, then run the same command again."
        )


def draw_bar(done: int, steps: int, what: str) -> None:
    """One line that is drawn over, and only where somebody watches."""
    if not steps or not sys.stderr.isatty():
        return
    width = max(10, min(40, shutil.get_terminal_size().columns - 40))
    filled = width * done // steps
    line = f"\r\x1b[K{what:<18} {'━' * filled}{' ' * (width - filled)} {done}/{steps}"
    print(line, end="", flush=True, file=sys.stderr)


def make_environment() -> None:
    """Bring ``.venv`` to what the requirements file says, making it first where there is none that works.

    Raises:
        SystemExit: it could not be made; the message says why.
    """
    if not environment_works():
        print("Making .venv (once, about a minute) ...", file=sys.stderr, flush=True)
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], capture_output=True, text=True, check=False
        )
        if made.returncode != 0:
            sys.exit(f"{made.stdout}{made.stderr}\nThe environment {ENVIRONMENT} could not be made (see above).")
    else:
        print("Bringing .venv up to date ...", file=sys.stderr, flush=True)
    STAMP.unlink(missing_ok=True)
    LOG.unlink(missing_ok=True)
    packages = sum("==" in line for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines())
    pip("--require-hashes", "--only-binary", ":all:", "-r", str(REQUIREMENTS), steps=packages)
    # The checkout itself, built by the pinned hatchling that was just installed.
    pip("--no-deps", "--no-build-isolation", "-e", str(CHECKOUT))
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    STAMP.write_text(wanted_stamp(), encoding="utf-8")


def main() -> None:
    """Do nothing, quickly, when the environment is as wanted."""
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted_stamp() and environment_works():
        return
    make_environment()


if __name__ == "__main__":
    main()
