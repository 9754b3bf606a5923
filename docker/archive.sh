#!/bin/sh
# Writes the image that it runs in as an archive that containerd imports, so that nobody needs the engine's socket.
#
#   archive.sh REFERENCE FILE WORKDIR USER ENTRYPOINT...
#
# Runs as root in a container of the image, with its file systems as they were built; /image-id tells one build from another.
set -eu
reference=$1 file=/images/$2 workdir=$3 user=$4
shift 4

if [ -f "$file" ] && [ "$(cat "$file.id")" = "$(cat /image-id)" ]; then
  echo "$reference: written before"
  exit
fi

quoted() { sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&"/' | paste -sd, -; }

folder=$(mktemp -d /images/writing.XXXXXX)
trap 'rm -rf "$folder"' EXIT
tar --create --file="$folder/layer.tar" --directory=/ --one-file-system --numeric-owner \
  --exclude=./images --exclude=./archive.sh --exclude=./etc/hosts --exclude=./etc/hostname --exclude=./etc/resolv.conf \
  --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* .
digest=$(sha256sum "$folder/layer.tar" | cut -d' ' -f1)
architecture=$(uname -m | sed 's/x86_64/amd64/; s/aarch64/arm64/')
variables=$(env | grep -E '^[A-Za-z_][A-Za-z0-9_]*=' | grep -vE '^(HOSTNAME|HOME|PWD|OLDPWD|SHLVL|TERM|_)=' | quoted)
cat > "$folder/config.json" <<END
{"architecture": "$architecture", "os": "linux", "rootfs": {"type": "layers", "diff_ids": ["sha256:$digest"]},
 "config": {"WorkingDir": "$workdir", "User": "$user", "Entrypoint": [$(printf '%s\n' "$@" | quoted)], "Env": [$variables]}}
END
echo "[{\"Config\": \"config.json\", \"RepoTags\": [\"$reference\"], \"Layers\": [\"layer.tar\"]}]" > "$folder/manifest.json"
rm -f "$file.id"
tar --create --file="$folder/image.tar" --directory="$folder" manifest.json config.json layer.tar
mv "$folder/image.tar" "$file"
cp /image-id "$file.id"
echo "$reference: $(du -m "$file" | cut -f1) MB"
