#!/usr/bin/env python3
"""Prints a table of what learning on a device gives and takes, a row for each task and board, as MLPerf Tiny does.

Quality comes from the tests that measure it, which print lines `table: TASK: QUALITY`. Instructions are counted in
QEMU, as footprint.py does. A second table has programs for chips that QEMU has no model of. Needs what footprint.py
needs, but for C.
"""

import argparse
import re
from pathlib import Path

import footprint

REPOSITORY = footprint.HERE.parent.parent
# Tests that measure quality, and the one that builds for real chips.
TESTS = ["demo::", "watch::", "real_chips::"]
# Board: its name, and the clock in MHz: of the nRF51822, and of QEMU's models of the others, where they have one.
BOARDS = {
    "microbit": ("micro:bit, Cortex-M0", 16),
    "mps2-an386": ("AN386, Cortex-M4F", 25),
    "mps2-an505": ("AN505, Cortex-M33", 20),
    "virt": ("virt, RV32IMAC", None),
}
LEARNER = "events of a building"
# Tests that run one after another print on the line that begins with their name.
LINE = r"^(?:test \S+ \.\.\. )?"


def main():
    options = arguments()
    printed = run_tests()
    print("| task | quality | board | instructions per event | time per event | RAM, bytes | flash, bytes |")
    print("|---|---|---|---|---|---|---|")
    for task, quality in re.findall(LINE + r"table: (.*): (.*)$", printed, re.M):
        boards = {board: takes(board, options.target_dir) for board in BOARDS} if task == LEARNER else {}
        for board, (instructions, ram, flash) in boards.items():
            name, clock = BOARDS[board]
            time = f"{instructions / clock / 1000:.2f} ms" if clock else ""
            print(f"| {task} | {quality} | {name} | {instructions:,.0f} | {time} | {ram} | {flash:,} |")
        if not boards:
            print(f"| {task} | {quality} | | | | | |")
    print("\n| built, not run | static RAM, bytes | flash, bytes |")
    print("|---|---|---|")
    for program, flash, ram in re.findall(LINE + r"stored: (.*): (\d+) (\d+)$", printed, re.M):
        print(f"| {program} | {int(ram):,} | {int(flash):,} |")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target-dir", type=Path, default=footprint.FIRMWARE / "target/footprint", metavar="FOLDER",
                        help="build in this folder [default: firmware-example/target/footprint]")
    return parser.parse_args()


def run_tests():
    """What the tests print."""
    command = ["cargo", "test", "--locked", "--test", "firmware", "--", "--nocapture", *TESTS]
    return footprint.run(command, cwd=REPOSITORY).stdout


def takes(board, target_dir):
    """Instructions for each event that is learned; RAM, with the deepest stack; flash."""
    figures = footprint.emulate(board, footprint.build(board, target_dir, "measure"))
    per_tick = figures["calibration instructions"] / figures["calibration ticks"]
    parts = footprint.sections(footprint.build(board, target_dir))
    static = sum(parts.get(name, 0) for name in footprint.STATIC_RAM)
    # On RISC-V the stack is not measured.
    ram = f"{static + figures['stack']:,}" if figures["stack"] else f"{static:,} and a stack"
    # Each word occurs once in the sentences that are learned.
    instructions = figures["learn ticks"] * per_tick / footprint.WORDS
    return instructions, ram, sum(parts.get(name, 0) for name in footprint.FLASH)


if __name__ == "__main__":
    main()
