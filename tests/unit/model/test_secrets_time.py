"""Masking takes time in proportion to the text, whatever is in it: it keeps all other threads from working."""

import json
import time

import pytest
from flink_chaos.model.masking import masked, masked_record, masked_sql

SIZE = 60_000
REPEATED = [
    "http://host.example/abc,", "://:", "://a:b", "https://a", "-eyJabcdefgh", "eyJabcdefgh.", "password=x ", 'password="x ', r'password=\"x ', 'token.count="a ',
    'password=a"b\\" ', "token='x\"y`z", "token=`a", "abc:", "token:       ", "--password ", "'x", "\\", "<token>x", "name:token,", "Authorization: a,", '="x', "-sk-abc", "password=${",
    'jaas.config="a ', "-----BEGIN ", "sig=a&", "token: a b c\n", "--user a ", "a.", '"""',
]  # fmt: skip
SCRIPTS = [
    "SELECT 'a' " + "/* x */ " * 5_000 + "FROM t", "'a' /*" * 5_000, "'a'--" * 5_000, "'a'--\n--" * 5_000, "'" * 5_000, "'a' = '" * 3_000, "'a'" + " " * 50_000,
    "'a' " + "/* 'a' */" * 3_000,
]  # fmt: skip


def _seconds(mask, text):
    """Of this thread's own work, the least of some tries: others use the machine too."""
    found = []
    for _ in range(3):
        begin = time.thread_time()
        mask(text)
        found.append(time.thread_time() - begin)
    return min(found)


@pytest.mark.parametrize("part", REPEATED)
@pytest.mark.parametrize("before", ["", "a@ password="])
def test_four_times_the_text_takes_about_four_times_as_long(part, before):
    """It would take sixteen times as long if the parts were looked at again and again."""
    short, long = (before + part * (size // len(part)) for size in (SIZE // 4, SIZE))
    assert _seconds(masked, long) < 10 * _seconds(masked, short) + 0.05


def test_a_line_of_data_with_thousands_of_addresses_is_masked_in_a_moment():
    """As a log may have it."""
    line = json.dumps({"a": [f"http://host.example/abc?x={n}" for n in range(6_000)]}, separators=(",", ":"))
    assert _seconds(masked_record, line) < 1
    assert _seconds(masked, line) < 1


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script[:12])
def test_a_script_is_masked_in_a_moment(script):
    """Whatever comments, quotes and blanks it has."""
    assert _seconds(masked_sql, script) < 1
