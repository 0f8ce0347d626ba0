"""Puts the bill of materials into the wheel while it is built."""

from __future__ import annotations

import json
import runpy
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BillOfMaterials(BuildHookInterface[Any]):
    """Makes ``sbom.cdx.json`` beside the build and hands it over."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make it; an editable install, which is no build, goes without."""
        if version != "standard":
            return
        # By its path: where a wheel is built, the checkout is no package that could be imported.
        sbom = runpy.run_path(str(Path(self.root) / "tools" / "sbom.py"))
        self._folder = tempfile.TemporaryDirectory()
        file = Path(self._folder.name) / sbom["NAME"]
        file.write_text(json.dumps(sbom["bill"](Path(self.root)), indent=1) + "\n", encoding="utf-8")
        build_data["sbom_files"].append(str(file))

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - as hatchling calls it
        """Clear up."""
        if folder := getattr(self, "_folder", None):
            folder.cleanup()
