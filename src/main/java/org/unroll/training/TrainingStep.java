package org.unroll.training;

import java.util.List;
import org.unroll.data.Dataset;
import org.unroll.network.Gradient;
import org.unroll.network.NetworkState;
import org.unroll.network.Weight;

/** Trains a compiled network on one batch after another. The buffers are used again. */
final class TrainingStep {
  private final CompiledNetwork compiled;
  private final float[][] gradientValues;
  private final Gradient.Rows[] gradientRows;

  TrainingStep(CompiledNetwork compiled) {
    this.compiled = compiled;
    gradientValues = new float[compiled.trainable().size()][];
    gradientRows = new Gradient.Rows[compiled.trainable().size()];
  }

  /**
   * Runs a batch forward and backward and, if its loss is finite, makes a step with the optimizer.
   * A stretch of which no time step counts makes no step.
   *
   * @param order the order in which the dataset is visited, or null for its natural one
   * @param first the position in this order where the batch begins
   * @param rows the number of samples in the batch
   * @param carried the initial states of a stretch, overwritten with its final states; null for a
   *     whole batch
   * @return the loss of the batch before the step, including penalties
   * @throws IllegalStateException if a layer was frozen or unfrozen, for example by a callback
   */
  double run(
      BatchRunner runner, Dataset dataset, int[] order, int first, int rows, NetworkState carried) {
    compiled.requireSameTrainable();
    compiled.network().prepareBackward();
    runner.train(dataset, order, first, rows, compiled.optimizer(), carried);
    double loss = runner.loss() + compiled.penalty();
    if (Double.isFinite(loss) && (carried == null || runner.counts())) {
      runner.keepStatistics();
      step(runner.gradients());
    }
    return loss;
  }

  private void step(Gradient[] gradients) {
    List<Weight> weights = compiled.network().weights();
    int next = 0;
    for (int w = 0; w < gradients.length; w++) {
      Weight weight = weights.get(w);
      if (!weight.trainable()) {
        continue;
      }
      gradientValues[next] = gradients[w].values();
      gradientRows[next] = gradients[w].rows();
      if (weight.regularizer() != null) {
        weight.regularizer().addGradient(weight.values(), gradientValues[next]);
        // The penalty touches every row, so the gradient is no longer sparse, as in Keras.
        gradientRows[next] = null;
      }
      next++;
    }
    compiled.optimizer().apply(compiled.trainable(), gradientValues, gradientRows);
  }
}
