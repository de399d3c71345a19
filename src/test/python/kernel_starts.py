"""Starts the Java kernel again and again through its kernel spec and presses the stop button.

Run with the Python of the Jupyter that notebooks/start uses (/usr/bin/python3 if that is Debian's):

    ./notebooks/start --run python3 src/test/python/kernel_starts.py --starts 60 --stops 20

A start counts as hung when the kernel does not answer `21 + 21` in --patience seconds. A stop counts
as failed when the interrupted cell does not end within a second or the next cell does not answer.
Exit code 1 if anything hung or failed.
"""

import argparse
import sys
import time

from jupyter_client.manager import KernelManager

LONG_CELL = "while (true) { Thread.sleep(10); }"
ENDLESS_COUNT = "long n = 0; while (!Thread.currentThread().isInterrupted()) { n++; }"


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


def stops(name, count, patience):
    failed = 0
    manager, client = start(name, patience)
    for number in range(count):
        cell = ENDLESS_COUNT if number % 2 else LONG_CELL
        request = client.execute(cell)
        # From early, when the cell may still be being compiled, to well into its run.
        time.sleep(0.1 * (1 + number % 10))
        pressed = time.monotonic()
        manager.interrupt_kernel()
        try:
            while True:
                reply = client.get_shell_msg(timeout=5)
                if reply["parent_header"].get("msg_id") == request:
                    break
            took = time.monotonic() - pressed
            next_cell = answer(client, f"{number} + 1", 10)
            good = reply["content"]["status"] == "error" and took < 1
            good = good and next_cell == str(number + 1)
        except Exception as error:  # an empty queue has another class in each jupyter_client
            good, took, next_cell = False, float("nan"), repr(error)
        if not good:
            failed += 1
            print(f"stop {number}: ended after {took:.2f} s, next cell: {next_cell}", flush=True)
            stop(manager, client)
            manager, client = start(name, patience)
    stop(manager, client)
    print(f"{failed} of {count} stops failed")
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernel", default="java", help="name of the kernel spec")
    parser.add_argument("--starts", type=int, default=60)
    parser.add_argument("--stops", type=int, default=20)
    parser.add_argument("--patience", type=float, default=30, help="seconds to wait for an answer")
    arguments = parser.parse_args()
    bad = starts(arguments.kernel, arguments.starts, arguments.patience) if arguments.starts else 0
    bad += stops(arguments.kernel, arguments.stops, arguments.patience) if arguments.stops else 0
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
