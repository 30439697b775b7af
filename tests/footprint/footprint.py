#!/usr/bin/env python3
"""Measures what learning and looking up take on a microcontroller, in QEMU, beside plain C that does the same update.

Prints a table for the boards; README.md beside this file explains each row. Needs the boards' Rust targets,
qemu-system-arm, and for the comparison with C arm-none-eabi-gcc with newlib.
"""

import argparse
import json
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIRMWARE = HERE.parent.parent / "firmware-example"

# Cargo feature and QEMU machine; Rust target; options of the C compiler.
BOARDS = {
    "microbit": ("thumbv6m-none-eabi", ["-mcpu=cortex-m0"]),
    "mps2-an386": ("thumbv7em-none-eabihf", ["-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"]),
    "mps2-an505": ("thumbv8m.main-none-eabihf", ["-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"]),
}
# QEMU's RISC-V machine, for which there is no C to compare with: table.py measures it.
RISC_V = {"virt": ("riscv32imac-unknown-none-elf", None)}
SIGMOIDS = {1: "expf", 2: "the same polynomial", 3: "word2vec.c's table"}
# Half-widths of the windows: the firmware's, and word2vec's default.
WINDOWS = (2, 5)

# What firmware-example/footprint has: words, components, and bytes of the vocabulary's text.
WORDS, DIM, TEXT = 80, 16, 160
# The arithmetics: a cargo feature of it, and bytes of a number.
ARITHMETICS = {"f32": ([], 4), "q15": (["q15"], 2)}

FLASH = (".vector_table", ".init.rust", ".text", ".rodata", ".eh_frame", ".data")
STATIC_RAM = (".data", ".bss", ".uninit")


def main():
    options = arguments()
    require("cargo", "see https://rustup.rs")
    require("qemu-system-arm", "sudo apt-get install qemu-system-arm")
    with_c = shutil.which("arm-none-eabi-gcc") is not None
    if not with_c:
        print("without arm-none-eabi-gcc nothing is compared with C; install it with "
              "`sudo apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi`", file=sys.stderr)
    results = {board: measure(board, options.target_dir, with_c) for board in options.board or BOARDS}
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        table(results)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--board", action="append", choices=BOARDS,
                        help="measure this board; may be repeated [default: all]")
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument("--target-dir", type=Path, default=FIRMWARE / "target/footprint", metavar="FOLDER",
                        help="build in this folder [default: firmware-example/target/footprint]")
    return parser.parse_args()


def require(program, how):
    if shutil.which(program) is None:
        sys.exit(f"{program} is not installed; {how}")


def measure(board, target_dir, with_c):
    """All figures of one board."""
    figures, result = learner(board, target_dir, "f32")
    integers, result["q15"] = learner(board, target_dir, "q15")
    if with_c:
        per_tick = ticks(figures)
        result["c"] = {SIGMOIDS[sigmoid]: plain_c(board, sigmoid, figures, per_tick) for sigmoid in SIGMOIDS}
        result["library"] = library(board, target_dir, figures, per_tick)
        result["q15"]["c"] = plain_q15(board, integers, per_tick)
    return result


def ticks(figures):
    """Instructions of a tick: the clock is calibrated with a loop of known length, so that nothing is assumed of it."""
    return figures["calibration instructions"] / figures["calibration ticks"]


def learner(board, target_dir, arithmetic):
    """What the measurement prints, and the figures that follow from it."""
    features, number = ARITHMETICS[arithmetic]
    numbers, words = (sections(build(board, target_dir, *features, *feature)) for feature in (["numbers"], []))
    figures = emulate(board, build(board, target_dir, *features, "measure"))
    per_tick = ticks(figures)
    static = sum(words.get(name, 0) for name in STATIC_RAM)
    return figures, {
        "flash": sum(numbers.get(name, 0) for name in FLASH),
        "flash with vocabulary": sum(words.get(name, 0) for name in FLASH),
        "static": static,
        "stack": figures["stack"],
        "ram": static + figures["stack"] - 2 * WORDS * DIM * number - TEXT,
        "learn": figures["learn ticks"] * per_tick / figures["learn pairs"],
        "query": figures["query ticks"] * per_tick / figures["queries"],
        "update": {window: per_pair(figures, window, per_tick) for window in WINDOWS},
    }


def per_pair(figures, window, per_tick):
    """Instructions for each of the 2·`window` pairs of an update, the center's targets and all."""
    return figures[f"window {window} ticks"] * per_tick / (figures["updates"] * 2 * window)


def build(board, target_dir, *features):
    """An image of firmware-example/footprint."""
    target, _ = (BOARDS | RISC_V)[board]
    run(["cargo", "build", "--quiet", "--locked", "--release", "--no-default-features",
         "--package", "motevec-footprint", "--features", ",".join([board.removeprefix("mps2-"), *features]),
         "--target", target, "--target-dir", target_dir], cwd=FIRMWARE)
    built = target_dir / target / "release/motevec-footprint"
    # The next build overwrites it.
    return shutil.copy(built, built.with_name("-".join(["built", *(features or ["words"])])))


def compile_c(board, image, *arguments):
    """A program in C for the board."""
    _, processor = BOARDS[board]
    memory = FIRMWARE / "memory"
    run(["arm-none-eabi-gcc", "-mthumb", *processor, "-Wall", "-Wextra", "-nostartfiles", "-Wl,--gc-sections",
         "-Wl,-z,noexecstack", "-T", memory / f"{board.removeprefix('mps2-')}.x", "-T", memory / "c.ld", *arguments,
         "-lm", "-o", image])


def library(board, target_dir, rust, per_tick):
    """What the library for C takes (core/c)."""
    target, _ = BOARDS[board]
    folder = HERE.parent.parent / "core/c"
    run(["cargo", "build", "--quiet", "--locked", "--release", "--features", "one-block", "--target", target,
         "--target-dir", target_dir], cwd=folder)
    with tempfile.TemporaryDirectory() as place:
        images = [Path(place) / name for name in ("library", "measure")]
        for image, options in zip(images, ([], ["-DMEASURE"])):
            compile_c(board, image, "-Os", *options, "-I", folder / "include", HERE / "library.c",
                      target_dir / target / "release/libmotevec.a", "--specs=nosys.specs")
        parts, figures = sections(images[0]), emulate(board, images[1])
    if figures["bits"] != rust["bits"]:
        sys.exit(f"{board}: the library for C has learned {figures['bits']:x}, the firmware {rust['bits']:x}")
    return {
        # A vector table of 1 KB, as the firmware has it.
        "flash": sum(parts.get(name, 0) for name in (".text", ".ARM.exidx", ".data")) + 1024 - 8,
        "static": parts.get(".data", 0) + parts[".bss"],
        "learn": figures["learn ticks"] * per_tick / rust["learn pairs"],
        "query": figures["query ticks"] * per_tick / figures["queries"],
    }


def plain_c(board, sigmoid, rust, per_tick):
    """Instructions per pair of the C update, for each window."""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "plain"
        compile_c(board, image, "-O3", f"-DSIGMOID={sigmoid}", HERE / "plain.c")
        figures = emulate(board, image)
    for window in WINDOWS:
        ours, theirs = (number(all[f"window {window} sum"]) for all in (rust, figures))
        # The table is coarse; everything else differs in roundings only.
        if abs(ours - theirs) > abs(ours) * (1e-2 if sigmoid == 3 else 1e-5):
            sys.exit(f"{board}: C gets {theirs} where motevec gets {ours}: this is not the same update")
    return {window: per_pair(figures, window, per_tick) for window in WINDOWS}


def plain_q15(board, rust, per_tick):
    """Instructions per pair of the update in integers in C, for each window: the least of two levels."""
    levels = []
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "plain"
        for level in ("-O2", "-O3"):
            compile_c(board, image, level, HERE / "plain_q15.c")
            figures = emulate(board, image)
            for window in WINDOWS:
                ours, theirs = (number(all[f"window {window} sum"]) for all in (rust, figures))
                if ours != theirs:
                    sys.exit(f"{board}: C gets {theirs} where motevec gets {ours}: this is not the same update")
            levels.append(figures)
    return {window: min(per_pair(figures, window, per_tick) for figures in levels) for window in WINDOWS}


def number(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def emulate(board, image):
    """The figures that an image prints in QEMU, where an instruction takes a nanosecond."""
    qemu = ["qemu-system-riscv32", "-bios", "none"] if board in RISC_V else ["qemu-system-arm"]
    command = [*qemu, "-machine", board, "-display", "none", "-monitor", "none", "-serial", "none",
               "-icount", "shift=0", "-semihosting-config", "enable=on,target=native", "-kernel", image]
    done = run(command, timeout=300)
    lines = (line.rsplit(" ", 1) for line in (done.stdout + done.stderr).splitlines())
    return {line[0]: int(line[1]) for line in lines if len(line) == 2 and line[1].isdigit()}


def run(command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done


def sections(path):
    """The sizes of the sections of a 32-bit little-endian ELF file, by name."""
    file = Path(path).read_bytes()
    offset, = struct.unpack_from("<I", file, 32)
    size, count, names = struct.unpack_from("<HHH", file, 46)
    headers = [struct.unpack_from("<10I", file, offset + size * index) for index in range(count)]
    start = headers[names][4]

    def name(header):
        at = start + header[0]
        return file[at:file.index(b"\0", at)].decode()

    return {name(header): header[5] for header in headers}


def table(results):
    """Prints Markdown."""
    def row(name, value):
        print(f"| {name} | " + " | ".join(value(result) for result in results.values()) + " |")

    print("| | " + " | ".join(board.removeprefix("mps2-") for board in results) + " |")
    print("|---|" + "---|" * len(results))
    row("flash of training and queries, bytes", lambda r: f"{r['flash']:,}")
    row("flash with the vocabulary, bytes", lambda r: f"{r['flash with vocabulary']:,}")
    row("static RAM, bytes", lambda r: f"{r['static']:,}")
    row("peak stack, bytes", lambda r: f"{r['stack']:,}")
    row("RAM beyond matrices and strings, bytes", lambda r: f"{r['ram']:,}")
    for window in WINDOWS:
        row(f"instructions per pair, window {window}", lambda r: f"{r['update'][window]:,.0f}")
        for name in next(iter(results.values())).get("c", {}):
            row(f"plain C with {name}",
                lambda r: f"{r['c'][name][window]:,.0f}: {r['update'][window] / r['c'][name][window]:.2f} ×")
    row("instructions per pair, from tokens to vectors", lambda r: f"{r['learn']:,.0f}")
    row(f"instructions per query of {WORDS} words", lambda r: f"{r['query']:,.0f}")
    for name, key in [("flash of training and queries, bytes", "flash"),
                      ("flash with the vocabulary, bytes", "flash with vocabulary"),
                      ("static RAM, bytes", "static"), ("peak stack, bytes", "stack"),
                      ("RAM beyond matrices and strings, bytes", "ram")]:
        row(f"in integers: {name}", lambda r: f"{r['q15'][key]:,}")
    for window in WINDOWS:
        row(f"in integers: instructions per pair, window {window}",
            lambda r: f"{r['q15']['update'][window]:,.0f}: {r['q15']['update'][window] / r['update'][window]:.2f} ×")
        if "c" in next(iter(results.values()))["q15"]:
            row("plain C in the same integers",
                lambda r: f"{r['q15']['c'][window]:,.0f}: {r['q15']['update'][window] / r['q15']['c'][window]:.2f} ×")
    row("in integers: instructions per pair, from tokens to vectors", lambda r: f"{r['q15']['learn']:,.0f}")
    row(f"in integers: instructions per query of {WORDS} words", lambda r: f"{r['q15']['query']:,.0f}")
    if "library" in next(iter(results.values())):
        for name, key, ours in [("flash, bytes", "flash", "flash with vocabulary"),
                                ("static RAM, bytes", "static", "static"),
                                ("instructions per pair", "learn", "learn"),
                                ("instructions per query", "query", "query")]:
            row(f"from C: {name}", lambda r: f"{r['library'][key]:,.0f}: {r['library'][key] / r[ours]:.2f} ×")


if __name__ == "__main__":
    main()
