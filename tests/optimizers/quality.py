#!/usr/bin/env python3
"""How good the vectors of each optimizer are at its best rate, on the bundled corpus.

    cargo build --release
    tests/optimizers/quality.py --similarity wordsim353.tsv simlex999.txt

Each optimizer trains at each of its rates with seed 1; the rate whose scores have the highest mean is then scored with
more seeds. `motevec eval` gives the scores; a half million words hold answers to few analogies, so there are none.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "host-cli/data/addresses.txt.zst"
RATES = {
    "sgd": ["0.025", "0.05", "0.1"],
    "momentum": ["0.025", "0.05", "0.1"],
    "adam": ["0.0003", "0.001", "0.003"],
    "adamw": ["0.0003", "0.001", "0.003"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--similarity", nargs="+", required=True, metavar="FILE", help="word pairs with people's scores")
    parser.add_argument("--motevec", default=ROOT / "target/release/motevec", help="the program")
    parser.add_argument("--dim", default="64")
    parser.add_argument("--epochs", default="10")
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/model.bin"

        def run(optimizer, rate, seed):
            """The last loss, and the score of each file."""
            command = [args.motevec, "train", CORPUS, "-o", model, "--tokens", "words", "--lowercase", "--json", "--quiet",
                       "--dim", args.dim, "--epochs", args.epochs, "--optimizer", optimizer, "--lr", rate, "--seed", str(seed)]  # fmt: skip
            trained = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            tests = [part for path in args.similarity for part in ("--similarity", path)]
            scored = subprocess.run([args.motevec, "eval", model, "--json", *tests], check=True, stdout=subprocess.PIPE)
            scores = [score["spearman"] for score in json.loads(scored.stdout)["similarity"]]
            print(f"{optimizer} {rate} seed {seed}", trained["losses"][-1], *scores, trained["training_seconds"], flush=True)
            return [trained["losses"][-1], *scores, trained["training_seconds"]]

        names = [pathlib.Path(path).stem for path in args.similarity]
        rows = []
        for optimizer, rates in RATES.items():
            first = {rate: run(optimizer, rate, 1) for rate in rates}
            best = max(rates, key=lambda rate: statistics.mean(first[rate][1:-1]))
            runs = [first[best], *(run(optimizer, best, seed) for seed in range(2, args.seeds + 1))]
            means = [statistics.mean(column) for column in zip(*runs)]
            rows.append((optimizer, best, means))
        print(f"\n| optimizer | best rate | {' | '.join(names)} | loss | time |\n|{'---|' * (4 + len(names))}")
        for optimizer, rate, (loss, *scores, seconds) in rows:
            print(f"| {optimizer} | {rate} | {' | '.join(f'{s:.3f}' for s in scores)} | {loss:.3f} | {seconds:.1f} s |")


if __name__ == "__main__":
    main()
