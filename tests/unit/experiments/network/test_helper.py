"""The helper with a small program in the place of the delay."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading

import pytest

from experiments import abort
from experiments.errors import AbortedError
from experiments.network import helper as helpers
from experiments.network.helper import Helper, Target

LINE = '{{"status": "{}", "packets": 1}}'
INJECTED, REVERTED = LINE.format("injected"), LINE.format("reverted")
UNTIL_CLOSED = f"""
import select, sys
print('{INJECTED}', flush=True)
while not select.select([sys.stdin], [], [], 0.1)[0]:
    print('{INJECTED}', flush=True)
print('{REVERTED}')
"""


class _Program:
    """Runs Python code as the delay; `revert` gets code of its own."""

    def __init__(self, code: str, revert: str = "") -> None:
        self.codes = {(): code, ("revert",): revert}
        self.started: list[tuple[str, ...]] = []

    def __call__(self, *arguments: str) -> subprocess.Popen[str]:
        self.started.append(arguments)
        pipe = subprocess.PIPE
        return subprocess.Popen([sys.executable, "-c", self.codes[arguments]], stdin=pipe, stdout=pipe, text=True)


class _Published(list):
    """What was published; `seen` is set by the first."""

    def __init__(self) -> None:
        self.seen = threading.Event()

    def __call__(self, annotations):
        self.append(annotations)
        self.seen.set()

    @property
    def marks(self):
        return [found["pod/tm-1"] for found in self]


@pytest.fixture(autouse=True)
def _signals(monkeypatch):
    monkeypatch.setattr(helpers.time, "sleep", lambda _: None)
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def helper(program, publish) -> Helper:
    return Helper(Target("tm-1", "uid", 2), publish, program)


def test_reports_are_published_as_they_come():
    """And the end is a success only with a revert."""
    found = _Published()
    assert helper(_Program(f"print('{INJECTED}'); print('{REVERTED}')"), found).delay() is True
    assert found.marks == ["injected", "reverted"]
    assert json.loads(found[1]["flink-chaos.io/delay-2"]) == {"pod": "tm-1", "status": "reverted", "packets": 1}


def test_sigterm_ends_the_delay_and_waits_for_its_last_word():
    """The closed input is what tells it."""
    found = _Published()
    abort.install()
    main = threading.get_ident()
    killer = threading.Thread(target=lambda: found.seen.wait(5) and signal.pthread_kill(main, signal.SIGTERM))
    killer.start()
    with pytest.raises(AbortedError):
        helper(_Program(UNTIL_CLOSED), found).delay()
    killer.join()
    assert set(found.marks[:-1]) == {"injected"}
    assert found.marks[-1] == "reverted"


def test_after_a_delay_that_died_another_program_reverts():
    """Its report says so, beside the figures of the first."""
    found, program = _Published(), _Program(f"print('{INJECTED}'); import sys; sys.exit(1)")
    assert helper(program, found).delay() is True
    assert program.started == [(), ("revert",)]
    assert found.marks == ["injected", "reverted"]
    assert "flink-chaos.io/revert-2" in found[1]


def test_a_delay_that_cannot_be_reverted_is_a_failure():
    """`injected` stays to be seen."""
    found = _Published()
    program = _Program(f"print('{INJECTED}')", revert="import sys; sys.exit(1)")
    assert helper(program, found).delay() is False
    assert found.marks == ["injected"]


def test_a_delay_that_never_began_needs_no_revert():
    """Its own messages say why; the helper fails."""
    found, program = _Published(), _Program("import sys; sys.exit(1)")
    assert helper(program, found).delay() is False
    assert (found, program.started) == ([], [()])


def test_a_silent_api_server_does_not_end_the_delay():
    """The report is tried again, then left."""

    def publish(_annotations):
        raise OSError("away")

    assert helper(_Program(f"print('{INJECTED}'); print('{REVERTED}')"), publish).delay() is True
