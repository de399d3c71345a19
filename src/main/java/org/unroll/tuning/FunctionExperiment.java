package org.unroll.tuning;

import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** Trials that compute a number. */
final class FunctionExperiment implements Experiment {
  private final Function<HyperParameters, ? extends List<DoubleSupplier>> functions;
  private final String description;

  /**
   * Trials whose score is the mean of some numbers.
   *
   * @param description what computes them
   */
  FunctionExperiment(
      String description, Function<HyperParameters, ? extends List<DoubleSupplier>> functions) {
    this.description = description;
    this.functions = functions;
  }

  @Override
  public boolean hasEpochs() {
    return false;
  }

  @Override
  public Prepared prepare(HyperParameters hp) {
    List<DoubleSupplier> parts = functions.apply(hp);
    return new Prepared() {
      @Override
      public Map<String, String> describe() {
        return Map.of("what is tried", description);
      }

      @Override
      public Outcome run(Assignment assignment) {
        List<Double> scores = parts.stream().map(DoubleSupplier::getAsDouble).toList();
        return new Outcome(scores, Map.of());
      }
    };
  }
}
