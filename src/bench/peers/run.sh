#!/usr/bin/env bash
# Measures every peer on every workload, interleaved, and prints the table. See README.md.
#
#   PEER_unroll='java … org.unroll.bench.Workloads' ./run.sh [WORKLOAD…]
#
# ROUNDS=1         the number of measurements
# LINES=FILE       the output file, default peers.jsonl; existing lines are kept and included
# PYTHON=python3   with the packages of README.md; JAVA=java for the peers on the JVM
# SECONDS_EACH=2   the measuring time per line, for the peers of this folder
# PEER_name=…      an additional peer: a command that takes workload names and prints lines; PEER_name=
#                  (empty) leaves out a default peer
set -euo pipefail
cd "$(dirname "$0")"

rounds=${ROUNDS:-1}
lines=${LINES:-peers.jsonl}
python=${PYTHON:-python3}
java=${JAVA:-java}
seconds=${SECONDS_EACH:-2}
export OMP_NUM_THREADS=2 CUDA_VISIBLE_DEVICES= TF_CPP_MIN_LOG_LEVEL=3

has() { "$python" -c "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, sys.argv[1:])))" "$@"; }

# Defaults for the installed peers. ${PEER_x-…} has no colon, so an empty value stays empty.
if has keras tensorflow; then
  PEER_keras_tensorflow=${PEER_keras_tensorflow-"env KERAS_BACKEND=tensorflow $python keras_peer.py --seconds $seconds"}
  PEER_keras_tensorflow_xla=${PEER_keras_tensorflow_xla-"env KERAS_BACKEND=tensorflow $python keras_peer.py --xla --seconds $seconds"}
fi
if has keras jax; then
  PEER_keras_jax=${PEER_keras_jax-"env KERAS_BACKEND=jax $python keras_peer.py --seconds $seconds"}
fi
if has keras torch; then
  PEER_keras_torch=${PEER_keras_torch-"env KERAS_BACKEND=torch $python keras_peer.py --seconds $seconds"}
fi
if has torch; then
  PEER_pytorch=${PEER_pytorch-"$python torch_peer.py --seconds $seconds"}
fi
if has onnx onnxruntime; then
  PEER_onnxruntime=${PEER_onnxruntime-"$python onnx_peer.py --seconds $seconds"}
fi
if [ -d jvm/target/lib ]; then
  on_jvm="$java -Dseconds=$seconds -cp jvm/target/classes:jvm/target/lib/*"
  PEER_dl4j=${PEER_dl4j-"$on_jvm Dl4j"}
  PEER_djl=${PEER_djl-"$on_jvm Djl"}
fi

workloads=("$@")
if [ ${#workloads[@]} -eq 0 ]; then
  mapfile -t workloads < <("$python" -c 'import workloads; print(*workloads.WORKLOADS, sep="\n")')
fi

for round in $(seq "$rounds"); do
  for workload in "${workloads[@]}"; do
    for variable in "${!PEER_@}"; do
      command=${!variable}
      [ -n "$command" ] || continue
      peer=${variable#PEER_}
      peer=${peer//_/-}
      echo "round $round: $workload, $peer" >&2
      # The variable's name is the peer's name in the table because two commands may print the same name.
      # Only JSON lines; the other output of a framework is shown if it fails.
      # shellcheck disable=SC2086
      if ! (set -f && $command "$workload") 2>peer.log |
        { grep '^{' || true; } | sed "s/\"peer\": *\"[^\"]*\"/\"peer\":\"$peer\"/" | tee -a "$lines" >&2; then
        echo "  failed:" >&2
        tail -5 peer.log >&2
      fi
    done
  done
done
rm -f peer.log
"$python" table.py "$lines"
