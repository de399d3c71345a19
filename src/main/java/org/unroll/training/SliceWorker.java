package org.unroll.training;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;

/** A pass through the network with the buffers for inputs, targets and weights of one slice. */
final class SliceWorker {
  final NetworkPass pass;
  final ForwardContext context = new ForwardContext();
  final OutputScorer[] scorers; // one for each output, none for predictions
  final Tensor[] gradients; // of the loss by the outputs
  final boolean[] fromLogits;
  private final Batch batch;
  private final Tensor[] inputs;
  private final float[][] x; // of each input

  /**
   * Creates a worker for a new pass through a network.
   *
   * @param batch the current batch
   * @param compiled what the outputs are compiled with; an empty list for predictions
   */
  SliceWorker(Network network, Batch batch, List<CompiledOutput> compiled) {
    pass = network.newPass();
    this.batch = batch;
    int count = network.inputs().size();
    inputs = IntStream.range(0, count).mapToObj(i -> new Tensor()).toArray(Tensor[]::new);
    x = new float[count][0];
    scorers =
        IntStream.range(0, compiled.size())
            .mapToObj(i -> new OutputScorer(compiled.get(i), i, network.outputActivation(i), batch))
            .toArray(OutputScorer[]::new);
    gradients = Arrays.stream(scorers).map(OutputScorer::outputGradient).toArray(Tensor[]::new);
    fromLogits = new boolean[scorers.length];
    for (int i = 0; i < scorers.length; i++) {
      fromLogits[i] = scorers[i].usesLogits();
    }
  }

  /** Returns the inputs of {@code count} rows, beginning with row {@code from} of the batch. */
  Tensor[] gather(int from, int count) {
    for (int i = 0; i < inputs.length; i++) {
      Dataset data = batch.input(i);
      Shape shape = data.inputShape();
      x[i] = OutputScorer.enlarged(x[i], count * shape.size());
      for (int r = 0; r < count; r++) {
        data.copyInput(batch.sample(from + r), x[i], r, count);
      }
      inputs[i].set(x[i], 0, count, shape, null);
    }
    return inputs;
  }

  /**
   * Adds up losses and metrics of a slice and, in training, the gradients of the losses by the
   * outputs.
   *
   * @param from the row of the batch where the slice begins
   */
  void score(SliceResult slice, int from, boolean training) {
    slice.activityPenalty = pass.activityPenalty();
    for (OutputScorer scorer : scorers) {
      scorer.score(slice.outputs[scorer.index()], pass, from, training);
    }
  }
}
