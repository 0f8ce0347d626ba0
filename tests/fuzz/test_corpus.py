"""Whatever was found once, and a few hundred fresh changes to each kind of file, is read or refused as it should be."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kg.loaders.catalogue import CATALOGUE, FILE_LOADERS
from tests.fuzz.run import Tried
from tests.fuzz.targets import TARGETS
from tests.fuzz.trial import CORPUS, attempt

#: Fresh files for each target, and the seconds after which no more are made: all targets together take half a minute.
_FRESH, _SECONDS = 200, 0.4
#: The corpus is of our own making and small.
_MOST_BYTES = 300_000


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_and_fresh_changes_to_it_are_read_or_refused(name: str, tmp_path: Path) -> None:
    tried = Tried(TARGETS[name], seed=8)
    tried.begin(tmp_path)
    until = time.process_time() + _SECONDS
    while tried.inputs < _FRESH and time.process_time() < until:
        tried.go_on(tmp_path, number=10)
    assert not {finding: (content[:300], outcome.detail) for finding, (content, outcome) in tried.findings.items()}


def test_every_loader_of_files_has_a_target() -> None:
    names = {*CATALOGUE} - {"starter"}
    assert {loader.name for loader in FILE_LOADERS} <= names
    for name in names:
        assert any(target == f"load-{name}" or target.startswith(f"load-{name}-") for target in TARGETS), name


def test_every_target_has_something_to_begin_with_that_it_can_read(tmp_path: Path) -> None:
    for target in TARGETS.values():
        folder = tmp_path / target.name
        folder.mkdir()
        said = [attempt(target, content, folder).words for content in target.corpus().values()]
        assert any(words and not any(word.startswith("error") for word in words) for words in said), target.name


def test_the_corpus_is_small_and_belongs_to_a_target() -> None:
    assert sum(file.stat().st_size for file in CORPUS.rglob("*") if file.is_file()) < _MOST_BYTES
    assert {folder.name for folder in CORPUS.iterdir()} <= set(TARGETS)
