#!/usr/bin/env python3
"""Compare motevec with gensim and fastText on one corpus, in one run.

    cargo build --release
    pip install gensim scipy && sudo apt-get install fasttext
    tests/compare/compare.py CORPUS --threads 1 2 --similarity wordsim353.tsv --analogies questions-words.txt

CORPUS is plain text, one sentence per line, words separated by spaces: what all three read. All get the same settings:
window 5, 5 negatives, subsampling 1e-4, minimum count 5, and the --model: skip-gram (rate 0.025), cbow (0.1 for the
true gradient, which motevec takes, and 0.05 for that of the others), hierarchical-softmax (skip-gram without
negatives, 0.025), or subwords (skip-gram with n-grams of 3 to 6 characters in 2,000,000 buckets, 0.025; without
gensim).

The trainers take turns, so that a slow spell of the machine affects them all, and times are medians over all runs of
all seeds. A time is that of the whole process: starting (seconds, of Python and gensim), reading the text, training,
writing the vectors (fastText also writes its own format). Peak memory is the largest that the system saw. Scores are
those of `motevec eval` for every trainer, means over the seeds. The result is Markdown on stdout; progress goes to
stderr.
"""

import argparse
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

GENSIM = """
import sys
from gensim.models.word2vec import Word2Vec
corpus, model, dim, epochs, threads, seed, sg, hs = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
trained = Word2Vec(corpus_file=corpus, vector_size=dim, epochs=epochs, workers=threads, seed=seed, sg=sg, hs=hs,
                   negative=0 if hs else 5, window=5, sample=1e-4, min_count=5, alpha=0.025 if sg else 0.05)
trained.wv.save_word2vec_format(model, binary=True)
"""

# By model, the options of motevec; whether it is skip-gram and has a tree, for gensim; and the options of fastText.
MODELS = {
    "skip-gram": ("--negatives 5 --lr 0.025", (1, 0), "skipgram -loss ns -neg 5 -minn 0 -maxn 0 -lr 0.025"),
    "cbow": ("--architecture cbow --negatives 5 --lr 0.1", (0, 0), "cbow -loss ns -neg 5 -minn 0 -maxn 0 -lr 0.05"),
    "hierarchical-softmax":
        ("--loss hierarchical-softmax --lr 0.025", (1, 1), "skipgram -loss hs -minn 0 -maxn 0 -lr 0.025"),
    "subwords": ("--subwords --negatives 5 --lr 0.025", None, "skipgram -loss ns -neg 5 -minn 3 -maxn 6 -lr 0.025"),
}


def motevec(program, settings, model):
    options = f"--window 5 --subsample 1e-4 --min-count 5 {MODELS[settings.model][0]}"
    return [program, "train", settings.corpus, "-o", model, *options.split(), "--dim", settings.dim,
            "--epochs", settings.epochs, "--threads", settings.threads, "--seed", settings.seed], model


def gensim(_, settings, model):
    return [sys.executable, "-c", GENSIM, settings.corpus, model, settings.dim, settings.epochs, settings.threads,
            settings.seed, *MODELS[settings.model][1]], model


def fasttext(program, settings, model):
    kind, *options = f"{MODELS[settings.model][2]} -ws 5 -t 1e-4 -minCount 5".split()
    prefix = str(model).removesuffix(".bin")
    return [program, kind, "-input", settings.corpus, "-output", prefix, *options, "-dim", settings.dim,
            "-epoch", settings.epochs, "-thread", settings.threads, "-seed", settings.seed], prefix + ".vec"


@dataclass
class Trainer:
    """A program, and how it is told what to do: (program, settings, model) -> (command, file of the vectors)."""
    name: str
    version: str
    program: str
    command: callable


@dataclass
class Settings:
    corpus: str
    dim: int
    epochs: int
    threads: int
    seed: int
    model: str


@dataclass
class Measured:
    """What was seen of one trainer on one number of threads."""
    seconds: list = field(default_factory=list)
    bytes: list = field(default_factory=list)
    scores: list = field(default_factory=list)


def output_of(*command):
    """What a command prints, or None where it fails or is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def find_trainers(args):
    found, missing = [], []
    version = output_of(args.motevec, "--version")
    if version is None:
        sys.exit(f"error: {args.motevec} does not run; build it with `cargo build --release`, or name it with "
                 "--motevec")
    found.append(Trainer("motevec", version.removeprefix("motevec "), args.motevec, motevec))
    version = output_of(sys.executable, "-c", "import gensim; print(gensim.__version__)")
    if version is None:
        missing.append("gensim is not installed (`pip install gensim scipy`)")
    else:
        found.append(Trainer("gensim", version, "", gensim))
    program = shutil.which("fasttext")
    if program is None:
        missing.append("fastText is not installed (`apt-get install fasttext`)")
    else:
        # It does not tell its own version.
        version = output_of("dpkg-query", "-W", "-f", "${Version}", "fasttext") or ""
        found.append(Trainer("fastText", version.split("+")[0], program, fasttext))
    if MODELS[args.model][1] is None:
        found = [trainer for trainer in found if trainer.name != "gensim"]
    if missing:
        log("left out: " + "; ".join(missing))
    names = [name.lower() for name in args.only or [trainer.name for trainer in found]]
    return [trainer for trainer in found if trainer.name.lower() in names]


def log(message):
    print(message, file=sys.stderr, flush=True)


def run(command, errors):
    """Runs a trainer. Returns its seconds, and its peak memory in bytes."""
    start = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=errors, stderr=errors)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - start
    if status != 0:
        errors.seek(0)
        sys.exit(f"error: {command[0]} failed: {errors.read().decode(errors='replace')[-500:]}")
    # macOS counts in bytes, Linux in kibibytes.
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def score(args, vectors):
    """The scores of a file of vectors, by the name of the test."""
    if not (args.similarity or args.analogies):
        return {}
    command = [args.motevec, "eval", vectors, "--json"]
    for file in args.similarity:
        command += ["--similarity", file]
    if args.analogies:
        command += ["--analogies", args.analogies, "--restrict", "30000"]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    scores = {Path(test["file"]).stem: test["spearman"] for test in report["similarity"]}
    if args.analogies:
        scores[Path(args.analogies).stem] = report["analogies"]["total"]["accuracy"]
    return scores


def compare(args, trainers, folder):
    """Runs everything in turn. Returns what was measured, by trainer and threads."""
    measured = defaultdict(Measured)
    for seed in args.seeds:
        for number in range(args.runs):
            for threads in args.threads:
                for trainer in trainers:
                    settings = Settings(args.corpus, args.dim, args.epochs, threads, seed, args.model)
                    model = Path(folder) / f"{trainer.name}.bin"
                    command, vectors = trainer.command(trainer.program, settings, model)
                    with open(Path(folder) / "messages", "w+b") as errors:
                        seconds, peak = run(command, errors)
                    log(f"{trainer.name}, {count(threads, 'thread')}, seed {seed}, run {number + 1}: {seconds:.2f} s")
                    one = measured[trainer.name, threads]
                    one.seconds.append(seconds)
                    one.bytes.append(peak)
                    if number == 0:
                        one.scores.append(score(args, vectors))
    return measured


def count(n, what):
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def processor():
    """The name of the processor, as well as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def words_in(corpus):
    with open(corpus, encoding="utf8", errors="replace") as text:
        return sum(len(line.split()) for line in text)


def table(args, trainers, measured, words):
    """The benchmark table, in Markdown."""
    tests = list(next(iter(measured.values())).scores[0])
    heads = ["trainer", "threads", "time", "words/s", "motevec's time ×", "peak memory", *tests]
    yield "| " + " | ".join(heads) + " |"
    yield "|---" * len(heads) + "|"
    for threads in args.threads:
        ours = measured.get(("motevec", threads))
        for trainer in trainers:
            one = measured[trainer.name, threads]
            seconds = statistics.median(one.seconds)
            ratio = f"{seconds / statistics.median(ours.seconds):.2f}" if ours else "–"
            scores = [mean([scores[test] for scores in one.scores]) for test in tests]
            cells = [f"{trainer.name} {trainer.version}".strip(), str(threads), f"{seconds:.2f} s",
                     f"{words * args.epochs / seconds:,.0f}", ratio,
                     f"{statistics.median(one.bytes) / 1e6:.0f} MB", *scores]
            yield "| " + " | ".join(cells) + " |"


def mean(scores):
    """The mean of scores between -1 and 1, or a dash where a model knew too few words for one."""
    return "–" if None in scores else f"{statistics.mean(scores):.3f}".replace("0.", ".")


def speed_ups(args, measured):
    """How much faster motevec is on more threads than on the fewest."""
    fewest, *more = sorted(set(args.threads))
    for threads in more:
        if ("motevec", threads) in measured:
            slow, fast = (statistics.median(measured["motevec", n].seconds) for n in (fewest, threads))
            yield f"motevec on {count(threads, 'thread')} is {slow / fast:.2f} times as fast as on {fewest}."


def report(args, trainers, measured):
    words = words_in(args.corpus)
    yield from table(args, trainers, measured, words)
    yield ""
    yield from speed_ups(args, measured)
    seeds = " ".join(map(str, args.seeds))
    yield (f"{args.model}; {Path(args.corpus).name}: {words:,} words, {args.dim} dimensions, "
           f"{count(args.epochs, 'epoch')}; "
           f"{processor()}, {count(cores(), 'core')}; "
           f"median of {count(args.runs * len(args.seeds), 'run')}, seeds {seeds}, taken in turn.")
    yield "\n```sh"
    for trainer in trainers:
        settings = Settings(Path(args.corpus).name, args.dim, args.epochs, args.threads[-1], args.seeds[-1], args.model)
        command, _ = trainer.command(trainer.name.lower(), settings, f"{trainer.name.lower()}.bin")
        command[0] = Path(str(command[0])).name
        yield shlex.join(str(part) for part in command)
    yield "```"


def positive(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", metavar="CORPUS")
    parser.add_argument("--motevec", metavar="PROGRAM", default="target/release/motevec")
    parser.add_argument("--model", choices=MODELS, default="skip-gram")
    parser.add_argument("--dim", type=positive, default=100)
    parser.add_argument("--threads", type=positive, nargs="+", default=[1], help="one or several numbers of threads")
    parser.add_argument("--epochs", type=positive, default=5)
    parser.add_argument("--runs", type=positive, default=3, help="runs with each seed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--only", nargs="+", metavar="TRAINER", choices=["motevec", "gensim", "fasttext"])
    parser.add_argument("--similarity", nargs="+", default=[], metavar="FILE", help="as for `motevec eval`")
    parser.add_argument("--analogies", metavar="FILE", help="as for `motevec eval`")
    args = parser.parse_args()
    if not os.access(args.corpus, os.R_OK):
        sys.exit(f"error: {args.corpus} cannot be read")
    trainers = find_trainers(args)
    if not trainers:
        sys.exit("error: none of the trainers of --only is installed")
    with tempfile.TemporaryDirectory() as folder:
        measured = compare(args, trainers, folder)
    print("\n".join(report(args, trainers, measured)))


if __name__ == "__main__":
    main()
