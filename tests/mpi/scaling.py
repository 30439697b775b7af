#!/usr/bin/env python3
"""What training on more hosts takes, by a model: computing, rows on the network, and waiting for messages.

    motevec vocab text.txt --top 1000000 --json > counts.json
    tests/mpi/scaling.py counts.json                          # rows of an exchange, as the model counts them
    tests/mpi/scaling.py --dim 300 --speed 515000             # 32 hosts of 16 cores, and a million words

The model takes a pass over W kept words, on H hosts of C cores with a group each, to last

    W / (H C v)  +  Σ exchanges (bytes / bandwidth + rows · r / C + blocks · messages · latency)

with v for the kept words a second of a core and r for the seconds that a core takes for a row: those of its group, or
those that change, whatever is more. A row is expected to be touched where a word with its share p of the kept words
occurs in n of them: 1 − e^(−np) times.
`hosts.py` holds the same model against runs.
"""

import argparse
import bisect
import json
import math

# As the plan and the rule of the merge have them, see host-cli/src/train/plan.rs and frequent.rs.
EXCHANGES, LEVELS, FAR, PULL, RATE, PAIRS = 300, 4, 1.0, 0.1, 0.03, 36
# Bytes ahead of the change of a row, and behind it on the way to its owner.
HEAD, COUNT = 5, 4
# Steps of an exchange in which ranks wait for each other: lengths and rows, to the owners and back.
MESSAGES = 4
# The bytes of rows that are exchanged at once; a part of a matrix, of which there are 64, is never cut.
BLOCK, PARTS = 32 << 20, 64
# The share of computing that is to be reached.
ENOUGH = 0.85


def shares(counts, subsample=1e-4):
    """The share of each word of the words that subsampling keeps, and how many these are."""
    total = sum(counts)
    ratios = (subsample * total / count for count in counts)
    kept = [count * min(1, math.sqrt(ratio) + ratio) for count, ratio in zip(counts, ratios)]
    words = sum(kept)
    return [word / words for word in kept], words


def zipf(total, distinct=1_000_000):
    """Counts of distinct words in a text of so many: those of Zipf's law as Mandelbrot has it."""
    weights = [1 / (rank + 2.7) for rank in range(1, distinct + 1)]
    scale = total / sum(weights)
    return [weight * scale for weight in weights]


def rows(words, groups, of_shares):
    """Of both matrices, the rows that change in an exchange after so many kept words, and those of all groups."""
    touched = lambda count: 2 * sum(-math.expm1(-count * share) for share in of_shares)
    return touched(words), groups * touched(words / groups)


def exchanges(kept, groups, of_shares, options):
    """For the exchanges of a pass, by level: how many there are, and the rows that there are, that change, and those of
    all groups."""
    period, last = kept / options.exchanges, LEVELS - 1
    result, there, changed, of_groups = [], 0, 0, 0
    for level in range(LEVELS):
        # Those that cannot wait for the next level.
        far = lambda share: PULL * RATE * PAIRS * share * period * 2 ** (level + 1) > FAR
        end = len(of_shares) if level == last else bisect.bisect_left(of_shares, True, key=lambda share: not far(share))
        more = rows(period * 2**level, groups, of_shares[there:end])
        there, changed, of_groups = max(there, end), changed + more[0], of_groups + more[1]
        result.append((options.exchanges / 2 ** min(level + 1, last), 2 * there, changed, of_groups))
    return result


def traffic(changed, of_groups, hosts, dim):
    """The bytes that each host receives, and sends, for these rows."""
    return (1 - 1 / hosts) * (of_groups / hosts * (HEAD + dim + COUNT) + changed * (HEAD + dim))


def seconds(there, changed, of_groups, gigabits, options):
    """What an exchange of rows takes, of which so many are there: on the network, by work, and by waiting."""
    network = traffic(changed, of_groups, options.hosts, options.dim) * 8 / (gigabits * 1e9)
    work = max(changed, of_groups / options.hosts) * options.row / options.cores
    part = there / (2 * PARTS) * (HEAD + options.dim + COUNT)
    blocks = math.ceil(2 * PARTS / max(1, BLOCK // part))
    return network + work + blocks * MESSAGES * options.latency


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", nargs="?", help="what `motevec vocab --json` says")
    parser.add_argument("--groups", type=int, nargs="+", default=[4, 16])
    parser.add_argument("--hosts", type=int, default=32)
    parser.add_argument("--cores", type=int, default=16)
    parser.add_argument("--dim", type=int, default=300)
    parser.add_argument("--speed", type=float, default=515e3, help="kept words a second of a core")
    parser.add_argument("--row", type=float, default=0.8e-6, help="seconds of a core for a row")
    parser.add_argument("--latency", type=float, default=50e-6, help="seconds of a message")
    parser.add_argument("--exchanges", type=int, default=EXCHANGES, help="of a pass")
    options = parser.parse_args()
    if options.counts:
        with open(options.counts, encoding="utf8") as file:
            counts = sorted((word["count"] for word in json.load(file)["top"]), reverse=True)
        of_shares, kept = shares(counts)
        for groups in options.groups:
            all_of = exchanges(kept, groups, of_shares, options)
            changed, of_groups = (sum(count * one[at] for count, *one in all_of) for at in (1, 2))
            print(f"{groups} groups, {kept:,.0f} kept words: {changed:,.0f} rows change in a pass, {of_groups:,.0f} of "
                  f"groups")
        return
    gigabits = (10, 25, 100)
    print("words            computing" + "".join(f"{rate:>7} Gbit/s" for rate in gigabits))
    reached = {}
    for power in range(0, 41):
        billions = 10 ** (power / 10)
        of_shares, kept = shares(zipf(billions * 1e9))
        computing = kept / (options.hosts * options.cores * options.speed)
        shown, passes = [], exchanges(kept, options.hosts, of_shares, options)
        for rate in gigabits:
            share = computing / (computing + sum(count * seconds(*of, rate, options) for count, *of in passes))
            shown.append(f"{share:>13.1%} ")
            if share >= ENOUGH:
                reached.setdefault(rate, billions)
        if power % 10 == 0:
            print(f"{billions:>5,.0f} billion {computing:>10.1f} s" + "".join(shown))
    for rate, billions in reached.items():
        print(f"{ENOUGH:.0%} at {rate} Gbit/s: from {billions:,.0f} billion words")


if __name__ == "__main__":
    main()
