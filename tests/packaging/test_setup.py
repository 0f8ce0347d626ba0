"""What `make` says on a machine whose Python will not do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def setup(folder: Path, **pythons: str) -> subprocess.CompletedProcess[str]:
    """Run tools/setup.sh where only these Pythons are on PATH; each is the shell script that it would be."""
    checkout = folder / "checkout" / "tools"
    checkout.mkdir(parents=True)
    shutil.copy(CHECKOUT / "tools" / "setup.sh", checkout)
    # In place of the real one: says which Python it was started with.
    (checkout / "environment.py").write_text("import sys; print('chosen', sys.version_info[:2])", encoding="utf-8")
    programs = folder / "programs"
    programs.mkdir()
    (programs / "dirname").symlink_to(shutil.which("dirname") or "/usr/bin/dirname")
    for name, script in pythons.items():
        program = programs / name.replace("_", ".")
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)
    return subprocess.run(
        ["/bin/sh", checkout / "setup.sh"], env={"PATH": str(programs)}, capture_output=True, text=True, check=False
    )


def answering(verdict: str) -> str:
    """A Python that fails the check with this verdict."""
    return f"echo '{verdict}' >&2; exit 1"


@pytest.mark.parametrize(
    ("pythons", "said"),
    [
        ({"python3": answering("old 3.9.18")}, "python3 is 3.9.18, which is too old"),
        ({"python3": answering("new 3.15.0")}, "python3 is 3.15.0, which is newer"),
        ({"python3": answering("pyenv: python3: command not found")}, "no Python that runs was found"),
        ({}, "no Python that runs was found"),
        ({"python3_12": answering("venv 3.12")}, "sudo apt install python3.12-venv"),
    ],
)
def test_one_sentence_says_what_to_install(tmp_path: Path, pythons: dict[str, str], said: str) -> None:
    done = setup(tmp_path, **pythons)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_the_real_check_misses_ensurepip(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden" / "ensurepip"
    hidden.mkdir(parents=True)
    (hidden / "__init__.py").write_text("raise ImportError", encoding="utf-8")
    done = setup(tmp_path, python3=f'PYTHONPATH={hidden.parent} exec {sys.executable} "$@"')
    assert done.returncode == 2
    assert "python3 lacks the modules venv and ensurepip" in done.stderr


def test_goes_on_to_a_python_that_will_do(tmp_path: Path) -> None:
    real = f'exec {sys.executable} "$@"'
    done = setup(
        tmp_path,
        python3_13=answering("pyenv: python3.13: command not found"),
        python3_12=answering("venv 3.12"),
        python3=real,
    )
    assert done.stdout.startswith("chosen ")
    assert done.returncode == 0


def test_requirements_are_pinned_with_hashes_and_without_addresses() -> None:
    text = (CHECKOUT / "requirements" / "dev.txt").read_text(encoding="utf-8")
    assert "://" not in text
    blocks = re.findall(
        r"^([a-z0-9-]+)==(\S+)[^\n]*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE
    )
    lines = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(blocks) == len(lines) > 50
