#!/usr/bin/env bash
# Makes the pictures in the README anew: tests/pictures/remake.sh [MOTEVEC].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
motevec=${1:-}
if [[ -z $motevec ]]; then
    cargo build --release --quiet -p motevec
    motevec=${CARGO_TARGET_DIR:-target}/release/motevec
fi
pictures=tests/pictures
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

"$motevec" demo --plot $pictures/demo.png >"$folder/demo.txt"
ls -l $pictures/*.png
