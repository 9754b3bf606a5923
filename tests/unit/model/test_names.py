import sys

import pytest
from flink_chaos.model.names import Shape
from hypothesis import given
from hypothesis import strategies as st

HANDLE = "0f8fad5b-d9cb-469f-a165-70867728950e"
GOOD = {
    Shape.OBJECT: ["p", "system:node", "app-rest:8081", "..a", "a" * 253],
    Shape.POD: ["p", "chaos-r1-taskmanager-1-1", "node.example.org"],
    Shape.LABEL: ["", "r1", "a_b.c-d"],
    Shape.FLINK_ID: ["0" * 32, "cbc357ccb763df2852fee8c4fc7d55f2"],
    Shape.HANDLE: [HANDLE, HANDLE.upper()],
    Shape.PATH: ["", "/", "v1/info", "/jobs/overview", "/v2/sessions/x/operations/y/result/0", "/a..b/c~d"],
    Shape.FILE: ["part-0", ".part-1.inprogress.8", "a b", "ä:1", "..."],
}
BAD = {
    Shape.OBJECT: ["", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a b", "a\n", "a\0", "a" * 254, None, 7],
    Shape.POD: ["", "..", "../x", "a/b", "A", "-a", "a-", "a\n", "a,b", "ä", "a" * 254, None],
    Shape.LABEL: ["a,b", "a=b", "a!=b", "in (a)", " ", "a\n", "a" * 64, None],
    Shape.FLINK_ID: ["", "j1", "0" * 31, "0" * 33, "G" * 32, "A" * 32, "0" * 32 + "\n", "../" + "0" * 29, "\u0660" * 32, None, 7],
    Shape.HANDLE: ["", "session-1", HANDLE[:-1], HANDLE + "/../x", f"{{{HANDLE}}}", HANDLE.replace("-", ""), None],
    Shape.PATH: ["..", "/..", "/a/../b", "/a/.", "/./a", "//a", "/a//b", "/a/", "/a%2e", "/a?b", "/a#b", "/a b", "/a\n", "/ä", "/a\\b", None],
    Shape.FILE: ["", ".", "..", "a/b", "a\0", "a" * 256, None],
}  # fmt: skip


@pytest.mark.parametrize(("shape", "name"), [(shape, name) for shape, names in GOOD.items() for name in names])
def test_a_name_of_its_shape_is_used_as_it_is(shape, name):
    """Nothing is mended."""
    assert shape.checked(name) == name


@pytest.mark.parametrize(("shape", "name"), [(shape, name) for shape, names in BAD.items() for name in names])
def test_a_name_of_another_shape_is_refused_in_one_line(shape, name):
    """A dot segment, a separator, an encoding, a line break at the end, no text at all."""
    assert not shape.fits(name)
    with pytest.raises(ValueError, match="is no ") as told:
        shape.checked(name)
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 200


@given(st.text(st.characters(codec="utf-8", categories=["Cc", "Cf", "Zs", "Po", "Ll"]), max_size=400))
def test_a_path_that_fits_leads_below_where_it_is_put(text):
    """Whatever it is made of."""
    if Shape.PATH.fits(text):
        assert not {"", ".", ".."} & set(text.strip("/").split("/") if text.strip("/") else ())
        assert text.isascii()


@pytest.mark.parametrize("shape", Shape)
def test_a_name_of_ten_megabytes_is_refused_at_once(shape):
    """No pattern tries every way to read it."""
    with pytest.raises(ValueError, match="is no ") as told:
        shape.checked("a/" * 5_000_000)
    assert sys.getsizeof(str(told.value)) < 1_000
