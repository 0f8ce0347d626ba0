"""The committed notebooks: whole, small and free of what belongs to one machine. That they run is tested on a real Neo4j."""

from __future__ import annotations

import base64
import getpass
import io
import re
from pathlib import Path

import nbformat
import pytest

from tools.notebooks import COLOURS, NOTEBOOKS, WIDTH, normalised, paths, read, shown, texts

#: Bytes of one notebook, and of all.
MOST, MOST_OF_ALL = 250_000, 600_000

#: A folder of somebody's, an address of a server, a moment, or where an object lay in memory.
MACHINES = re.compile(
    r"/(home|root|Users|tmp|var|private|work|opt)/|[A-Z]:\\|site-packages|localhost|127\.0\.0\.1"
    r"|\d\d:\d\d:\d\d|\bat 0x[0-9a-f]+|password"
)

each = pytest.mark.parametrize("path", paths(), ids=lambda path: path.name)


def test_there_are_four() -> None:
    assert [path.name[:2] for path in paths()] == ["01", "02", "03", "04"]
    assert paths(["02"]) == [NOTEBOOKS / "02-recommend.ipynb"]


@each
def test_all_cells_ran_in_their_order_without_an_error_or_a_warning(path: Path) -> None:
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1)), "run make notebooks"
    outputs = [output for cell in cells for output in cell.outputs]
    assert "error" not in {output.output_type for output in outputs}
    assert "stderr" not in {output.get("name") for output in outputs}


@each
def test_each_begins_with_what_one_learns_and_needs(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "You will" in first.source
    assert "**You need**" in first.source
    assert "make demo" in first.source


@each
def test_links_lead_to_files_that_are_there(path: Path) -> None:
    links = [link for text in texts(read(path)) for link in re.findall(r"\]\(([^)]+)\)", text)]
    assert links
    assert [link for link in links if not (NOTEBOOKS / link).exists()] == []


@each
def test_nothing_of_the_machine_is_in_it(path: Path) -> None:
    notebook = read(path)
    assert [found.group() for text in texts(notebook) if (found := MACHINES.search(text))] == []
    for own in (str(Path.home()), str(Path.cwd())):
        assert not any(own in text for text in texts(notebook))
    if len(user := getpass.getuser()) > 4:
        assert not any(re.search(rf"\b{re.escape(user)}\b", text) for text in texts(notebook))
    assert notebook == normalised(notebook), "run make notebooks"


def test_they_stay_small() -> None:
    sizes = [path.stat().st_size for path in paths()]
    assert max(sizes) < MOST
    assert sum(sizes) < MOST_OF_ALL
    assert sum(file.stat().st_size for file in (NOTEBOOKS / "data").iterdir()) < 10_000


def a_notebook(**data: str) -> nbformat.NotebookNode:
    cell = nbformat.v4.new_code_cell("show()", metadata={"execution": {"iopub.status.busy": "2026"}})
    kinds = {kind.replace("_", "/"): content for kind, content in data.items()}
    cell.outputs = [nbformat.v4.new_output("display_data", data=kinds)]
    metadata = {"kernelspec": {"name": "mine", "display_name": "Mine", "language": "python"}, "vscode": {}}
    return nbformat.v4.new_notebook(cells=[cell], metadata=metadata)


def png(width: int, colour: str = "red") -> str:
    from PIL import Image

    picture = Image.linear_gradient("L").resize((width, 40)).convert("RGBA")
    picture.paste(Image.new("RGBA", (width // 2, 40), colour))
    written = io.BytesIO()
    picture.save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def test_what_is_of_the_editor_and_the_moment_goes() -> None:
    clean = normalised(a_notebook(text_plain="12"))
    assert set(clean.metadata) == {"kernelspec", "language_info"}
    assert clean.metadata.kernelspec.name == "python3"
    assert clean.cells[0].metadata == {}
    assert shown(clean) == [("show()", [{"text/plain": "12"}])]


def test_pictures_become_small_and_keep_the_colour_of_what_is_drawn() -> None:
    from PIL import Image

    clean = normalised(a_notebook(image_png=png(2 * WIDTH), text_plain="<Image at 0x7f>"))
    data = clean.cells[0].outputs[0].data
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.width == WIDTH
    assert len(picture.getcolors()) <= COLOURS
    red, green, blue = picture.convert("RGB").getpixel((10, 10))
    assert red > 250
    assert max(green, blue) < 5
    assert data["text/plain"] == "A picture"
    assert normalised(clean) == clean


def test_another_text_is_another_output_and_another_picture_is_not() -> None:
    one, other = (normalised(a_notebook(image_png=png(50, colour))) for colour in ("red", "blue"))
    assert one != other
    assert shown(one) == shown(other)
    assert shown(a_notebook(text_plain="1")) != shown(a_notebook(text_plain="2"))
    assert shown(a_notebook(text_plain="1")) != shown(a_notebook(image_png=png(50)))
