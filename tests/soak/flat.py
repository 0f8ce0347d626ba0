"""Many loads of changing editions and many recommendations in one process: memory and open files stay what they are."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

from kg.graph import connect
from tests.soak.editions import REAL, Members
from tests.soak.ground import Ground

#: Each a process of its own, with a tenth of the whole: 1,000 loads and 50,000 recommendations.
TRIALS = 10
SAMPLE = (0,)

LOADS = 100
#: Recommendations after each load; of ten, one asks the database and the others the graph in memory.
ASKED = 50
#: Python and its libraries still fill their own stores meanwhile.
_WARM = 0.3
#: How much more memory may be in use at the end than when it was warm.
_MOST = 16 * 1024**2


def run(ground: Ground, number: int, chance: Random, loads: int = LOADS, asked: int = ASKED) -> dict[str, object]:
    """Make one trial."""
    ground.fresh(("starter",))
    ground.disconnect()
    command = [sys.executable, "-m", "tests.soak.flat", str(loads), str(asked), str(chance.randrange(10**6))]
    done = subprocess.run(
        command, env=ground.environment(), capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2]
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    checked = told["samples"]
    assert isinstance(checked, list)
    warm = checked[int(len(checked) * _WARM) :]
    memory, files = [one["memory"] for one in warm], [one["files"] for one in warm]
    # The middle of the last third, against that of the first after it was warm: one sample says little of memory.
    third = max(len(memory) // 3, 1)
    growth = sorted(memory[-third:])[third // 2] - sorted(memory[:third])[third // 2]
    told |= {"growth": growth, "samples": [checked[0], warm[0], checked[-1]]}
    assert max(files) - min(files) <= 4, f"open files: {files}"
    assert growth <= _MOST, f"memory in use grew by {growth:,} bytes: {memory}"
    return told


def _sample() -> dict[str, int]:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return {"memory": pages * os.sysconf("SC_PAGE_SIZE"), "files": len(os.listdir("/proc/self/fd"))}  # noqa: PTH208


def main(loads: int, asked: int, seed: int) -> None:
    """Load and ask, and print what was in use meanwhile."""
    chance = Random(seed)
    samples, answers = [], 0
    with connect() as graph:
        for number in range(loads):
            members = [*range(len(REAL)), *sorted(chance.sample(range(10, 200), 80))]
            graph.load(Members(number, members))
            for one in range(asked):
                place = REAL[chance.randrange(len(REAL))][0]
                engine = "live" if one % 10 == 0 else "snapshot"
                found = graph.recommend(place, engine=engine, top=5)
                answers += bool(found.recommendations)
            if number % max(loads // 30, 1) == 0:
                samples.append(_sample())
    samples.append(_sample())
    print(json.dumps({"loads": loads, "recommendations": loads * asked, "answered": answers, "samples": samples}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
