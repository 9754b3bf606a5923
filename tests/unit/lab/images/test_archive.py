from __future__ import annotations

import hashlib
import json
import tarfile

from lab.images.archive import write_archive


def layer(folder):
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "tool").write_text("#!/bin/sh\n")
    (folder / "bin" / "tool").chmod(0o755)
    (folder / "bin" / "link").symlink_to("tool")
    return folder


def test_archive_is_what_containerd_imports(tmp_path):
    target = tmp_path / "image.tar"
    write_archive(target, "localhost/x:1", {"Entrypoint": ["/bin/tool"]}, [layer(tmp_path / "layer")])
    with tarfile.open(target) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))[0]
        config = json.load(archive.extractfile(manifest["Config"]))
        content = archive.extractfile(manifest["Layers"][0]).read()
    assert manifest["RepoTags"] == ["localhost/x:1"]
    assert config["config"] == {"Entrypoint": ["/bin/tool"]}
    assert config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(content).hexdigest()]


def test_same_inputs_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_archive(tmp_path / f"{name}.tar", "localhost/x:1", {}, [layer(tmp_path / name)])
    assert (tmp_path / "a.tar").read_bytes() == (tmp_path / "b.tar").read_bytes()
    assert not list(tmp_path.glob(".layers-*"))


def test_modes_links_and_owner_are_kept(tmp_path):
    write_archive(tmp_path / "image.tar", "localhost/x:1", {}, [layer(tmp_path / "layer")])
    with tarfile.open(tmp_path / "image.tar") as archive:
        name = json.load(archive.extractfile("manifest.json"))[0]["Layers"][0]
        with tarfile.open(fileobj=archive.extractfile(name)) as inner:
            tool, link = inner.getmember("bin/tool"), inner.getmember("bin/link")
    assert (tool.mode, tool.uid, tool.mtime) == (0o755, 0, 0)
    assert (link.issym(), link.linkname) == (True, "tool")
