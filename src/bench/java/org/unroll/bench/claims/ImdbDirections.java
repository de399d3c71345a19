package org.unroll.bench.claims;

import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.optimizers.Optimizers.rmsprop;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.unroll.History;
import org.unroll.Sequential;
import org.unroll.data.SequencePadding;
import org.unroll.data.Sequences;
import org.unroll.datasets.Imdb;
import org.unroll.network.Layer;
import org.unroll.plots.Plots;
import org.unroll.training.FitOptions;

/**
 * Measures the accuracies of the articles on the real IMDB reviews (SimpleRNN about 85 %, LSTM about
 * 89 %), and compares GRU and bidirectional LSTM with them. The settings are those of Chollet's
 * book: the 10,000 most frequent words, the last 500 words of a review padded in front and without
 * a mask, RMSprop, 10 epochs of batches of 128, and 20 % of the training reviews for validation.
 */
final class ImdbDirections {
  private static final String BEST = "best validation accuracy";
  private static final String BEST_EPOCH = "at epoch";
  private static final String TEST = "test accuracy after the last epoch";
  private static final String SECONDS = "seconds per epoch";

  private static final Map<String, Supplier<Layer>> MODELS = new LinkedHashMap<>();

  static {
    MODELS.put("SimpleRNN(32)", () -> simpleRnn(32));
    MODELS.put("LSTM(32)", () -> lstm(32));
    MODELS.put("GRU(32)", () -> gru(32));
    MODELS.put("Bidirectional LSTM(32)", () -> bidirectional(lstm(32)));
  }

  private ImdbDirections() {}

  /**
   * Prints the measurements.
   *
   * @param args the folder of {@code imdb.npz}, and the number of epochs, 10 by default
   */
  public static void main(String[] args) throws IOException {
    var claim = new Claim(ImdbDirections.class);
    int epochs = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    Imdb imdb = Imdb.load(Path.of(args[0])).numWords(10_000);
    Sequences train = imdb.train().padding(SequencePadding.pre().maxlen(500)).batchSize(128);
    Sequences test = imdb.test().padding(SequencePadding.pre().maxlen(500)).batchSize(128);
    for (String name : MODELS.keySet()) {
      for (int seed = 1; seed <= Claim.SEEDS; seed++) {
        Sequential model =
            Sequential.seeded(
                seed,
                input(500),
                embedding(10_000, 32),
                MODELS.get(name).get(),
                dense(1, "sigmoid"));
        model.compile(rmsprop(), "binary_crossentropy", "accuracy");
        History history =
            model.fit(
                train, FitOptions.epochs(epochs).validationSplit(0.2).seed(seed).verbose(0));
        double best = history.max("val_accuracy");
        claim.add(name, BEST, best);
        claim.add(name, BEST_EPOCH, history.get("val_accuracy").indexOf(best) + 1);
        claim.add(name, TEST, model.evaluate(test).get("accuracy"));
        claim.add(name, SECONDS, history.seconds().get(epochs - 1));
        if (seed == 1) {
          claim.save(" " + name, Plots.history(history.toTable()));
        }
      }
    }
    claim.print();
    String simple = "SimpleRNN(32)";
    String lstm = "LSTM(32)";
    String both = "Bidirectional LSTM(32)";
    Claim.verdict(
        "about 85 % with a SimpleRNN and 89 % with an LSTM",
        claim.mean(simple, BEST) > 0.84 && claim.mean(lstm, BEST) > 0.88,
        claim.text(simple, BEST) + " and " + claim.text(lstm, BEST) + ".");
    Claim.verdict(
        "a bidirectional LSTM learns faster and better",
        claim.smaller(BEST_EPOCH, both, lstm) && claim.smaller(BEST, lstm, both),
        "accuracy "
            + claim.text(both, BEST)
            + " at epoch "
            + claim.text(both, BEST_EPOCH)
            + ", LSTM "
            + claim.text(lstm, BEST)
            + " at epoch "
            + claim.text(lstm, BEST_EPOCH)
            + ".");
  }
}
