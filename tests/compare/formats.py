#!/usr/bin/env python3
"""Times how fast models load and convert: formats.py [MOTEVEC] [--words 55602] [--dim 100] [--runs 9] [--folder DIR]

Makes a model of random numbers, writes it in each binary format, and prints the median over all runs, each of which
takes every format in turn. Speeds count the bytes of the file that is read. A conversion ends when the disk has the
file: name a folder in memory (/dev/shm) to see motevec's share of the time. Needs numpy.
"""

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy

ENDINGS = ["bin", "safetensors", "npy", "fifu", "mote"]


def make(path, words, dim):
    numbers = numpy.random.default_rng(1).standard_normal((words, dim), dtype=numpy.float32)
    with open(path, "wb") as file:
        file.write(f"{words} {dim}\n".encode())
        for row, vector in enumerate(numbers):
            file.write(b"word%d " % row + vector.tobytes() + b"\n")


def timed(command):
    """The seconds that `command` takes: of the clock, and of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("motevec", nargs="?", default="target/release/motevec")
    parser.add_argument("--words", type=int, default=55602)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--folder", help="where the files are written [default: that of temporary files]")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        model = Path(folder, "model.bin")
        make(model, arguments.words, arguments.dim)
        work = {}
        for ending in ENDINGS:
            file, again = Path(folder, f"model.{ending}"), Path(folder, f"again.{ending}")
            if ending != "bin":
                subprocess.run([arguments.motevec, "convert", model, file], check=True, stdout=subprocess.DEVNULL)
            size = os.path.getsize(file)
            work[f"neighbors {file.name}"] = ([arguments.motevec, "neighbors", file, "word7"], size)
            work[f"convert {file.name} {again.name}"] = ([arguments.motevec, "convert", file, again], size)
        times = {name: [] for name in work}
        for _ in range(arguments.runs):
            for name, (command, _) in work.items():
                times[name].append(timed(command))
        print(f"{arguments.words} words x {arguments.dim} dimensions, medians of {arguments.runs}")
        for name, (_, size) in work.items():
            wall, processor = (statistics.median(column) for column in zip(*times[name]))
            print(f"{name:46} {1e3 * wall:7.0f} ms, {1e3 * processor:7.0f} ms of processor, "
                  f"{size / 1e6 / wall:6.0f} MB/s")


if __name__ == "__main__":
    main()
