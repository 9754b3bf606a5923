from __future__ import annotations

import pytest

from lab.leftovers import ended


@pytest.mark.parametrize("status", ["", "7 (java) Z 1 7 7", "7 (a) b) X 1 7 7"])
def test_a_process_that_holds_nothing_any_more_has_ended(status):
    assert ended(status)


@pytest.mark.parametrize("status", ["7 (java) S 1 7 7", "7 (java) D 1 7 7", "7 (Z) R 1 7 7"])
def test_a_process_that_is_still_exiting_has_not(status):
    assert not ended(status)
