"""SIGTERM at the worst moments, sent to this very process."""

from __future__ import annotations

import os
import signal

import pytest

from experiments import abort
from experiments.errors import AbortedError


@pytest.fixture(autouse=True)
def _handler():
    """Whatever a test installs goes with it."""
    before = signal.getsignal(signal.SIGTERM)
    abort.install()
    yield
    signal.signal(signal.SIGTERM, before)


def stop():
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_shield_delays_the_signal():
    """The block is done whole, then the abort comes."""
    done = []

    def block():
        with abort.shielded():
            stop()
            done.append("whole")

    with pytest.raises(AbortedError):
        block()
    assert done == ["whole"]


def test_an_abort_in_the_block_reverts_once():
    """And stays an abort."""
    reverts = []
    with pytest.raises(AbortedError), abort.always(lambda: reverts.append(1)):
        stop()
    assert reverts == [1]


def test_an_abort_in_the_revert_does_not_cut_it():
    """The revert ends before the abort shows."""
    reverts = []

    def revert():
        stop()
        reverts.append("whole")

    with pytest.raises(AbortedError), abort.always(revert):
        pass
    assert reverts == ["whole"]


def test_an_abort_on_the_way_into_the_shield_still_reverts(monkeypatch):
    """Between the end of the block and the shield there is a moment for the signal."""
    reverts = []

    def late():
        stop()
        raise AssertionError("the signal comes first")

    monkeypatch.setattr(abort, "shielded", late)
    with pytest.raises(AbortedError), abort.always(lambda: reverts.append(1)):
        pass
    assert reverts == [1]


def test_a_second_signal_is_ignored():
    """A kubelet may send several."""
    reverts = []

    def revert():
        stop()
        reverts.append(1)

    with pytest.raises(AbortedError), abort.always(revert):
        stop()
    stop()
    assert reverts == [1]


def test_an_error_in_the_block_reverts_as_well():
    """And is what is told."""
    reverts = []
    with pytest.raises(ZeroDivisionError), abort.always(lambda: reverts.append(1)):
        raise ZeroDivisionError
    assert reverts == [1]
