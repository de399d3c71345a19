package org.unroll.bench;

import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.MatrixFeatures_FDRM;
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
import org.unroll.network.Weight;

/**
 * Compares a recurrent layer of the library with the same layer written with EJML's products:
 * forward and backward, 32 units, 240 time steps of 14 features, 32 rows, one thread.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Dunroll.compute=scalar")
@State(Scope.Thread)
public class EjmlComparison {
  private static final int TIMESTEPS = 240;

  @Param({"lstm", "gru"})
  String layer;

  private LayerStep unroll;
  private EjmlRnn ejml;

  /** Builds both with the same weights and input, and checks that their gradients are equal. */
  @Setup
  public void build() {
    boolean isLstm = layer.equals("lstm");
    unroll = new LayerStep(input(TIMESTEPS, 14), isLstm ? lstm(32) : gru(32));
    List<Weight> weights = unroll.network().weights();
    ejml =
        isLstm
            ? new EjmlLstm(LayerStep.ROWS, TIMESTEPS, unroll.input(), weights)
            : new EjmlGru(LayerStep.ROWS, TIMESTEPS, unroll.input(), weights);
    ejml.run();
    Gradient[] gradients = unroll.run();
    for (int w = 0; w < gradients.length; w++) {
      FMatrixRMaj expected = ejml.gradients().get(w);
      var actual =
          new FMatrixRMaj(expected.numRows, expected.numCols, true, gradients[w].values());
      if (!MatrixFeatures_FDRM.isIdentical(expected, actual, 1e-2f)) {
        throw new IllegalStateException("The gradients of both layers must be equal, but differ for " + weights.get(w).name());
      }
    }
  }

  /** Runs the library's layer. */
  @Benchmark
  public Gradient[] unroll() {
    return unroll.run();
  }

  /** Runs the layer with EJML's products. */
  @Benchmark
  public FMatrixRMaj ejml() {
    return ejml.run();
  }
}
