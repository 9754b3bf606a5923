import pytest
from flink_chaos.model.environment import FlinkSettings
from flink_chaos.model.flink_options import OLDER_NAMES
from flink_chaos.model.safe_options import SAFE_OPTIONS, is_among
from pydantic import ValidationError

CODE_OR_PLACE = (
    "opts",
    "jars",
    "classpath",
    "class",
    "dir",
    "path",
    "secret",
    "image",
    "template",
    "host",
    "port",
    "reporter",
)


@pytest.mark.parametrize(
    ("option", "safe"),
    [
        ("restart-strategy.fixed-delay.attempts", True),
        ("restart-strategy", True),
        ("restart-strategy.", False),
        ("state.backend", True),
        ("state.backend.rocksdb.localdir", False),
        ("state.backend.rocksdb.options-factory", False),
        ("execution.checkpointing.unaligned", True),
        ("execution.checkpointing.intervals", False),
        ("taskmanager.numberOfTaskSlots", True),
        ("taskmanager.numberoftaskslots", False),
        ("taskmanager.memory.process.size", False),
        ("env.java.opts", False),
    ],
)
def test_an_option_is_safe_by_its_whole_name_or_a_listed_beginning(option, safe):
    """By its present or an older name; a name that only looks alike is another option."""
    assert is_among(option, SAFE_OPTIONS) is safe


def test_nothing_safe_is_code_or_a_place():
    """Whatever is added to the list."""
    names = [name for option in SAFE_OPTIONS for name in (option, *OLDER_NAMES.get(option, ()))]
    assert [name for name in names if set(name.replace("-", ".").split(".")) & set(CODE_OR_PLACE)] == []


@pytest.mark.parametrize("name", ["table.exec.", "table.exec.*", "env.java.opts.all", "pekko.framesize"])
def test_an_environment_names_options_or_beginnings(name):
    """What is inside the beginning is allowed, what is beside it is not."""
    named = FlinkSettings(image="i", flink_version="v1_20", trigger_options=[name]).trigger_options
    inside = f"{name.rstrip('*')}x" if name.endswith((".", "*")) else name
    assert is_among(inside, named)
    assert not is_among(f"other.{inside}", named)


@pytest.mark.parametrize("name", ["*", ".", "", ".*", "table*", "**", "a..b", "table.exec. ", "table.*.exec"])
def test_an_environment_cannot_allow_everything_at_once(name):
    """Each beginning is a word at least: what is allowed can be read."""
    with pytest.raises(ValidationError, match="trigger_options"):
        FlinkSettings(image="i", flink_version="v1_20", trigger_options=[name])
