from __future__ import annotations

import zipfile

import pytest
import yaml

from docker import manifests


def definition(name: str, **subresources: object) -> str:
    return yaml.safe_dump(
        {"metadata": {"name": name}, "spec": {"versions": [{"name": "v1", "subresources": subresources}]}}
    )


def jar(folder, **definitions: str):
    path = folder / "operator.jar"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in definitions.items():
            archive.writestr(f"META-INF/fabric8/{name}-v1.yml", text)
    return path


def test_definitions_come_out_of_the_operators_jar(tmp_path):
    """All of them, and a scale that can be used is kept."""
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}

    text = manifests.definitions(jar(tmp_path, b=definition("b", status={}), a=definition("a", scale=scale)))

    first, second = yaml.safe_load_all(text)
    assert (first["metadata"]["name"], second["metadata"]["name"]) == ("a", "b")
    assert first["spec"]["versions"][0]["subresources"] == {"scale": scale}


@pytest.mark.parametrize("path", ["labelSelectorPath", "specReplicasPath", "statusReplicasPath"])
def test_a_scale_that_lacks_a_path_is_left_out(tmp_path, path):
    """Kubernetes would refuse the whole definition."""
    text = manifests.definitions(jar(tmp_path, a=definition("a", scale={path: ".x"}, status={})))

    assert yaml.safe_load(text)["spec"]["versions"][0]["subresources"] == {"status": {}}


def test_a_jar_without_definitions_is_told(tmp_path):
    """A build that found none would fail much later, and elsewhere."""
    with pytest.raises(SystemExit, match=r"operator\.jar: no META-INF/fabric8/"):
        manifests.definitions(jar(tmp_path))


def test_names_are_filled_and_patterns_stay(tmp_path):
    """A dollar that is no name belongs to the manifest."""
    (tmp_path / "20-a.yaml").write_text('image: $FLINK\npattern: "^a$"\n')

    assert manifests.rendered([tmp_path], "*.yaml", {"FLINK": "flink:1"}) == 'image: flink:1\npattern: "^a$"\n'


def test_a_name_that_is_not_set_is_told_with_its_file(tmp_path):
    """And where it has to be set."""
    (tmp_path / "20-a.yaml").write_text("image: $FLINK\n")

    with pytest.raises(SystemExit, match=r"20-a\.yaml: \$FLINK is not set: set it where docker-compose.yaml"):
        manifests.rendered([tmp_path], "*.yaml", {})


def test_definitions_are_written_apart_from_what_uses_them(tmp_path, monkeypatch):
    """The first file is applied first, and has Flink's definitions at its end."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("00-namespaces", "10-definitions", "20-workload"):
        (source / f"{name}.yaml").write_text(f"a: {name}")
    (tmp_path / "flink.yaml").write_text("a: flink")
    monkeypatch.setenv("MANIFESTS", str(tmp_path))
    monkeypatch.setenv("FLINK_DEFINITIONS", str(tmp_path / "flink.yaml"))

    manifests.main(["render", str(source)])

    written = [
        [d["a"] for d in yaml.safe_load_all((tmp_path / f"{n}.yaml").read_text())] for n in ("definitions", "workloads")
    ]
    assert written == [["00-namespaces", "10-definitions", "flink"], ["20-workload"]]


def test_words_that_mean_nothing_get_the_usage():
    """Not a traceback."""
    with pytest.raises(SystemExit, match="definitions JAR FILE"):
        manifests.main(["render"])
