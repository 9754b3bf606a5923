"""Values that people and machines write where they should not, for every parameter of a run."""

from __future__ import annotations

TEXTS = [
    "", " ", "~", "null", "true", "no", "-1", "0", "1", "1.5", "-0.0", ".nan", ".inf", "-.inf", "1e400", "1.0e+400", "0x_", "0b", "1_000", "1:60",
    "9" * 30, "9" * 5_000, "0x" + "f" * 5_000, "2026-99-99", "2026-02-30", "0000-01-01", "9999-12-31T23:59:59Z", '!!int ""', "!!float x", "!!bool x",
    "!!timestamp x", "!!binary x", "!!python/object:os.system {}", "!mine x", "=", "<<", "*a", "&a [*a]", "%", "@x", "`x`", "'", '"', "[", "{", "[]", "{}",
    "[1, 2]", "{a: 1}", "{1: 2}", "{a: 1, a: 2}", "{~: 1}", "{recovery_seconds: .nan}", "{recovery_seconds: true}", "{recovery_seconds: -1}",
    '{a: "\\0"}', "{a: 1.5}", "[" * 20_000, "{a: " * 20_000, "x" * 100_000, "x\x1b[2J", "\u202e", '"\\0"', '"\\ud800"', "\udcff", "a\nb", "a: b: c",
    "--- 1\n--- 2", "..", "../../etc/passwd", "/dev/zero", "to-latest\n", "to-offset:" + "9" * 5_000, "to-offset:-1", "shift-by:1_0", "shift-by:" + "9" * 40,
    "by-duration:P999999D", "by-duration:-P999999D", "by-duration:P1000000000D", "by-duration:PT" + "9" * 400 + "H", "by-duration:P0D", "by-duration:x",
    "to-datetime:0000-01-01T00:00", "to-datetime:0001-01-01T00:00+14:00", "to-datetime:9999-12-31T23:59-14:00", "to-datetime:2026-02-30T00:00",
    "to-datetime:x", "0m", "9999999g", "9" * 400 + "g", "1g\n", "measured", "{recovery_seconds: measured}", "{'': x}", "${run_key}", "$", "{a: ${x}}",
]  # fmt: skip
"""As YAML of `-p NAME=VALUE`."""

DEEP: list[object] = []
for _ in range(2_000):
    DEEP = [DEEP]

TYPED = [
    None, True, False, 0, 1, -1, 2**31, 2**63, 10**5_000, -(10**5_000), 0.5, float("nan"), float("inf"), float("-inf"), 1e308, "", " ", "\0", "\ud800", "x" * 10**6,
    "9" * 10_000, b"x", [], [1], DEEP, {}, {"": ""}, {"a": DEEP}, {"a": None}, {"a": "\0"}, {1: 2}, {"a" * 10**5: "x"}, {str(n): str(n) for n in range(10_000)},
    {"recovery_seconds": float("nan")}, {"recovery_seconds": True}, {"recovery_seconds": 10**400}, {"recovery_seconds": DEEP}, object(), {"execution.checkpointing.interval": "9" * 5_000},
    {"execution.checkpointing.interval": "PT" + "9" * 400 + "H"}, {"execution.checkpointing.timeout": "x"},
]  # fmt: skip
"""As JSON of a form, and some things that JSON cannot hold."""
