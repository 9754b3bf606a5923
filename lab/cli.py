"""python -m lab up | down | status | logs | restart | doctor.

Modules are imported where they are used: `doctor` must run before anything is installed.
"""

# ruff: noqa: PLC0415
from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from lab.commands import LabError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit code 0: done and all is well; 1: something is wrong, and was said."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.act(options))
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("lab: interrupted; the same command goes on where it stopped.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="The whole stack on this machine.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("up", help="build and start what is missing").set_defaults(act=_up)
    commands.add_parser("down", help="end and remove all but logs, results and images").set_defaults(act=_down)
    commands.add_parser("status", help="ask every part whether it works").set_defaults(act=_status)
    commands.add_parser("doctor", help="whether this machine can run the lab").set_defaults(act=_doctor)
    for name, act, told in (
        ("logs", _logs, "last lines of its logs"),
        ("restart", _restart, "end and start its programs"),
    ):
        command = commands.add_parser(name, help=told)
        command.add_argument("part")
        command.set_defaults(act=act)
    return parser


def _up(_options: argparse.Namespace) -> int:
    from lab.doctor import doctor

    if not doctor(quiet=True):
        return 1
    from lab.up import up

    up()
    return 0


def _down(_options: argparse.Namespace) -> int:
    from lab.down import down

    down()
    return 0


def _status(_options: argparse.Namespace) -> int:
    from lab.status import status

    return 0 if status() else 1


def _logs(options: argparse.Namespace) -> int:
    from lab.status import logs

    logs(options.part)
    return 0


def _restart(options: argparse.Namespace) -> int:
    from lab.up import restart

    restart(options.part)
    return 0


def _doctor(_options: argparse.Namespace) -> int:
    from lab.doctor import doctor

    return 0 if doctor() else 1
