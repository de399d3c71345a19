package org.unroll.bench.claims;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.optimizers.Optimizers.adam;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.datasets.SequenceTasks;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.plots.Plots;
import org.unroll.training.FitOptions;
import org.unroll.training.NonFiniteLossException;

/**
 * Measures the share of dead ReLU units inside a recurrent layer: units whose output is 0 at all
 * time steps of all test sequences, so that their weights get no gradient. The layer has 64 units
 * and learns the adding problem over 30 time steps.
 */
final class DeadRelu {
  private static final double[] RATES = {0.001, 0.01, 0.1};
  private static final List<String> KINDS =
      List.of("tanh, orthogonal", "relu, orthogonal", "relu, identity", "relu, he_normal");
  private static final String BEFORE = "zero units, untrained";
  private static final String AFTER = "zero units, trained";
  private static final String ERROR = "test MSE";

  private DeadRelu() {}

  /**
   * Prints the measurements.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    var claim = new Claim(DeadRelu.class);
    for (String kind : KINDS) {
      for (double rate : RATES) {
        for (int seed = 1; seed <= Claim.SEEDS; seed++) {
          measure(claim, kind, rate, seed);
        }
      }
    }
    claim.print();
    for (String kind : KINDS.subList(1, KINDS.size())) {
      boolean dies =
          Arrays.stream(RATES)
              .anyMatch(r -> claim.smaller(AFTER, row(KINDS.get(0), r), row(kind, r)));
      boolean grows = claim.smaller(AFTER, row(kind, RATES[0]), row(kind, RATES[2]));
      Claim.verdict(
          "ReLU units can die in training, with tanh they do not",
          dies,
          kind
              + ", zero units by learning rate "
              + byRate(claim, kind)
              + "; more of them at the "
              + "largest rate in every seed: "
              + (grows ? "yes." : "no."));
    }
    Map<String, double[][]> groups = new LinkedHashMap<>();
    for (String kind : KINDS) {
      groups.put(
          kind,
          Arrays.stream(RATES)
              .mapToObj(rate -> claim.values(row(kind, rate), AFTER))
              .toArray(double[][]::new));
    }
    claim.save(
        "",
        Plots.means(
            "Units that are 0 for all inputs after training",
            "share of units",
            Arrays.stream(RATES).mapToObj(rate -> "learning rate " + rate).toList(),
            groups));
  }

  private static void measure(Claim claim, String kind, double rate, int seed) {
    String[] parts = kind.split(", ", -1);
    Initializer initializer =
        switch (parts[1]) {
          case "orthogonal" -> Initializers.orthogonal();
          case "identity" -> Initializers.identity(1);
          case "he_normal" -> Initializers.heNormal();
          default -> throw new IllegalArgumentException("Unknown initializer: " + parts[1]);
        };
    Sequential model =
        Sequential.seeded(
            seed,
            input(30, 2),
            simpleRnn(64).activation(parts[0]).recurrentInitializer(initializer).name("rnn"),
            dense(1));
    model.compile(adam(rate).clipnorm(1), "mse");
    Samples train = SequenceTasks.adding(30, 2000, seed).batchSize(32).shuffled(seed);
    Samples test = SequenceTasks.adding(30, 500, 1000 + seed);
    String row = row(kind, rate);
    claim.add(row, BEFORE, zeroShare(model, test));
    try {
      model.fit(train, FitOptions.epochs(12).seed(seed).verbose(0));
      claim.add(row, AFTER, zeroShare(model, test));
      claim.add(row, ERROR, model.evaluate(test).get("loss"));
    } catch (NonFiniteLossException diverged) {
      claim.add(row, AFTER, Double.NaN);
      claim.add(row, ERROR, Double.POSITIVE_INFINITY);
    }
  }

  /** Returns the share of units of layer "rnn" whose output is 0 at all steps of all samples. */
  private static double zeroShare(Sequential model, Samples samples) {
    boolean[] alive = new boolean[64];
    for (int sample = 0; sample < samples.size(); sample++) {
      for (double[] step : model.record(samples, sample).get("rnn", "h")) {
        for (int unit = 0; unit < alive.length; unit++) {
          alive[unit] |= step[unit] != 0;
        }
      }
    }
    int dead = 0;
    for (boolean unit : alive) {
      dead += unit ? 0 : 1;
    }
    return (double) dead / alive.length;
  }

  private static String row(String kind, double rate) {
    return kind + String.format(Locale.ROOT, ", learning rate %s", rate);
  }

  private static String byRate(Claim claim, String kind) {
    return String.join(
        "; ",
        Arrays.stream(RATES).mapToObj(r -> r + ": " + claim.text(row(kind, r), AFTER)).toList());
  }
}
