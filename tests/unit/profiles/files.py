"""Files that nobody can use, for tests of what keeps them from the others."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

BOMB = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(12))
MERGES = "".join(f"a{n}: &a{n} {{k{n}: 1, <<: [{', '.join([f'*a{n - 1}'] * 9) if n else '{}'}]}}\n" for n in range(12))
CHAIN = "".join(f"a{n}: &a{n} [{f'*a{n - 1}' if n else 'x'}]\n" for n in range(3000))

TEXTS: dict[str, tuple[str, str]] = {
    "a date that is none": (
        "description: 2026-02-30\n",
        ":1: '2026-02-30' is no date that can be used; put a text into",
    ),
    "an integer that is none": ("description: x\nschedule: 0x_\n", ":2: '0x_' is no int"),
    "a tag without a value": ("description: !!int ''\n", ":1: '' is no int"),
    "a truth that is none": ("description: !!bool x\n", ":1: 'x' is no bool"),
    "a time that is none": ("description: !!timestamp x\n", ":1: 'x' is no date"),
    "a number out of reach": ("description: 0x" + "f" * 90 + "\n", ":1: .* is no int"),
    "a long number": ("description: " + "1:" * 50_000 + "1\n", ":1: .* is no int"),
    "an equals sign": ("description: =\n", ":1: '=' is a !!value, which is not taken; put a text into quotes"),
    "a merge without a key": ("description: [<<]\n", ":1: '<<' is a !!merge"),
    "bytes": ("description: !!binary aGk=\n", ":1: .*!!binary"),
    "a set": ("description: !!set {a}\n", ":1: of 1 parts is a !!set"),
    "an ordered map": ("description: !!omap [a: 1]\n", ":1: .*!!omap"),
    "an object of Python": ("description: !!python/object:os.system {}\n", ":1: .*!!python/object"),
    "a call of Python": ("description: !!python/object/apply:os.system [id]\n", ":1: .*!!python/object/apply"),
    "a tag of somebody": ("description: !mine x\n", ":1: 'x' is a !mine"),
    "a key that is a truth": ("description: x\non: 1\n", ":2: the key 'on' is no text; put it into quotes"),
    "a key that is a number": ("1: x\n", ":1: the key '1' is no text"),
    "a key that is nothing": ("~: x\n", ":1: the key '~' is no text"),
    "a key that is a list": ("? [a]\n: x\n", ":1: the key of 1 parts is no text"),
    "a key that is there twice": ("description: x\ndescription: y\n", ":2: `description` is there twice"),
    "the same below": ("defaults:\n  a: 1\n  a: 2\n", ":3: `a` is there twice"),
    "two merges": ("defaults: {<<: {}, <<: {}}\n", ":1: `<<` is there twice"),
    "a tab": ("description: x\n\tname: y\n", ":2: not valid YAML"),
    "a NUL": ("description: x\nname: \0\n", ":2: not valid YAML: a control character"),
    "a NUL that is escaped": ('description: x\nname: "a\\0b"\n', ":2: .* holds a character that cannot be used"),
    "an alias of nothing": ("description: *nothing\n", ":1: not valid YAML: .*undefined alias"),
    "an alias of itself": ("defaults: &d {a: *d}\n", ":1: an alias refers to what it stands in"),
    "a bomb": (BOMB, r":\d+: holds more than 10,000 values"),
    "a bomb of merges": (MERGES, r":\d+: holds more than 10,000 values"),
    "a chain of aliases": (CHAIN, r":\d+: is nested deeper than 30 levels"),
    "deep lists": ("defaults: " + "[" * 50_000, ":1: is nested deeper than 30 levels"),
    "deep mappings": ("defaults: " + "{a: " * 20_000, ":1: is nested deeper than 30 levels"),
    "deep lines": ("- " * 5_000 + "a\n", ":1: is nested deeper"),
    "many values": ("defaults: [" + "1," * 50_000 + "]\n", ":1: holds more than 10,000 values"),
    "many unknown keys": (
        "".join(f"k{n}: 1\n" for n in range(3_000)),
        r":1: (.|\n)*k0: no such setting(.|\n)*2,98\d more problems",
    ),
    "much text": ("description: " + "x" * 200_000, ":1: has 200,013 characters; 131,072 are allowed"),
    "a huge file": ("# " + "x" * 3_000_000, ": cannot be read: it is larger than 512 KiB"),
    "nothing": ("", ":1: holds no mapping"),
    "a comment": ("# x\n", ":1: holds no mapping"),
    "a list": ("- a\n", ":1: holds no mapping"),
    "a text": ("a\n", ":1: holds no mapping"),
    "two documents": ("name: x\n---\nname: y\n", ":2: not valid YAML: .*single document"),
    "a quote that never ends": ('name: "x\n', r":\d: not valid YAML"),
    "a directive": ("%YAML 9.9\n---\nname: x\n", ":1: not valid YAML"),
}
"""What a text holds -> the text, and what is told of it after its file's name."""

BYTES: dict[str, tuple[bytes, str]] = {
    "UTF-32": ("name: x\n".encode("utf-32"), ": cannot be read: it is UTF-32; save it as UTF-8"),
    "UTF-16": ("name: x\n".encode("utf-16"), ": cannot be read: it is UTF-16; save it as UTF-8"),
    "UTF-16 without a mark": ("name: x\n".encode("utf-16-le"), ":1: not valid YAML: a control character"),
    "Latin-1": ("name: x\ndescription: é\n".encode("latin-1"), ":2: cannot be read: byte 21 is no UTF-8"),
    "half a letter": ("name: é".encode()[:-1], ":1: cannot be read: byte 6 is no UTF-8"),
}


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


THINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), ": cannot be read: No such file"),
    "a link to itself": (_loop, ": cannot be read: Too many levels of symbolic links"),
    "a link to zeros": (lambda path: path.symlink_to("/dev/zero"), ": cannot be read: it is no regular file"),
    "a pipe": (os.mkfifo, ": cannot be read: it is no regular file"),
    "a folder": (Path.mkdir, ": cannot be read: Is a directory"),
}
"""What stands in a file's place -> how it comes there, and what is told of it."""


def bad_files(folder: Path) -> dict[str, str]:
    """Make all of them in a folder: name of the file -> what is told after it."""
    told = {}
    kinds = [*TEXTS.values(), *BYTES.values()]
    for number, (content, problem) in enumerate(kinds):
        path = folder / f"bad{number}.yaml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        told[path.name] = problem
    for number, (make, problem) in enumerate(THINGS.values()):
        path = folder / f"thing{number}.yaml"
        make(path)
        told[path.name] = problem
    return told
