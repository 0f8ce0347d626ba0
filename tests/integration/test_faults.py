"""A sample of the suite that breaks things on purpose (``make soak``): a few trials of each part, the same in every run.

Its servers are killed and come back, for some minutes, in which nobody else should want the machine: ``make soak-sample`` runs it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

import pytest

from tests.soak import clock, disk, flat, kill, net, read, two, users
from tests.soak.ground import Ground

pytestmark = pytest.mark.skipif(
    os.environ.get("KG_TEST_FAULTS") != "1", reason="breaks servers for some minutes: make soak-sample runs it"
)

SEED = 1
#: How far the trials below go along the chain of sources.
LINKS = 3


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A server of this module's own, which is killed and comes back."""
    with Ground(tmp_path_factory.mktemp("ground"), links=LINKS) as made:
        yield made


def chance(part: str, number: int) -> Random:
    return Random(f"{SEED}/{part}/{number}")


@pytest.mark.parametrize("number", kill.SAMPLE)
def test_what_is_killed_loses_and_doubles_nothing(ground: Ground, number: int) -> None:
    kill.run(ground, number, chance("kill", number))


@pytest.mark.parametrize("number", disk.SAMPLE)
def test_a_full_disk_loses_and_doubles_nothing(ground: Ground, number: int) -> None:
    try:
        disk.run(ground, number, chance("disk", number))
    except disk.NotHereError as reason:
        pytest.skip(str(reason))  # a small disk that fills up is mounted by root alone


@pytest.mark.parametrize("number", net.SAMPLE)
def test_a_bad_line_loses_and_doubles_nothing(ground: Ground, number: int) -> None:
    net.run(ground, number, chance("net", number))


@pytest.mark.parametrize("number", two.SAMPLE)
def test_several_loaders_at_once_end_as_one_after_the_other(ground: Ground, number: int) -> None:
    two.run(ground, number, chance("two", number))


@pytest.mark.parametrize("number", clock.SAMPLE)
def test_a_clock_that_goes_back_changes_nothing(ground: Ground, number: int) -> None:
    clock.run(ground, number, chance("clock", number))


@pytest.mark.parametrize("number", read.SAMPLE)
def test_no_reader_sees_half_an_edition_without_a_word(ground: Ground, number: int) -> None:
    read.run(ground, number, chance("read", number), editions=3)


def test_loads_and_recommendations_leave_memory_and_files_as_they_are(ground: Ground) -> None:
    flat.run(ground, 0, chance("flat", 0), loads=20, asked=20)


def test_many_users_get_right_answers_while_a_loader_is_at_work(ground: Ground) -> None:
    users.run(ground, 0, chance("users", 0), seconds=6, users=20)
