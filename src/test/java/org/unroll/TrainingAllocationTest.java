package org.unroll;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.clockworkCell;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.depthGatedLstmCells;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gridLstmCell;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.gruCell;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmCell;
import static org.unroll.layers.Layers.lstmVariantCell;
import static org.unroll.layers.Layers.minGruCell;
import static org.unroll.layers.Layers.minLstmCell;
import static org.unroll.layers.Layers.minimalGatedUnitCell;
import static org.unroll.layers.Layers.mut1Cell;
import static org.unroll.layers.Layers.mut2Cell;
import static org.unroll.layers.Layers.mut3Cell;
import static org.unroll.layers.Layers.repeatVector;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.slstmCell;
import static org.unroll.layers.Layers.stackedRnnCells;
import static org.unroll.layers.Layers.timeDistributed;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.compute.Compute;
import org.unroll.data.Samples;
import org.unroll.network.Layer;
import org.unroll.training.FitOptions;

/**
 * Training reuses its buffers: after the first steps, a step allocates only a few small objects.
 * Tested with the scalar loops only because vectors are objects until the JIT compiler has removed
 * them.
 */
@Tag("both-compute-implementations")
class TrainingAllocationTest {
  /**
   * Enough for the logs and for some shapes of each of the four slices, even if the JIT compiler
   * removes none of them. Allocating the smallest buffer would exceed it.
   */
  private static final long BYTES_PER_STEP = 2048;

  record Case(String name, boolean tokens, Layer... layers) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case(
            "stacked GRU",
            false,
            input(12, 4),
            gru(8).returnSequences(true).dropout(0.2).recurrentDropout(0.2),
            gru(8).goBackwards(true),
            dense(1)),
        new Case(
            "masked LSTM",
            true,
            input(12),
            embedding(50, 8).maskZero(true),
            lstm(8).returnSequences(true).dropout(0.2),
            gru(4).resetAfter(false),
            dense(1, "sigmoid")),
        new Case(
            "tokens that repeat",
            true,
            input(12),
            embedding(50, 8),
            bidirectional(gru(4)),
            dense(1, "sigmoid")),
        new Case(
            "cells",
            false,
            input(12, 4),
            rnn(stackedRnnCells(
                    lstmVariantCell(8).peepholes(true).coupledGates(true).dropout(0.2),
                    gruCell(4),
                    minimalGatedUnitCell(4)))
                .returnSequences(true)
                .goBackwards(true),
            rnn(lstmCell(4)),
            dense(1)),
        new Case(
            "cells with own gates",
            false,
            input(12, 4),
            rnn(stackedRnnCells(
                    mut1Cell(4).dropout(0.2),
                    mut2Cell(4),
                    mut3Cell(4).recurrentDropout(0.2),
                    slstmCell(4),
                    clockworkCell(4, 1, 2).recurrentDropout(0.2),
                    gridLstmCell(4, 2).dropout(0.2).recurrentDropout(0.2)))
                .returnSequences(true),
            rnn(depthGatedLstmCells(4, 2)).returnSequences(true),
            rnn(lstmVariantCell(4).fullGateRecurrence(true)).returnSequences(true),
            rnn(minGruCell(4).dropout(0.2)).returnSequences(true),
            rnn(minLstmCell(4)),
            dense(1)),
        new Case(
            "everything else",
            false,
            input(12, 4),
            bidirectional(simpleRnn(4)),
            repeatVector(3),
            dropout(0.2),
            timeDistributed(dense(4, "relu")),
            flatten(),
            dense(1)));
  }

  /** Records the bytes that the calling thread has allocated after each batch. */
  private static final class Bytes extends Callback {
    private final ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long[] after = new long[120];
    private int batches;

    @Override
    public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
      after[batches++] = bean.getThreadAllocatedBytes(Thread.currentThread().getId());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  @SuppressWarnings("deprecation") // Thread.getId, from JDK 19 on
  void stepAllocatesNoBuffers(Case which) {
    assumeTrue(Compute.describe().startsWith("Plain loops"));
    Sequential model = Sequential.of(which.layers);
    model.compile("adam", "binary_crossentropy", "accuracy");
    var x = new double[64][12][4];
    var ids = new int[64][12];
    for (int i = 0; i < ids.length; i++) {
      ids[i][i % 12] = i % 50;
    }
    assertNoBuffers(
        model, (which.tokens ? Samples.of(ids) : Samples.of(x)).targets(new double[64]));
  }

  @Test
  void stepOfCtcAllocatesNoBuffers() {
    assumeTrue(Compute.describe().startsWith("Plain loops"));
    Sequential model = Sequential.of(input(12, 4), gru(8).returnSequences(true), dense(5));
    model.compile("adam", "ctc");
    int[][] labels = new int[64][3];
    for (int i = 0; i < labels.length; i++) {
      labels[i][0] = 1 + i % 4;
      labels[i][1] = i % 3;
    }
    assertNoBuffers(model, Samples.of(new double[64][12][4]).targets(labels));
  }

  private static void assertNoBuffers(Sequential model, Samples data) {
    var bytes = new Bytes();
    model.fit(
        data.batchSize(64),
        FitOptions.epochs(1).stepsPerEpoch(120).threads(1).verbose(0).callbacks(bytes));
    long perStep = (bytes.after[119] - bytes.after[19]) / 100;
    assertTrue(perStep < BYTES_PER_STEP, perStep + " bytes a step");
  }
}
