#!/usr/bin/env python3
"""What PyTorch's optimizers do with one sequence of gradients: the reference of tests/tests/cli/optimizers/torch.rs.

    pip install torch
    torch_reference.py            # writes torch.json, beside this file
    torch_reference.py --check    # compares the torch that is installed with it

A case has rows, each a parameter of its own, and at each step a gradient for some of the rows. A row without one has
`grad = None`, and PyTorch leaves it and its state alone: motevec's lazy updates. Case `dense` gives such rows zeros
instead, as a dense matrix would have.
"""
import argparse
import json
import pathlib

import torch

FILE = pathlib.Path(__file__).with_name("torch.json")
ROWS, DIM, STEPS, EVERY = 3, 5, 60, 10
RATE, BETA, BETAS, EPSILON, L2, DECAY = 0.05, 0.9, (0.9, 0.999), 1e-8, 0.02, 0.1

# motevec's momentum has 1 - β before the gradient, which PyTorch has not.
MOMENTUM = lambda p, **more: torch.optim.SGD(p, lr=RATE * (1 - BETA), momentum=BETA, **more)
ADAM = lambda p, **more: torch.optim.Adam(p, lr=RATE, betas=BETAS, eps=EPSILON, **more)
CASES = {
    "sgd": lambda p: torch.optim.SGD(p, lr=RATE),
    "sgd-l2": lambda p: torch.optim.SGD(p, lr=RATE, weight_decay=L2),
    "momentum": MOMENTUM,
    "momentum-l2": lambda p: MOMENTUM(p, weight_decay=L2),
    "adam": ADAM,
    "adam-l2": lambda p: ADAM(p, weight_decay=L2),
    "adamw": lambda p: torch.optim.AdamW(p, lr=RATE, betas=BETAS, eps=EPSILON, weight_decay=DECAY),
    "sparse-adam": lambda p: torch.optim.SparseAdam(p, lr=RATE, betas=BETAS, eps=EPSILON),
    "dense-adam": ADAM,
}


def numbers(count):
    """Numbers in (-1, 1) that f32 holds exactly."""
    state = 1
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        yield (state >> 15) / 2**15 - 1


def touched(step, row):
    """Row 0 has a gradient at every step, row 1 at every third, row 2 from the fortieth on."""
    return (row == 0) or (row == 1 and step % 3 == 0) or (row == 2 and step >= 40)


def run(case, start, gradients, dtype):
    """The rows after every EVERY steps."""
    rows = [torch.tensor(row, dtype=dtype, requires_grad=True) for row in start]
    if case == "sparse-adam":
        rows = [row.detach().reshape(1, DIM).requires_grad_() for row in rows]
    optimizer = CASES[case](rows)
    found = []
    for step, gradient in enumerate(gradients):
        for index, (row, g) in enumerate(zip(rows, gradient)):
            here = touched(step, index)
            g = torch.tensor(g, dtype=dtype) if here else torch.zeros(DIM, dtype=dtype)
            if case == "sparse-adam":
                g = torch.sparse_coo_tensor([[0]], g.reshape(1, DIM), (1, DIM))
            row.grad = g if here or case == "dense-adam" else None
        optimizer.step()
        if (step + 1) % EVERY == 0:
            found.append([row.detach().reshape(DIM).tolist() for row in rows])
    return found


def reference():
    drawn = list(numbers(ROWS * DIM * (STEPS + 1)))
    rows = [drawn[i : i + DIM] for i in range(0, len(drawn), DIM)]
    start, steps = rows[:ROWS], [rows[i : i + ROWS] for i in range(ROWS, len(rows), ROWS)]
    return {
        "torch": torch.__version__,
        "rate": RATE, "beta": BETA, "betas": BETAS, "epsilon": EPSILON, "l2": L2, "decay": DECAY, "every": EVERY,
        "start": start,
        "gradients": [[g if touched(s, r) else None for r, g in enumerate(step)] for s, step in enumerate(steps)],
        "cases": {
            case: {name: run(case, start, steps, dtype)
                   for name, dtype in (("f32", torch.float32), ("f64", torch.float64))}
            for case in CASES
        },
    }  # fmt: skip


def flat(numbers):
    return [x for part in numbers for x in flat(part)] if isinstance(numbers, list) else [numbers]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    now = reference()
    if not parser.parse_args().check:
        lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in now.items() if key != "cases"]
        cases = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in now["cases"].items()]
        FILE.write_text("{\n" + ",\n".join([*lines, ' "cases": {\n' + ",\n".join(cases) + "\n }"]) + "\n}\n")
        return
    stored = json.loads(FILE.read_text())
    for case, found in now["cases"].items():
        far = max(
            abs(a - b) for name in ("f32", "f64") for a, b in zip(flat(found[name]), flat(stored["cases"][case][name]))
        )
        print(f"{case:12} {far:.1e} from torch {stored['torch']}")
        assert far < 1e-6, case


if __name__ == "__main__":
    main()
