#!/usr/bin/env python3
"""Train across hosts: network namespaces of this machine, whose ranks reach each other by TCP only.

    tests/mpi/hosts.py target/release/motevec text.txt                     # the bytes of one process, on 2 to 4 hosts
    tests/mpi/hosts.py target/release/motevec text.txt --link 1gbit        # and over links that are shaped
    tests/mpi/hosts.py target/release/motevec text.txt --hosts 2 --link 1gbit --runs 3 -- --dim 100 --epochs 1

Needs root, iproute2, Open MPI, and a motevec built with `--features mpi`. What follows `--` goes to `motevec train`.
Prints a line for each run: whether the bytes are those of one process, the seconds of training, of its exchanges, and
of waiting for other ranks in them, the bytes that the first rank received, and how long these would take alone, at the
measured bandwidth of a link, beside what exchanges take without waiting. A model of runs on shaped links stands beside
them: as long as without a limit, and the bytes. Ends with 77 where
it may not make namespaces.
"""

import argparse
import contextlib
import itertools
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile

GROUPS = "4"
NAME, NET = f"mv{os.getpid()}", "10.77.0"
# Enters the namespace that has the address, under a name of its own: Open MPI knows hosts by both.
AGENT = f"""#!/bin/sh
host=$1; shift
exec ip netns exec {NAME}-${{host##*.}} unshare --uts sh -c "hostname host-${{host##*.}}; $*"
"""
# Sends a second's worth of bytes, or says how fast they come.
SEND = "import socket,time; s=socket.create_connection(('{host}',7777),10); e=time.time()+1\n" \
       "while time.time()<e: s.sendall(bytes(1<<20))"
RECEIVE = """
import socket, time
listener = socket.create_server(('', 7777)); listener.settimeout(10); print(flush=True)
s = listener.accept()[0]; start = time.time(); count = 0
while more := len(s.recv(1 << 20)): count += more
print(count / (time.time() - start))
"""


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)


@contextlib.contextmanager
def hosts(count):
    """So many namespaces on one bridge."""
    names = [f"{NAME}-{host}" for host in range(1, count + 1)]
    try:
        run("ip", "link", "add", NAME, "type", "bridge")
        run("ip", "link", "set", NAME, "up")
        for host, name in enumerate(names, 1):
            run("ip", "netns", "add", name)
            run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            run("ip", "link", "set", name, "master", NAME, "up")
            run("ip", "-n", name, "address", "add", f"{NET}.{host}/24", "dev", "eth0")
            run("ip", "-n", name, "link", "set", "lo", "up")
            run("ip", "-n", name, "link", "set", "eth0", "up")
        yield names
    finally:
        # A namespace takes its links along, but later: the next one of its name may come before that.
        for link in [*names, NAME]:
            subprocess.run(["ip", "link", "delete", link], stderr=subprocess.DEVNULL)
        for name in names:
            subprocess.run(["ip", "netns", "delete", name], stderr=subprocess.DEVNULL)


def shape(names, link):
    """Makes each host's link as fast as `link` says."""
    how = ["root", "tbf", "rate", link, "burst", "256kb", "latency", "100ms"]
    for name in names:
        # What a host sends is shaped there, and what it receives where the bridge sends it.
        run("tc", "-n", name, "qdisc", "add", "dev", "eth0", *how)
        run("tc", "qdisc", "add", "dev", name, *how)


def inside(name, *command):
    return ["ip", "netns", "exec", name, *command]


def bandwidth(names):
    """Bytes a second from the second host to the first."""
    receiver = subprocess.Popen(inside(names[0], sys.executable, "-c", RECEIVE), stdout=subprocess.PIPE, text=True)
    receiver.stdout.readline()
    run(*inside(names[1], sys.executable, "-c", SEND.format(host=f"{NET}.1")))
    return float(receiver.communicate(timeout=60)[0])


def train(options, more, output, *before):
    """The summary of a run on the text, and its bytes."""
    output.unlink(missing_ok=True)
    command = [*before, options.program, "train", options.text, "-o", output, "--groups", GROUPS, "--threads", "1",
               "--json", *more]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(f"{shlex.join(map(str, command))}\n{result.stderr}")
    return json.loads(result.stdout), output.read_bytes()


def mpirun(agent, count):
    """The start of a command on so many hosts."""
    only = ["btl_tcp_if_include", f"{NET}.0/24", "oob_tcp_if_include", f"{NET}.0/24"]
    settings = ["plm_rsh_agent", agent, "btl", "tcp,self", "mpi_yield_when_idle", "1", *only]
    settings = [str(word) for at in range(0, len(settings), 2) for word in ("--mca", *settings[at:at + 2])]
    addresses = ",".join(f"{NET}.{host}" for host in range(1, count + 1))
    return [str(agent), f"{NET}.1", "mpirun", "--allow-run-as-root", *settings, "--host", addresses]


def report(count, link, rate, summary, is_same):
    """Prints a run; gives the seconds that it took, and those that its bytes take at `rate`."""
    groups, training = summary["groups"], summary["training_seconds"]
    seconds, waiting, received = groups["exchange_seconds"], groups["waiting_seconds"], groups["exchanged_bytes"]
    print(f"{count} hosts, {link or 'no limit'}: {'the same' if is_same else 'OTHER'} bytes; "
          f"training {training:.2f} s, of it {groups['exchanges']} exchanges {seconds:.2f} s, of it "
          f"waiting {waiting:.2f} s; "
          f"{received / 1e6:,.0f} MB received, which take {received / rate:.2f} s at {rate * 8e-9:.2f} Gbit/s: "
          f"{(seconds - waiting) * rate / received:.2f} ×", flush=True)
    return training, received / rate


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("text", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--hosts", type=int, nargs="+", default=[2, 3, 4])
    parser.add_argument("--link", help="then shape links, as `tc` has it: 1gbit")
    parser.add_argument("--runs", type=int, default=1)
    own = list(itertools.takewhile(lambda argument: argument != "--", sys.argv[1:]))
    options, more = parser.parse_args(own), sys.argv[len(own) + 2:]
    if min(options.hosts) < 2:
        parser.error("--hosts: give 2 or more")
    try:
        with hosts(2):
            pass
    except subprocess.CalledProcessError as error:
        print(f"skipped: this user may not make network namespaces: {error.stderr.strip()}", file=sys.stderr)
        sys.exit(77)
    # Whoever ends this wants no namespaces left.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    same = True
    with tempfile.TemporaryDirectory() as folder:
        agent = pathlib.Path(folder) / "agent"
        agent.write_text(AGENT)
        agent.chmod(0o755)
        output = pathlib.Path(folder) / "model.safetensors"
        _, expected = train(options, more, output)
        for count in options.hosts:
            with hosts(count) as names:
                # Without a limit, what is left of an exchange is work: that of ranks, and of the network's layers.
                work = None
                for link in [None, options.link][:2 if options.link else 1]:
                    if link:
                        shape(names, link)
                    rate = bandwidth(names)
                    for _ in range(options.runs):
                        summary, model = train(options, more, output, *mpirun(agent, count))
                        is_same = model == expected and summary["groups"]["ranks"] == count
                        same &= is_same
                        seconds, network = report(count, link, rate, summary, is_same)
                        if not link:
                            work = min(seconds, work or seconds)
                        else:
                            print(f"         the model expects {work + network:.2f} s, "
                                  f"{(work + network) / seconds - 1:+.1%}", flush=True)
    sys.exit(not same)


if __name__ == "__main__":
    main()
