"""Measures the peers on the workloads, in turns, and prints the table. See README.md.

    run.py [--rounds 5] [--lines FILE] [--peer NAME=COMMAND]… [--only NAMES] [WORKLOAD…]

For each workload, one process per peer is started, prepares itself in a round that does not count, and then
measures a phase whenever it is its turn. COMMAND takes `--turns` (programs on the JVM: the property turns=true)
and a workload, and prints one line for each line of its standard input, as workloads.run does.
"""

import argparse
import importlib.util
import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import table
import workloads

FOLDER = Path(__file__).resolve().parent


def installed_peers(seconds, java):
    def python(script, *arguments, **environment):
        command = [sys.executable, str(FOLDER / script), *arguments, "--turns", "--seconds", str(seconds)]
        return ["env", *(f"{key}={value}" for key, value in environment.items()), *command]

    def has(*packages):
        return all(map(importlib.util.find_spec, packages))

    peers = {}
    if has("keras", "tensorflow"):
        peers["keras-tensorflow"] = python("keras_peer.py", KERAS_BACKEND="tensorflow")
        peers["keras-tensorflow-xla"] = python("keras_peer.py", "--xla", KERAS_BACKEND="tensorflow")
    if has("keras", "jax"):
        peers["keras-jax"] = python("keras_peer.py", KERAS_BACKEND="jax")
    if has("keras", "torch"):
        peers["keras-torch"] = python("keras_peer.py", KERAS_BACKEND="torch")
    if has("torch"):
        peers["pytorch"] = python("torch_peer.py")
    if has("onnx", "onnxruntime"):
        peers["onnxruntime"] = python("onnx_peer.py")
    jvm = FOLDER / "jvm" / "target"
    if (jvm / "lib").is_dir():
        for peer in ("Dl4j", "Djl"):
            classpath = f"{jvm}/classes:{jvm}/lib/*"
            peers[peer.lower()] = [java, "-Dturns=true", f"-Dseconds={seconds}", "-cp", classpath, peer]
    return peers


class Peer:
    """A process that waits for its turn. It is stopped meanwhile, so that its threads cannot spin."""

    def __init__(self, name, command, workload):
        self.name = name
        environment = {"OMP_NUM_THREADS": "2", "CUDA_VISIBLE_DEVICES": "", "TF_CPP_MIN_LOG_LEVEL": "3"}
        self.log = open(f"{name}.log", "w+b")
        self.process = subprocess.Popen(
            [*command, workload],
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            start_new_session=True,
        )

    def begin(self, phase):
        try:
            os.killpg(self.process.pid, signal.SIGCONT)
            self.process.stdin.write(phase + "\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ProcessLookupError):
            pass

    def result(self):
        """The line of one measurement, or None if the process has ended."""
        try:
            for text in self.process.stdout:
                if text.startswith("{"):
                    os.killpg(self.process.pid, signal.SIGSTOP)
                    return json.loads(text) | {"peer": self.name}
        except ProcessLookupError:
            pass
        return None

    def end(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()
        os.remove(self.log.name)

    def problem(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")[-600:]


def measure(workload, commands, rounds, lines):
    trained = not workloads.WORKLOADS[workload].predict_only
    phases = ("train", "predict") if trained else ("predict",)
    peers = []
    try:
        for name, command in commands.items():
            peer = Peer(name, command, workload)
            peers.append(peer)
        failed = set()
        for number in range(rounds + 1):
            for phase in phases:
                if number == 0:  # all prepare themselves at the same time
                    for peer in peers:
                        peer.begin(phase)
                for peer in peers:
                    if (peer, phase) in failed:
                        continue
                    if number > 0:
                        peer.begin(phase)
                    line = peer.result()
                    if line is None:
                        print(f"{peer.name} failed on {workload}:\n{peer.problem()}", file=sys.stderr)
                        failed |= {(peer, phase) for phase in phases}
                    elif "unsupported" in line:
                        # Without a phase, the line is about the whole workload, and the process has ended.
                        failed |= {(peer, p) for p in phases if line.get("phase", p) == p}
                    else:
                        print(f"round {number}: {workload}, {phase}, {peer.name} {line['median_ms']}", file=sys.stderr)
                    if line is not None and (number > 0 or "unsupported" in line):
                        print(json.dumps(line), file=lines, flush=True)
    finally:
        for peer in peers:
            peer.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help="default: all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", default="peers.jsonl", help="the output file; existing lines are kept and included")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND", help="an additional peer")
    parser.add_argument("--only", help="names of the default peers to measure, with commas; default: the installed ones")
    parser.add_argument("--seconds", type=float, default=1.0, help="of one turn, for the default peers")
    parser.add_argument("--java", default="java", help="for the default peers on the JVM")
    options = parser.parse_args()
    commands = installed_peers(options.seconds, options.java)
    if options.only is not None:
        commands = {name: commands[name] for name in options.only.split(",") if name}
    for name, command in (peer.split("=", 1) for peer in options.peer):
        commands[name] = shlex.split(command)
    with open(options.lines, "a", encoding="utf-8") as lines:
        for workload in options.workloads or workloads.WORKLOADS:
            measure(workload, commands, options.rounds, lines)
    table.main([options.lines])


if __name__ == "__main__":
    main()
