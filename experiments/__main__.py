"""Entry: `python -m experiments -name pod-delete`, the arguments of Litmus' own image."""

from __future__ import annotations

import argparse
import logging
import os
import sys

from experiments import abort
from experiments.cluster import Cluster
from experiments.errors import AbortedError
from experiments.faults import FAULTS
from experiments.run import Run
from experiments.settings import read_settings
from experiments.variables import Variables

LOG = logging.getLogger(__name__)


def main(arguments: list[str]) -> int:
    """Run one experiment. Exit code 0 whatever the verdict, or its Job would run the fault again."""
    parser = argparse.ArgumentParser(prog="experiments", description="Runs one experiment under Litmus' contract.")
    parser.add_argument("-name", required=True, choices=sorted(FAULTS), help="the experiment")
    name = parser.parse_args(arguments).name
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    variables, fault = Variables(os.environ), FAULTS[name]
    settings = read_settings(variables, name, fault.duration)
    try:
        abort.install()
        Run(settings, Cluster(), variables).execute(fault.inject)
    except AbortedError:
        LOG.info("told to end before the run began or after it had ended")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
