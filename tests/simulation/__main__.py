"""python -m tests.simulation --worlds 10000 --seed 1, or --seed 123 -v: plays worlds and prints what is wrong."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulation.planted import PLANTED, found_after
from tests.simulation.runner import Played, play, shrunk
from tests.simulation.scenario import drawn

CHUNK = 25


def main() -> int:
    """Exit code 1 if anything is wrong."""
    options = _options()
    if options.planted:
        return _planted(options.worlds, options.jobs)
    if options.verbose:
        played = play(drawn(options.seed))
        print(played.scenario, played.said, *played.story, *played.wrong, sep="\n")
        return int(bool(played.wrong))
    return _many(range(options.seed, options.seed + options.worlds), options.jobs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--worlds", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--planted", action="store_true", help="how many worlds find each planted fault")
    parser.add_argument("-v", "--verbose", action="store_true", help="tell the story of one world")
    return parser.parse_args()


def one(seed: int) -> Played:
    """A world, shrunk if something is wrong with it."""
    played = play(drawn(seed))
    return shrunk(played) if played.wrong else played


def _planted(worlds: int, jobs: int) -> int:
    """Exit code 1 if one is not found."""
    missed = 0
    with ProcessPoolExecutor(jobs) as pool:
        for one_fault, (number, wrong) in zip(PLANTED, pool.map(partial(_found, worlds), range(len(PLANTED))), strict=True):
            missed += not number
            found = f"found by world {number:,}: {wrong[:200]}" if number else f"not found by {worlds:,} worlds"
            print(f"{one_fault.kind:2}  {one_fault.told}: {found}", flush=True)
    return int(missed > 0)


def _found(worlds: int, index: int) -> tuple[int, str]:
    return found_after(PLANTED[index], lambda seed: play(drawn(seed)).wrong, worlds)


def _many(seeds: range, jobs: int) -> int:
    begin, outcomes, kinds = time.monotonic(), Counter[str](), Counter[str]()
    with ProcessPoolExecutor(jobs) as pool:
        for played in pool.map(one, seeds, chunksize=CHUNK):
            outcomes[played.outcome] += 1
            kinds.update({line.partition(":")[0] for line in played.wrong})
            if played.wrong:
                print(played.scenario, *played.wrong, sep="\n    ", flush=True)
    print(
        f"{len(seeds):,} worlds in {time.monotonic() - begin:.0f} s: {dict(outcomes)}; wrong: {dict(kinds) or 'nothing'}"
    )
    return int(bool(kinds))


if __name__ == "__main__":
    sys.exit(main())
