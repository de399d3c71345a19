package org.unroll.bench;

import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.timeDistributed;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;

/**
 * Measures the forward and backward pass of one layer, on one thread and with one slice: 32 rows of
 * 240 time steps of 14 features, the shape of the Jena windows. The recurrent layers have 32 units.
 * The allocation profiler ({@code -prof gc}) shows the allocated bytes per slice.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class LayerSteps {
  private static final int TIMESTEPS = 240;

  @Param({
    "simpleRnn",
    "lstm",
    "gru",
    "gruResetBefore",
    "gruDropout",
    "bidirectionalLstm",
    "timeDistributedDense",
    "embedding",
    "dropout"
  })
  String layer;

  private LayerStep step;

  /** Builds a network that contains only this layer. */
  @Setup
  public void build() {
    step =
        switch (layer) {
          case "simpleRnn" -> of(simpleRnn(32));
          case "lstm" -> of(lstm(32));
          case "gru" -> of(gru(32));
          case "gruResetBefore" -> of(gru(32).resetAfter(false));
          case "gruDropout" -> of(gru(32).dropout(0.2).recurrentDropout(0.2));
          case "bidirectionalLstm" -> of(bidirectional(lstm(32)));
          case "timeDistributedDense" -> of(timeDistributed(dense(32)));
          case "embedding" -> new LayerStep(input(TIMESTEPS), embedding(10_000, 32));
          case "dropout" -> of(dropout(0.5));
          default -> throw new IllegalArgumentException(layer);
        };
  }

  private static LayerStep of(Layer layer) {
    return new LayerStep(input(TIMESTEPS, 14), layer);
  }

  /** Runs the forward and the backward pass. */
  @Benchmark
  public Gradient[] trainingStep() {
    return step.run();
  }
}
