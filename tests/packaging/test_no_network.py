"""No module asks the network for anything when it is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PROGRAM = """\
import importlib, pkgutil, sys

def deny(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"):
        raise RuntimeError(f"{event} {arguments}")

sys.addaudithook(deny)
import kg
number = 0
for module in pkgutil.walk_packages(kg.__path__, "kg."):
    if module.name != "kg.__main__":
        importlib.import_module(module.name)
        number += 1
print(number)
"""


def test_importing_every_module_asks_the_network_for_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 200


def test_the_watch_itself_notices_a_connection() -> None:
    program = _PROGRAM + "import socket; socket.create_connection(('127.0.0.1', 9))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    assert "RuntimeError: socket." in done.stderr
