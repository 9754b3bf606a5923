import json

from docker.init import keep


def test_a_password_survives_its_container(tmp_path):
    """The file is in a volume."""
    file = tmp_path / "passwords.json"
    first = keep(file, "")
    assert len(first) >= 12
    assert keep(file, "") == first
    assert json.loads(file.read_text()) == {"admin": first}


def test_a_password_that_is_given_replaces_the_one_of_before(tmp_path):
    """And stays when it is given no more."""
    file = tmp_path / "passwords.json"
    keep(file, "")
    assert [keep(file, "given"), keep(file, "")] == ["given", "given"]


def test_nobody_else_reads_it(tmp_path):
    """Whatever the process' mask is."""
    file = tmp_path / "passwords.json"
    keep(file, "")
    assert file.stat().st_mode & 0o077 == 0
