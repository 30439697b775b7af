#!/usr/bin/env python3
"""Run gensim's own tests with motevec in gensim's place.

    tests/gensim/run.py              # what passes, fails and is out of scope
    tests/gensim/run.py -k cosmul    # some of them, with pytest's options

Needs motevec, gensim, pytest, testfixtures and, to fetch the tests, pip. They come with the source package of gensim
that is installed, and stay in FOLDER (--folder, target/tmp/gensim unless given); nothing of them is kept here. gensim
gives what is not motevec's to give: readers of text, and the tests' own tools.

outcomes.tsv says of each test that does not count or pass why: it is `out` of scope, or `fails`. The script fails if
that is wrong.
"""

import argparse
import collections
import importlib
import importlib.metadata
import os
import pathlib
import subprocess
import sys
import tarfile

import gensim
import gensim.models.fasttext
import gensim.models.keyedvectors
import gensim.models.phrases
import gensim.models.word2vec
import gensim.test
import pytest

import motevec
import motevec.fasttext

HERE = pathlib.Path(__file__).resolve().parent
# fastText's format of 2016 is not read; all tests of a class begin with such a file.
RENAMED = {"lee_fasttext.bin": "lee_fasttext_new.bin"}
FILES = ["test_word2vec", "test_keyedvectors", "test_fasttext", "test_phrases"]


def fetch(folder):
    """The folder of gensim's tests, of the version that is installed."""
    version = importlib.metadata.version("gensim")
    tests = folder / f"gensim-{version}" / "gensim" / "test"
    if not tests.is_dir():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "gensim"]
        subprocess.run([*pip, f"gensim=={version}", "--dest", str(folder)], check=True)
        with tarfile.open(next(folder.glob(f"gensim-{version}.tar.gz"))) as package:
            package.extractall(folder, filter="data")
    return tests


def put_in_place(tests):
    """Make `import gensim` give motevec's classes, and `gensim.test` the tests."""
    models = gensim.models
    models.Word2Vec = models.word2vec.Word2Vec = motevec.Word2Vec
    models.KeyedVectors = models.keyedvectors.KeyedVectors = motevec.KeyedVectors
    models.keyedvectors._load_word2vec_format = lambda cls, fname, **rest: cls.load_word2vec_format(fname, **rest)
    models.FastText = models.fasttext.FastText = motevec.FastText
    models.fasttext.FastTextKeyedVectors = motevec.FastTextKeyedVectors
    for name in ("load_facebook_model", "load_facebook_vectors", "save_facebook_model"):
        setattr(models.fasttext, name, getattr(motevec.fasttext, name))
    models.Phrases = models.phrases.Phrases = motevec.Phrases
    models.phrases.FrozenPhrases = motevec.FrozenPhrases
    gensim.test.__path__ = [str(tests)]
    utils = importlib.import_module("gensim.test.utils")
    utils.datapath = lambda name: str(tests / "test_data" / RENAMED.get(name, name))


class Outcomes:
    """What pytest says of each test: `passed`, `failed` or `skipped`, and in which words."""

    def __init__(self):
        self.of, self.why = {}, {}

    def pytest_runtest_logreport(self, report):
        name = report.nodeid.split("/")[-1].replace(".py::", "::")
        if report.when == "call" or report.outcome != "passed":
            self.of[name] = report.outcome
            self.why[name] = report.longrepr.reprcrash.message.splitlines()[0] if report.failed else ""


def expected():
    """What names of tests begin with (`$` is their end), `out` or `fails`, and why."""
    lines = (HERE / "outcomes.tsv").read_text(encoding="utf8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=pathlib.Path, default=HERE.parents[1] / "target" / "tmp" / "gensim")
    options, rest = parser.parse_known_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    tests = fetch(options.folder.resolve())
    put_in_place(tests)
    # Some tests leave files where they run.
    os.chdir(options.folder)
    outcomes = Outcomes()
    files = [str(tests / f"{file}.py") for file in FILES]
    pytest.main(["-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", *rest, *files], plugins=[outcomes])

    known, wrong, counts = expected(), [], collections.defaultdict(collections.Counter)
    for name, outcome in outcomes.of.items():
        what = next((what for start, what, _ in known if (name + "$").startswith(start)), "passes")
        # gensim itself skips what needs a package that is not there.
        what = "skipped" if outcome == "skipped" and what == "passes" else what
        counts[name.split("::")[0]][what] += 1
        if what in ("passes", "fails") and (outcome == "passed") != (what == "passes"):
            wrong.append(f"{name}: {outcome}, though it {what}: {outcomes.why[name]}")
    print(f"\n{'':20}passes  fails  out of scope  skipped")
    for file, count in [*counts.items(), ("all", sum(counts.values(), collections.Counter()))]:
        row = [count[what] for what in ("passes", "fails", "out", "skipped")]
        print(f"{file:20}{row[0]:6}{row[1]:7}{row[2]:14}{row[3]:9}{100 * row[0] / max(row[0] + row[1], 1):7.1f} %")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
