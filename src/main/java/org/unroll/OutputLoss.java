package org.unroll;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.internal.Suggestion;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.training.CompiledOutput;

/**
 * What one output of a model is trained with: a loss, its weight in the loss of the model, and
 * metrics, as Keras's {@code loss}, {@code loss_weights} and {@code metrics} by output.
 *
 * <pre>{@code
 * var sensors = input(24, 3);
 * var shared = gru(16).on(sensors);
 * var functional =
 *     Model.of(
 *         sensors,
 *         List.of(
 *             dense(1).name("level").on(shared), dense(4, "softmax").name("kind").on(shared)));
 * functional.compile(
 *     adam(),
 *     OutputLoss.of("level", mse()).weight(0.2).metrics("mae"),
 *     OutputLoss.of("kind", sparseCategoricalCrossentropy()).metrics("accuracy"));
 * }</pre>
 *
 * <p>Immutable: the setters return a new object.
 *
 * @see Model#compile(org.unroll.optimizers.Optimizer, OutputLoss...)
 */
public final class OutputLoss {
  private final String output; // null if by position
  private final Loss loss;
  private final double weight;
  private final List<Metric> metrics;

  private OutputLoss(String output, Loss loss, double weight, List<Metric> metrics) {
    this.output = output;
    this.loss = loss;
    this.weight = weight;
    this.metrics = metrics;
  }

  /** Creates the loss of the output at the same position among the outputs of the model. */
  public static OutputLoss of(Loss loss) {
    return of(null, loss);
  }

  /** Creates the loss of an output with a name, which is that of its layer. */
  public static OutputLoss of(String output, Loss loss) {
    return new OutputLoss(output, loss, 1, List.of());
  }

  /** Creates the loss of an output, both by name. */
  public static OutputLoss of(String output, String loss) {
    return of(output, Losses.of(loss));
  }

  /**
   * Sets the factor of this loss in the loss of the model; 1 by default.
   *
   * @throws IllegalArgumentException if it is not finite
   */
  public OutputLoss weight(double factor) {
    if (!Double.isFinite(factor)) {
      throw new IllegalArgumentException(
          "The weight of a loss must be finite, but was " + factor + ".");
    }
    return new OutputLoss(output, loss, factor, metrics);
  }

  /** Sets the metrics of the output; none by default. */
  public OutputLoss metrics(Metric... newMetrics) {
    return new OutputLoss(output, loss, weight, List.of(newMetrics));
  }

  /** Sets the metrics of the output by their Keras names, such as {@code "accuracy"}. */
  public OutputLoss metrics(String... names) {
    return metrics(Arrays.stream(names).map(Metrics::of).toArray(Metric[]::new));
  }

  /** Returns the loss. */
  public Loss loss() {
    return loss;
  }

  /** Returns the factor of the loss. */
  public double weight() {
    return weight;
  }

  /** Returns the metrics. */
  public List<Metric> metrics() {
    return metrics;
  }

  /**
   * Returns losses in the order of the outputs of a model.
   *
   * @throws IllegalArgumentException if an output has no loss or several
   */
  static List<OutputLoss> inOrder(List<OutputLoss> losses, List<String> names) {
    List<String> given = losses.stream().map(loss -> loss.output).toList();
    boolean byPosition = losses.stream().allMatch(loss -> loss.output == null);
    for (String name : given) {
      if (!byPosition && name != null && !names.contains(name)) {
        throw new IllegalArgumentException(Suggestion.unknown("output", name, names));
      }
    }
    boolean each = given.stream().distinct().count() == names.size();
    if (losses.size() != names.size()
        || !(byPosition || each)
        || (!byPosition && given.contains(null))) {
      throw new IllegalArgumentException(
          "Each of the outputs "
              + names
              + " must have one loss, all by name or all by position, but there are losses for "
              + (byPosition ? losses.size() + " outputs." : given + "."));
    }
    return byPosition ? losses : names.stream().map(n -> losses.get(given.indexOf(n))).toList();
  }

  /**
   * Returns this loss for an output of the given width.
   *
   * @param prefix the name of the output in the logs; null if the model has one output
   * @throws IllegalArgumentException if a metric does not fit the loss
   */
  CompiledOutput resolve(int width, String prefix) {
    if (loss.overSequences() != null && !metrics.isEmpty()) {
      throw new IllegalArgumentException(
          "Metrics compare each output with a target, but "
              + loss.name()
              + " has targets of another length, so it must be compiled without metrics. It had "
              + metrics.stream().map(Metric::name).toList()
              + ". Compute CtcDecoder.labelErrorRate from predictions instead.");
    }
    int targetWidth = loss.targetWidth(width);
    Map<String, Metric> resolved = new LinkedHashMap<>();
    Metrics.byName(metrics)
        .forEach(
            (name, metric) ->
                resolved.put(
                    prefix == null ? name : prefix + "_" + name,
                    metric.resolve(width, targetWidth)));
    return new CompiledOutput(loss, prefix == null ? null : prefix + "_loss", weight, resolved);
  }
}
