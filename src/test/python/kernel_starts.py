"""Starts the Java kernel repeatedly through its kernel spec and interrupts cells like the stop button.

Run it with the Python of the Jupyter that notebooks/start uses (/usr/bin/python3 if it is Debian's):

    ./notebooks/start --run python3 src/test/python/kernel_starts.py --starts 60 --stops 20

A start counts as hung if the kernel does not answer `21 + 21` within --patience seconds. Cells are interrupted in turn
while a model trains, is compared with another, evaluates or predicts, while a cell sleeps, and while it counts. An
interrupt counts as failed if the cell does not end within a second, the next cell does not answer, a training thread
remains, or the history does not contain the finished epochs. The exit code is 1 if anything hung or failed.
"""

import argparse
import json
import re
import sys
import time

from jupyter_client.manager import KernelManager

SET_UP = """
import java.util.*;
import org.unroll.*;
import org.unroll.timeseries.*;
import org.unroll.datasets.*;
import static org.unroll.layers.Layers.*;
import static org.unroll.training.FitOptions.epochs;

double[][] rows = new double[60_000][4];
for (int i = 0; i < rows.length; i++) {
  for (int j = 0; j < 4; j++) { rows[i][j] = Math.sin(0.01 * (j + 1) * i); }
}
var windows = TimeSeries.of(rows, "a", "b", "c", "d").target("a")
    .windows().lookback(100).step(1).delay(1).batchSize(128);
var train = windows.range(0, 50_000);
var val = windows.range(50_000);
var model = Sequential.of(input(100, 4), lstm(32), dense(1));
model.compile("rmsprop", "mae");
Comparison comparison;
"""

# What is stopped, and what the next cell says of it: how many epochs were done, or 1.
CELLS = [
    ("var history = model.fit(train, epochs(1000).stepsPerEpoch(2).validation(val)"
     ".validationSteps(1));", "model.history().epochs()"),
    ("model.fit(train, epochs(1000).verbose(2).stepsPerEpoch(2));", "model.history().epochs()"),
    # Layers belong to one model, so each comparison has its own.
    ("comparison = Comparison.of(\"LSTM\", lstm(32), \"GRU\", gru(32))"
     ".on(train, val).epochs(1000).stepsPerEpoch(2).validationSteps(1); comparison.run();",
     "comparison.result().model(\"LSTM\").history().epochs()"),
    ("while (true) { model.evaluate(train); }", "1"),
    ("while (true) { model.predict(train); }", "1"),
    ("while (true) { Thread.sleep(10); }", "1"),
    ("long n = 0; while (!Thread.currentThread().isInterrupted()) { n++; }", "1"),
]

# A predictor keeps its threads for the next prediction; those of a training are gone.
WORKERS = ("Thread.getAllStackTraces().keySet().stream()"
           ".filter(t -> t.getName().startsWith(\"unroll-worker\")).count()")


def answer(client, code, timeout):
    """What the cell shows as its result, or None after an error."""
    shown = []

    def collect(message):
        if message["msg_type"] == "execute_result":
            # RJK shows even a number as text/html, IJava and JJava as text/plain.
            shown.extend(message["content"]["data"].values())

    client.execute_interactive(code, timeout=timeout, output_hook=collect, allow_stdin=False)
    return shown[0] if shown else None


def start(name, patience):
    manager = KernelManager(kernel_name=name)
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=patience)
        if answer(client, "21 + 21", patience) != "42":
            raise RuntimeError("the kernel does not answer 42")
    except (RuntimeError, TimeoutError):
        stop(manager, client)
        raise
    return manager, client


def stop(manager, client):
    client.stop_channels()
    manager.shutdown_kernel()


def starts(name, count, patience):
    hung, seconds = 0, []
    for _ in range(count):
        begin = time.monotonic()
        try:
            manager, client = start(name, patience)
        except (RuntimeError, TimeoutError) as error:
            hung += 1
            print(f"hung: {error}", flush=True)
            continue
        seconds.append(time.monotonic() - begin)
        stop(manager, client)
    seconds.sort()
    if seconds:
        print(f"start to first answer: median {seconds[len(seconds) // 2]:.1f} s, "
              f"longest {seconds[-1]:.1f} s")
    print(f"{hung} of {count} starts hung")
    return hung


# What the display or a line says when at least one epoch is done.
SECOND_EPOCH = re.compile(r"[Ee]poch ([2-9]|\d\d+)/")


def trainer(name, patience):
    manager, client = start(name, patience)
    answer(client, SET_UP, patience)
    # The first run of a library takes its time, and has no part in what is measured.
    answer(client, "model.fit(train, epochs(1).stepsPerEpoch(2)); model.evaluate(val)", patience)
    return manager, client


def await_second_epoch(client, patience):
    while not SECOND_EPOCH.search(json.dumps(client.get_iopub_msg(timeout=patience)["content"])):
        pass


def stops(name, count, patience):
    failed, seconds = 0, []
    manager, client = trainer(name, patience)
    for number in range(count):
        cell, epochs_done = CELLS[number % len(CELLS)]
        threads_before = int(answer(client, WORKERS, patience))
        request = client.execute(cell)
        # Well into its run: the cell is compiled first, and an epoch is to be finished.
        if "epochs" in epochs_done:
            await_second_epoch(client, patience)
        else:
            time.sleep(1)
        time.sleep(0.1 * (number % 10))
        pressed = time.monotonic()
        manager.interrupt_kernel()
        try:
            while True:
                reply = client.get_shell_msg(timeout=5)
                if reply["parent_header"].get("msg_id") == request:
                    break
            took = time.monotonic() - pressed
            seconds.append(took)
            epochs = int(answer(client, epochs_done, 10))
            threads = int(answer(client, WORKERS, 10)) - threads_before
            kept = "predict" in cell  # see WORKERS
            good = reply["content"]["status"] == "error" and took < 1
            good = good and epochs > 0 and (threads == 0 or kept)
            shown = "\n".join(reply["content"].get("traceback", []))
            good = good and "\tat " not in shown and "Exception" not in shown
            told = f"{epochs} epochs, {threads} threads left"
        except Exception as error:  # an empty queue has another class in each jupyter_client
            good, took, told = False, float("nan"), repr(error)
        if not good:
            failed += 1
            print(f"stop {number} of '{cell}': ended after {took:.2f} s; {told}", flush=True)
            stop(manager, client)
            manager, client = trainer(name, patience)
    stop(manager, client)
    if seconds:
        seconds.sort()
        print(f"stop to end of cell: median {seconds[len(seconds) // 2]:.2f} s, "
              f"longest {seconds[-1]:.2f} s")
    print(f"{failed} of {count} stops failed")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="java", help="name of the kernel spec")
    parser.add_argument("--starts", type=int, default=60)
    parser.add_argument("--stops", type=int, default=21)
    parser.add_argument("--patience", type=float, default=30, help="seconds to wait for an answer")
    arguments = parser.parse_args()
    bad = starts(arguments.kernel, arguments.starts, arguments.patience) if arguments.starts else 0
    bad += stops(arguments.kernel, arguments.stops, arguments.patience) if arguments.stops else 0
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
