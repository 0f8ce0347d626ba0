"""Run the notebooks on a graph of the starter alone and write what they show: ``make notebooks``, or some of them by name.

The server is one of its own in a temporary folder, so that the outputs are those that the tests will see. Written is only what
is the same on any machine: no times, no ids that change, no versions; pictures in few colours and not too wide.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"

#: Pixels of a committed picture's width, and its colours.
WIDTH = 1200
COLOURS = 64

#: Seconds that a cell may take.
TIMEOUT = 120

#: The only kernel there is: the Python that runs this.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def paths(names: Sequence[str] = ()) -> list[Path]:
    """Return the notebooks in their order, or those whose names begin with one of ``names``."""
    return [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if not names or path.name.startswith(tuple(names))]


def read(path: Path) -> NotebookNode:
    """Return a notebook as it is in its file."""
    return nbformat.read(path, as_version=4)


def execute(notebook: NotebookNode, environment: Mapping[str, str]) -> NotebookNode:
    """Return a notebook as it is after all its cells ran, top to bottom, in a new kernel.

    Args:
        notebook: It is not changed.
        environment: Variables by which ``kg`` finds the graph, beside those of this process.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed; the message has the cell and what it said.
    """
    ran = nbformat.from_dict(notebook)
    with tempfile.TemporaryDirectory() as folder:
        kernel = AsyncKernelManager(
            # Without folders to look in, the kernel is that of this Python and no other that somebody has installed.
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            # Through files of the folder, so that no port is open.
            transport="ipc",
            connection_file=str(Path(folder) / "kernel.json"),
        )
        client = NotebookClient(
            ran,
            km=kernel,
            timeout=TIMEOUT,
            record_timing=False,
            # Else it is a matter of time into how many outputs what a cell prints is cut.
            coalesce_streams=True,
            resources={"metadata": {"path": str(NOTEBOOKS)}},
        )
        python_path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        # The person's own profile and history are left alone.
        own = {"PYTHONPATH": python_path, "IPYTHONDIR": folder, "JUPYTER_RUNTIME_DIR": folder}
        # A kernel that is handed in would go on running.
        client.execute(cleanup_kc=True, env={**os.environ, **own, **environment})
    return ran


def normalised(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook without what depends on the machine, the time or the editor, and with small pictures."""
    clean = nbformat.from_dict(notebook)
    clean.metadata = nbformat.from_dict(METADATA)
    for cell in clean.cells:
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "image/png" in data:
                data["image/png"] = smaller(data["image/png"])
                # Else it is '<IPython.core.display.Image object>'.
                data["text/plain"] = "A picture"
    return clean


def smaller(picture: str) -> str:
    """Return a PNG in base 64 with few colours and at most ``WIDTH`` pixels wide; one that is so already stays as it is."""
    from PIL import Image

    image = Image.open(io.BytesIO(base64.b64decode(picture)))
    if image.mode == "P" and image.width <= WIDTH:
        return picture
    # What is transparent would turn black.
    flat = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")
    if flat.width > WIDTH:
        flat = flat.resize((WIDTH, round(flat.height * WIDTH / flat.width)), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    # The colours farthest apart: those of a legend stay what they are, and only the shades of edges change.
    flat.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return base64.b64encode(written.getvalue()).decode("ascii") + "\n"


def shown(notebook: NotebookNode) -> list[tuple[str, list[Any]]]:
    """Return each cell that runs with what it shows, in a form in which two runs on the same graph are equal.

    Of a picture only that there is one: its pixels depend on the fonts of the machine. A notebook need not be normalised for this.
    """
    return [(cell.source, [_shown(output) for output in cell.outputs]) for cell in notebook.cells if "outputs" in cell]


def _shown(output: NotebookNode) -> Any:
    if output.output_type == "stream":
        return output.name, output.text
    data = output.get("data", {})
    return "a picture" if "image/png" in data else dict(data)


def texts(notebook: NotebookNode) -> Iterator[str]:
    """Yield all texts of a notebook: sources, and outputs but for the pixels of pictures."""
    for cell in notebook.cells:
        yield cell.source
        for output in cell.get("outputs", ()):
            yield output.get("text", "")
            yield from (content for kind, content in output.get("data", {}).items() if kind != "image/png")


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook into its file."""
    nbformat.validate(notebook)
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


@contextmanager
def starter_graph() -> Iterator[dict[str, str]]:
    """Start a server in a temporary folder, with the starter in it; yields the environment by which ``kg`` finds it."""
    from kg.database.server import Quiet, ensure_running, home_of, stop
    from kg.database.settings import Settings
    from kg.graph import connect
    from kg.loaders.starter import Starter

    with tempfile.TemporaryDirectory() as folder:
        jars = os.environ.get("KG_JARS") or str(ROOT / ".kg" / "jars")
        settings = Settings(NEO4J_URI=None, KG_HOME=Path(folder) / "home", KG_JARS=Path(jars))
        try:
            server = ensure_running(settings, Quiet())
            with connect(server.uri, server.username, server.password, server.database) as graph:
                graph.load(Starter())
            yield {
                "NEO4J_URI": server.uri,
                "NEO4J_USERNAME": server.username,
                "NEO4J_PASSWORD": server.password,
                "NEO4J_DATABASE": server.database or "neo4j",
                "KG_HOME": str(Path(folder) / "unused-home"),
            }
        finally:
            stop(home_of(settings))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run notebooks and write those that show something else than before."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=(__doc__ or "").partition(":")[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="how the name of one begins, such as 02; all unless given"
    )
    parser.add_argument("--pictures", action="store_true", help="write pictures anew even if nothing else has changed")
    asked = parser.parse_args(arguments)
    chosen = paths(asked.names)
    if not chosen:
        parser.error(
            f"no notebook is called {' or '.join(asked.names)}: there are {', '.join(p.name for p in paths())}"
        )
    with starter_graph() as environment:
        for path in chosen:
            before = read(path)
            after = normalised(execute(before, environment))
            same = shown(before) == shown(after) and before == normalised(before)
            if same and not (asked.pictures and before != after):
                print(f"{path.name}: as it was")
                continue
            write(after, path)
            print(f"{path.name}: written, {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
