"""Where a store is: FLINK_CHAOS_STORE, which must mean what it says and never a folder that nobody named."""

from __future__ import annotations

import re
import warnings

from upath import UPath

from flink_chaos.model.telling import LONGEST, short, shown
from flink_chaos.store.errors import StoreError, asked
from flink_chaos.store.names import KEYS

ROOT = "FLINK_CHAOS_STORE"
LOCAL = ("", "file", "local")
"""Protocols of this machine's own files."""

COLON = re.compile(r"[^/:]*:")
"""In the first part of an address: what stands before it should be a protocol."""

HOSTED = re.compile(r"(?:file|local)://(?![/~])")
"""An address of this machine's files with two slashes: what follows is a host, and no folder."""


def root_of(address: str) -> UPath:
    """The folder of that address; one of this machine as its plain path, which alone can do all that such a one can.

    Raises StoreError for an address that no file system knows, or that means another one than it says.
    """
    _require_plain(address)
    with asked(short(address, LONGEST), "opened"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # upath's, about protocols that only fsspec knows
        root = _opened(address)
        if COLON.match(address) and not root.protocol:
            raise _wrong(address, "what stands before the colon is no protocol, or slashes are missing")
        root / KEYS  # some clients look at what they were given only now
        return UPath(root.path).expanduser().absolute() if root.protocol in LOCAL else root


def _require_plain(address: str) -> None:
    if address != address.strip() or address[:1] in {'"', "'"} or address[-1:] in {'"', "'"}:
        raise _wrong(address, "it begins or ends with a blank or a quotation mark")
    if HOSTED.match(address):
        raise _wrong(address, "two slashes begin a host; write three, as in file:///var/lib/flink-chaos")


def _opened(address: str) -> UPath:
    """An object store's client remembers what a folder held: another process' facts would never be seen."""
    return UPath(address, use_listings_cache=False) if "://" in address else UPath(address)


def _wrong(address: str, why: str) -> StoreError:
    advice = "set it to a folder, or to an address such as s3://bucket/runs"
    return StoreError(f"{ROOT} is {shown(address)}: {why}; {advice}")
