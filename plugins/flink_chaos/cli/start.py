"""The command's beginning: to load the rest takes a second, in which somebody may press Ctrl-C."""

from __future__ import annotations

import signal
import sys


def main() -> int:
    """Load and run the command; the exit code, that of an ABORTED run for one that ended before it began."""
    try:
        for ending in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(ending) is signal.SIG_DFL:
                signal.signal(ending, signal.default_int_handler)
        from flink_chaos.cli.main import main as command

        return command()
    except KeyboardInterrupt:
        if sys.stderr:
            print("flink-chaos: interrupted", file=sys.stderr)
        return 3
