#!/usr/bin/env python3
"""How many epochs a text needs: what vectors are like after several numbers of them.

    cargo build --release
    tests/compare/epochs.py TEXT... --epochs 5 20 50 --similarity wordsim353.tsv

TEXT is plain, one sentence per line. Every twentieth line is held out. For each number of epochs, and for the number
that motevec takes by default (in bold), a line of Markdown says
- the mean cosine of random pairs: near 1 where the vectors have collapsed;
- the loss of the lines held out, on words of the model: found by training on them at a rate so low that nothing moves;
- Spearman's rho on word similarity, if at least 50 pairs are known.
Options after `--` go to `motevec train`: by default, `--tokens words --lowercase`.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HOLD_OUT = 20
LEAST_PAIRS = 50


def run(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def split(text, folder):
    """Files of the lines to train on, and of the lines held out."""
    lines = Path(text).read_text().splitlines(keepends=True)
    parts = {"train.txt": [], "held-out.txt": []}
    for number, line in enumerate(lines):
        parts["held-out.txt" if number % HOLD_OUT == 0 else "train.txt"].append(line)
    for name, part in parts.items():
        (folder / name).write_text("".join(part))
    return [folder / name for name in parts]


def measure(args, texts, folder, epochs):
    """What training for `epochs` gives, or for the default where that is None."""
    model, still = folder / "model.safetensors", folder / "still.safetensors"
    train, held_out = texts
    base = [args.motevec, "--quiet", "train", "--json", *args.options]
    made = run(*base, train, "-o", model, *(["--epochs", epochs] if epochs else []))
    again = ["--resume-from", model, "--lr", "1e-30", "--epochs", 1, "--min-count", 10**12]
    loss = run(*base, held_out, "-o", still, *again)["losses"][0]
    files = [part for file in args.similarity for part in ("--similarity", file)]
    scores = run(args.motevec, "eval", model, "--json", *files)["similarity"] if files else []
    known = [score["spearman"] if score["pairs"] >= LEAST_PAIRS else None for score in scores]
    return made, [made["mean_cosine"], loss, *known]


def main():
    arguments, options = sys.argv[1:], ["--tokens", "words", "--lowercase"]
    if "--" in arguments:
        end = arguments.index("--")
        arguments, options = arguments[:end], arguments[end + 1 :]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", metavar="TEXT", nargs="+")
    parser.add_argument("--motevec", metavar="PROGRAM", default="target/release/motevec")
    parser.add_argument("--epochs", type=int, nargs="+", default=[])
    parser.add_argument("--similarity", nargs="+", default=[], metavar="FILE", help="as for `motevec eval`")
    args = parser.parse_args(arguments, argparse.Namespace(options=options))
    heads = ["text", "words", "epochs", "mean cosine", "held-out loss", *(Path(file).stem for file in args.similarity)]
    print("|", " | ".join(heads), "|\n" + "|---" * len(heads) + "|", flush=True)
    for text in args.texts:
        with tempfile.TemporaryDirectory() as folder:
            measured = [measure(args, split(text, Path(folder)), Path(folder), n) for n in [None, *args.epochs]]
        usual = measured[0][0]["epochs"]
        for epochs, (made, numbers) in sorted({made["epochs"]: (made, n) for made, n in measured}.items()):
            cells = ["–" if number is None else f"{number:.3f}" for number in numbers]
            cells = [Path(text).stem, f"{made['kept_words']:,}", f"**{epochs}**" if epochs == usual else epochs, *cells]
            print("|", " | ".join(map(str, cells)), "|", flush=True)


if __name__ == "__main__":
    main()
