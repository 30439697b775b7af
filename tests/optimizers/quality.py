#!/usr/bin/env python3
"""How good the vectors of each optimizer are at its best rate, on the bundled corpus.

    cargo build --release
    tests/optimizers/quality.py --similarity wordsim353.tsv simlex999.txt

Each optimizer trains at each of its rates with seed 1; the rate whose scores have the highest mean is then scored with
more seeds. `motevec eval` gives the scores; a half million words hold answers to few analogies, so there are none.
The optimizers take turns on --jobs processors.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = ROOT / "host-cli/data/addresses.txt.zst"
RATES = {
    "sgd": ["0.025", "0.05", "0.1", "0.2"],
    "momentum": ["0.025", "0.05", "0.1", "0.2"],
    "adam": ["0.003", "0.01", "0.03", "0.1"],
    "adamw": ["0.003", "0.01", "0.03", "0.1"],
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--similarity", nargs="+", required=True, metavar="FILE",
                        help="word pairs with people's scores")
    parser.add_argument("--motevec", default=ROOT / "target/release/motevec", help="the program")
    parser.add_argument("--dim", default="32")
    parser.add_argument("--epochs", default="10")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()

    def run(optimizer, rate, seed):
        """The score of each file, and the last loss."""
        with tempfile.TemporaryDirectory() as folder:
            model = f"{folder}/model.bin"
            command = [args.motevec, "train", CORPUS, "-o", model, "--tokens", "words", "--lowercase", "--json",
                       "--quiet", "--dim", args.dim, "--epochs", args.epochs, "--threads", "1",
                       "--optimizer", optimizer, "--lr", rate, "--seed", str(seed)]  # fmt: skip
            trained = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
            tests = [part for path in args.similarity for part in ("--similarity", path)]
            scored = subprocess.run([args.motevec, "eval", model, "--json", *tests], check=True, stdout=subprocess.PIPE)
        scores = [score["spearman"] for score in json.loads(scored.stdout)["similarity"]]
        figures = [*scores, trained["losses"][-1]]
        print(f"{optimizer} --lr {rate} --seed {seed}:", *(f"{x:.3f}" for x in figures), flush=True)
        return figures

    def best(optimizer):
        """The best rate, and the means over all seeds."""
        first = {rate: run(optimizer, rate, 1) for rate in RATES[optimizer]}
        rate = max(first, key=lambda rate: statistics.mean(first[rate][:-1]))
        runs = [first[rate], *(run(optimizer, rate, seed) for seed in range(2, args.seeds + 1))]
        return optimizer, rate, *(f"{statistics.mean(column):.3f}" for column in zip(*runs))

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        rows = list(pool.map(best, RATES))
    names = ["optimizer", "best rate", *(pathlib.Path(path).stem for path in args.similarity), "loss"]
    for row in [names, ["---"] * len(names), *rows]:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    main()
