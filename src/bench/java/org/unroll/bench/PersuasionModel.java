package org.unroll.bench;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.optimizers.Schedules.cosineDecay;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.data.Shape;
import org.unroll.text.TextVectorization;
import org.unroll.text.TokenWindows;

/**
 * Trains the character-level language model {@code data/persuasion_gru.keras} of notebook 07 on the
 * first nine tenths of the novel in {@code data/persuasion.txt}. Two runs write the same weights.
 */
final class PersuasionModel {
  private static final int WINDOW = 100;
  private static final int BATCH = 16;

  private PersuasionModel() {}

  /**
   * Trains the model and writes it without its optimizer.
   *
   * @param args the file to write, and the number of epochs (default 10)
   */
  public static void main(String[] args) throws IOException {
    int epochCount = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    String novel =
        Files.readString(Path.of("data/persuasion.txt"))
            .replaceAll("(?<!\n)\n(?!\n)", " ")
            .replaceAll("\n+", "\n");
    novel = novel.substring(novel.indexOf("Sir Walter"));
    var characters = TextVectorization.characters().adapt(List.of(novel));
    int size = characters.vocabulary().size();
    int[] ids = characters.vectorize(novel);
    int[] first = Arrays.copyOf(ids, ids.length * 9 / 10);
    var train = TokenWindows.of(first, WINDOW).stride(WINDOW).batchSize(BATCH).shuffled(42);
    var validation =
        TokenWindows.of(Arrays.copyOfRange(ids, first.length, ids.length), WINDOW)
            .stride(WINDOW)
            .batchSize(BATCH);
    Sequential model = model(size);
    long steps = (long) epochCount * train.batches();
    model.compile(
        adam().learningRate(cosineDecay(0.003, steps)).clipnorm(1),
        sparseCategoricalCrossentropy());
    var history = model.fit(train, epochs(epochCount).validation(validation));
    System.out.printf(
        Locale.ROOT,
        "%,d parameters, %.3f bits per character in validation%n",
        model.parameters(),
        history.last("val_loss") / Math.log(2));
    saveWithoutOptimizer(model, model(size), Path.of(args[0]));
  }

  private static Sequential model(int size) {
    return Sequential.seeded(
        0,
        input(Shape.ANY),
        embedding(size, 64),
        gru(256).returnSequences(true),
        dropout(0.2),
        dense(size, "softmax"));
  }

  /**
   * Saves an uncompiled copy, because the state of the optimizer is twice as large as the model.
   */
  static void saveWithoutOptimizer(Model model, Model copy, Path file) throws IOException {
    Path weights = Files.createTempFile("model", ".weights.h5");
    try {
      model.saveWeights(weights);
      copy.loadWeights(weights);
      copy.save(file);
    } finally {
      Files.delete(weights);
    }
  }
}
