#!/usr/bin/env python3
"""Compare the Python package with the command line, gensim and NumPy, in turn; prints ratios of medians.

    tests/compare/wheel.py text.txt --program target/release/motevec
    tests/compare/wheel.py text.txt --only queries

Needs motevec, gensim and numpy. The text has one sentence on each line, with spaces between words. Times are seconds of
processor, which others on the machine change little: of the work alone, without the start of Python; of the program,
those of its whole process. OPENBLAS_NUM_THREADS=1 RAYON_NUM_THREADS=1 keeps queries on one thread.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile

import gensim
import numpy as np

import motevec


def medians(runs, **ways):
    """The median time of each way, which take turns."""
    times = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            start = sum(os.times()[:4])
            way()
            times[name].append(sum(os.times()[:4]) - start)
    return {name: statistics.median(of) for name, of in times.items()}


def command_line(options):
    """`corpus_file` against the program: time, and bytes."""
    with tempfile.TemporaryDirectory() as folder:
        mine, theirs = pathlib.Path(folder) / "mine.bin", pathlib.Path(folder) / "theirs.bin"
        command = [options.program, "--quiet", "train", options.text, "-o", theirs, "--epochs",
                   str(options.epochs), "--subsample", "1e-3", "--threads", str(options.threads)]
        python = lambda: motevec.Word2Vec(corpus_file=options.text, sg=1, epochs=options.epochs,
                                          workers=options.threads).save(mine)
        times = medians(options.runs, python=python, program=lambda: subprocess.run(command, check=True))
        same = "the same bytes" if mine.read_bytes() == theirs.read_bytes() else "OTHER BYTES"
        print(f"corpus_file: {times['python'] / times['program']:.3f} × the time of the program, {same}")


def sentences(options):
    """A list of lists, against gensim on one worker."""
    with open(options.text, encoding="utf8") as file:
        text = [line.split() for line in file]
    how = dict(sg=1, min_count=5, epochs=options.epochs)
    of_motevec = lambda: motevec.Word2Vec(text, workers=options.threads, **how)
    of_gensim = lambda: gensim.models.Word2Vec(text, workers=1, **how)
    times = medians(options.runs, motevec=of_motevec, gensim=of_gensim)
    words = sum(map(len, text))
    print(f"sentences, {words:,} words, {options.epochs} epochs, {options.threads} threads: gensim on one worker takes "
          f"{times['gensim'] / times['motevec']:.1f} × the time")


def queries(options):
    """1,000 words among 55,602 × 100, against gensim in a loop, and a product by hand."""
    random = np.random.default_rng(1)
    rows = random.normal(size=(55602, 100)).astype(np.float32)
    names = [f"w{row}" for row in range(len(rows))]
    asked = [names[row] for row in random.choice(len(rows), 1000, replace=False)]
    mine, theirs = motevec.KeyedVectors(100), gensim.models.KeyedVectors(100)
    mine.add_vectors(names, rows)
    theirs.add_vectors(names, rows)
    theirs.fill_norms()

    def product():
        units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        chosen = [theirs.key_to_index[word] for word in asked]
        cosines = units[chosen] @ units.T
        cosines[np.arange(len(chosen)), chosen] = -2
        best = np.argpartition(-cosines, 10, axis=1)[:, :10]
        scores = np.take_along_axis(cosines, best, axis=1)
        order = np.argsort(-scores, axis=1)
        return np.take_along_axis(best, order, axis=1)

    loop = lambda: [theirs.most_similar(word) for word in asked]
    many = lambda: mine.most_similar_many(asked)
    times = medians(options.runs, motevec=many, gensim=loop, numpy=product)
    same = [[theirs.key_to_index[word] for word, _ in found] for found in many()] == product().tolist()
    print(f"1,000 × most_similar: gensim in a loop takes {times['gensim'] / times['motevec']:.1f} × the time, NumPy "
          f"{times['numpy'] / times['motevec']:.2f} ×; the same words as NumPy: {same}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text")
    parser.add_argument("--program", default="motevec")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    ways = {"command-line": command_line, "sentences": sentences, "queries": queries}
    parser.add_argument("--only", choices=list(ways))
    options = parser.parse_args()
    for name, way in ways.items():
        if options.only in (None, name):
            way(options)


if __name__ == "__main__":
    main()
