"""The table of a run: table.py LINES.jsonl [PEER…], where the others are compared with PEER.

Default for those: every peer whose name starts with "unroll". Of several rounds the median of the medians
counts. The last columns: how many times faster it is than the fastest of the other peers.
"""

import json
import statistics
import sys
from collections import defaultdict


def main(arguments):
    times = defaultdict(list)
    unsupported = set()
    workloads, peers = [], []
    with open(arguments[0], encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            workload, peer = line["workload"], line["peer"]
            if line.get("neighbours"):
                workload += f", {line['neighbours']} busy neighbours"
            if workload not in workloads:
                workloads.append(workload)
            if peer not in peers:
                peers.append(peer)
            if "unsupported" in line:
                unsupported.add((workload, peer))
            else:
                times[workload, line["phase"], peer].append(line["median_ms"])
    ours = arguments[1:] or [peer for peer in peers if peer.startswith("unroll")]
    others = [peer for peer in peers if peer not in ours]

    for phase in ("train", "predict"):
        measured = [w for w in workloads if any(times[w, phase, peer] for peer in peers)]
        header = [f"{phase}, ms", *others, *ours, *(f"fastest / {peer}" for peer in ours)]
        print("|", " | ".join(header), "|")
        print("|", " | ".join(["---"] + ["---:"] * (len(header) - 1)), "|")
        for workload in measured:
            median = {
                peer: statistics.median(times[workload, phase, peer])
                for peer in peers
                if times[workload, phase, peer]
            }
            row = [workload]
            for peer in others + ours:
                if peer in median:
                    row.append(f"{median[peer]:.3g}" if median[peer] < 100 else f"{median[peer]:.0f}")
                else:
                    row.append("unsupported" if (workload, peer) in unsupported else "")
            fastest = min((median[peer] for peer in others if peer in median), default=None)
            for peer in ours:
                known = fastest is not None and peer in median
                row.append(f"{fastest / median[peer]:.2f}" if known else "")
            print("|", " | ".join(row), "|")
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
