"""Entry: `python -m experiments -name pod-delete`, the arguments of Litmus' own image."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

from experiments import pod_delete
from experiments.cluster import Cluster
from experiments.errors import AbortedError
from experiments.run import Run
from experiments.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

FAULTS: dict[str, Callable[[Run], None]] = {"pod-delete": pod_delete.inject}


def main(arguments: list[str]) -> int:
    """Run one experiment. Exit code 0 whatever the verdict, or its Job would run the fault again."""
    parser = argparse.ArgumentParser(prog="experiments", description="Runs one experiment under Litmus' contract.")
    parser.add_argument("-name", required=True, choices=sorted(FAULTS), help="the experiment")
    name = parser.parse_args(arguments).name
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, _abort)
    Run(read_settings(os.environ, name), Cluster()).execute(FAULTS[name])
    return 0


def _abort(_signal: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise AbortedError


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
