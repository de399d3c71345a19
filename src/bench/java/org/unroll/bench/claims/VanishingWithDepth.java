package org.unroll.bench.claims;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.optimizers.Optimizers.adam;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.Recording;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.datasets.SequenceTasks;
import org.unroll.network.Layer;
import org.unroll.plots.Plots;
import org.unroll.training.FitOptions;

/**
 * Measures how gradients shrink through a stack of 1 to 8 recurrent layers of 16 units, and whether
 * the stack still learns: temporal order over 20 time steps, four classes.
 *
 * <p>The gradient of a layer is that of the loss with respect to its states h. Its norm is over all
 * time steps and 20 test sequences. The ratio is the norm of the first layer divided by that of the
 * last.
 */
final class VanishingWithDepth {
  private static final List<String> KINDS = List.of("SimpleRNN", "LSTM", "GRU");
  private static final int[] DEPTHS = {1, 2, 3, 4, 5, 6, 7, 8};
  private static final int LENGTH = 20;
  private static final String START = "first/last gradient, untrained";
  private static final String TRAINED = "first/last gradient, trained";
  private static final String ACCURACY = "test accuracy";

  private VanishingWithDepth() {}

  /**
   * Prints the measurements.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    var claim = new Claim(VanishingWithDepth.class);
    for (String kind : KINDS) {
      for (int depth : DEPTHS) {
        for (int seed = 1; seed <= Claim.SEEDS; seed++) {
          measure(claim, kind, depth, seed);
        }
      }
    }
    claim.print();
    String deepRnn = row("SimpleRNN", 8);
    for (String kind : KINDS) {
      Claim.verdict(
          "gradients vanish with depth",
          claim.smaller(START, row(kind, 8), row(kind, 2)),
          kind
              + ", ratio with 2 layers "
              + claim.text(row(kind, 2), START)
              + ", with 8 layers "
              + claim.text(row(kind, 8), START)
              + ".");
    }
    for (String kind : List.of("LSTM", "GRU")) {
      String deep = row(kind, 8);
      Claim.verdict(
          "gates cure vanishing gradients (here: through 8 layers)",
          claim.smaller(START, deepRnn, deep) && claim.smaller(ACCURACY, deepRnn, deep),
          String.format(
              "%s against SimpleRNN, ratio %s against %s, accuracy %s against %s.",
              kind,
              claim.text(deep, START),
              claim.text(deepRnn, START),
              claim.text(deep, ACCURACY),
              claim.text(deepRnn, ACCURACY)));
    }
    claim.save(
        "-gradient",
        Plots.lines(
                "Gradient of the first layer relative to the last, untrained",
                "layers",
                "ratio of norms",
                Arrays.stream(DEPTHS).asDoubleStream().toArray(),
                means(claim, START))
            .logY());
    claim.save(
        "-accuracy",
        Plots.lines(
            "Temporal order over 20 steps",
            "layers",
            ACCURACY,
            Arrays.stream(DEPTHS).asDoubleStream().toArray(),
            means(claim, ACCURACY)));
  }

  private static void measure(Claim claim, String kind, int depth, int seed) {
    List<Layer> layers = new ArrayList<>(List.of(input(LENGTH, 8)));
    for (int i = 1; i <= depth; i++) {
      layers.add(Claim.recurrent(kind, 16).returnSequences(i < depth).name("layer" + i));
    }
    layers.add(dense(4, "softmax"));
    Sequential model = Sequential.seeded(seed, layers.toArray(Layer[]::new));
    model.compile(adam(0.003).clipnorm(1), "sparse_categorical_crossentropy", "accuracy");
    Samples train = SequenceTasks.temporalOrder(LENGTH, 2000, seed).batchSize(32).shuffled(seed);
    Samples test = SequenceTasks.temporalOrder(LENGTH, 1000, 1000 + seed);
    claim.add(row(kind, depth), START, ratio(model, test, depth));
    model.fit(train, FitOptions.epochs(10).seed(seed).verbose(0));
    claim.add(row(kind, depth), TRAINED, ratio(model, test, depth));
    claim.add(row(kind, depth), ACCURACY, model.evaluate(test).get("accuracy"));
  }

  private static double ratio(Sequential model, Samples test, int depth) {
    double first = 0;
    double last = 0;
    for (int sample = 0; sample < 20; sample++) {
      Recording recording = model.recordGradients(test, sample);
      first += squares(recording.norms("layer1", "dh"));
      last += squares(recording.norms("layer" + depth, "dh"));
    }
    return Math.sqrt(first / last);
  }

  private static double squares(double[] norms) {
    return Arrays.stream(norms).map(norm -> norm * norm).sum();
  }

  private static String row(String kind, int depth) {
    return kind + ", layers: " + depth;
  }

  private static Map<String, double[]> means(Claim claim, String column) {
    Map<String, double[]> lines = new LinkedHashMap<>();
    for (String kind : KINDS) {
      lines.put(
          kind, Arrays.stream(DEPTHS).mapToDouble(d -> claim.mean(row(kind, d), column)).toArray());
    }
    return lines;
  }
}
