"""A build runs once for each key; a half-built artifact is never seen by anyone."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from lab.paths import CACHE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


_KEPT_VERSIONS = 2
_KEY = re.compile(r"[0-9a-f]{12}")


def key_of(*parts: str | Path) -> str:
    """Hash of texts, files and folders (relative names and contents), 12 hexadecimal characters."""
    digest = hashlib.sha256()
    for part in parts:
        for chunk in _chunks(part):
            digest.update(len(chunk).to_bytes(8, "big") + chunk)
    return digest.hexdigest()[:12]


def _chunks(part: str | Path) -> Iterable[bytes]:
    if isinstance(part, str):
        return [part.encode()]
    if part.is_file():
        return [part.name.encode(), part.read_bytes()]
    files = sorted(f for f in part.rglob("*") if f.is_file() and "__pycache__" not in f.parts)
    return [chunk for f in files for chunk in (str(f.relative_to(part)).encode(), f.read_bytes())]


def cached(name: str, key: str, build: Callable[[Path], None]) -> Path:
    """The folder `<name>-<key>` of the cache, built by `build(folder)` if it is not there yet.

    The build fills a temporary folder beside the final one, which is renamed when `build` returns: whoever is killed
    half-way leaves nothing that looks finished. Two processes that want the same artifact build it once.
    """
    target = CACHE / f"{name}-{key}"
    if target.is_dir():
        os.utime(target)
        return target
    CACHE.mkdir(parents=True, exist_ok=True)
    with _locked(CACHE / f".{name}.lock"):
        if target.is_dir():
            return target
        for stale in CACHE.glob(f".{name}-{key}.*"):
            shutil.rmtree(stale)
        work = Path(tempfile.mkdtemp(prefix=f".{name}-{key}.", dir=CACHE))
        build(work)
        work.chmod(0o755)
        work.rename(target)
        os.utime(target)
        _prune(name)
    return target


def _prune(name: str) -> None:
    """Remove all but the artifacts of that name that were used last: a clone of another version may want the second."""
    versions = [path for path in CACHE.glob(f"{name}-*") if _KEY.fullmatch(path.name.removeprefix(f"{name}-"))]
    for old in sorted(versions, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT_VERSIONS:]:
        shutil.rmtree(old)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
