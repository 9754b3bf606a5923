import os

import pytest

from lab.artifacts import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")


def test_a_key_changes_with_any_content(tmp_path):
    """An edited input is a new artifact."""
    (tmp_path / "a").write_text("1")
    before = cache.key_of("x", tmp_path)
    (tmp_path / "a").write_text("2")
    assert cache.key_of("x", tmp_path) != before


def test_an_artifact_is_built_once():
    """The second caller gets what the first one built."""
    calls = []
    for _ in range(2):
        folder = cache.cached("thing", "k", lambda work: calls.append(work) or (work / "f").write_text("x"))
    assert (len(calls), (folder / "f").read_text()) == (1, "x")


def test_a_build_that_fails_leaves_nothing_that_looks_finished():
    """Half an artifact is none."""
    with pytest.raises(OSError, match="disk"):
        cache.cached("thing", "k", _fail)
    assert not list(cache.CACHE.glob("thing-*"))


def _fail(work):
    (work / "half").write_text("x")
    raise OSError("disk full")


def test_only_the_versions_used_last_are_kept():
    """An old one that is used again outlives a newer one; another artifact's are left alone."""
    keys = [f"{number:012x}" for number in range(3)]
    other = cache.cached("thing-more", keys[0], lambda work: (work / "f").touch())
    for moment, key in enumerate([keys[0], keys[1], keys[0]]):
        os.utime(cache.cached("thing", key, lambda work: (work / "f").touch()), (moment, moment))
    cache.cached("thing", keys[2], lambda work: (work / "f").touch())
    kept = sorted(path.name for path in cache.CACHE.glob("thing-0*"))
    assert (kept, other.is_dir()) == ([f"thing-{keys[0]}", f"thing-{keys[2]}"], True)
