#!/usr/bin/env bash
# Makes the pictures of the documentation anew: tests/pictures/remake.sh [MOTEVEC]. Needs chromium, chromedriver and
# selenium. The sentences of the course may not be shipped: its pictures are made if SENTENCES names the file.
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
export PYTHONDONTWRITEBYTECODE=1

"$motevec" demo --plot $pictures/demo.png >"$folder/demo.txt"
# The model of the README's tour.
"$motevec" train host-cli/data/addresses.txt.zst -o "$folder/addresses.bin" \
    --tokens words --lowercase --epochs 20 --lr 0.05
"$motevec" explore "$folder/addresses.bin" -o "$folder/explorer.html"
for colors in light dark; do
    dark=()
    [[ $colors == light ]] || dark=(--dark)
    python3 $pictures/screenshot.py "$folder/explorer.html" $pictures/explorer-$colors.png \
        --size 1200 750 --word tax "${dark[@]}"
done
if [[ -n ${SENTENCES:-} ]]; then
    cargo run --release --quiet -p motevec --example course -- "$SENTENCES" -o "$folder/course"
    cp "$folder/course/three.png" $pictures/course.png
    cp "$folder/course/seeds.png" $pictures/course-seeds.png
fi
ls -l $pictures/*.png
