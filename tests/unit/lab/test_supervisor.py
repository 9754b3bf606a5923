from __future__ import annotations

import configparser
import shlex
from pathlib import Path

import pytest

from lab.commands import LabError
from lab.supervisor import Program, render


def read(text: str) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return parser


def test_a_group_names_its_programs():
    text = render("hdfs", [Program("namenode", ["java", "A"]), Program("datanode", ["java", "B"])])

    assert read(text)["group:hdfs"]["programs"] == "namenode,datanode"


def test_words_of_a_command_survive_blanks_and_percent_signs():
    command = [Path("/bin/x"), "--format=%d a", "b c"]

    written = read(render("p", [Program("p", command)]))["program:p"]["command"]

    assert shlex.split(written.replace("%%", "%")) == ["/bin/x", "--format=%d a", "b c"]


def test_an_environment_value_may_hold_json():
    written = read(render("p", [Program("p", ["x"], {"A": '{"a": "b"}'})]))["program:p"]["environment"]

    assert written == """A='{"a": "b"}'"""


@pytest.mark.parametrize("value", ["it's", "two\nlines"])
def test_an_environment_value_that_cannot_be_written_is_refused(value):
    with pytest.raises(LabError, match="quote"):
        render("p", [Program("p", ["x"], {"A": value})])
