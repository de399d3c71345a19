import static org.unroll.layers.Layers.attention;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.unroll.Model;
import org.unroll.SequenceDecoder;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.plots.PlotFigure;
import org.unroll.plots.Plots;

/**
 * Trains an encoder and a decoder with attention that translate dates, such as "3 March 2021" to
 * "2021-03-03", character by character, and measures how many dates that were not among the
 * training data are translated without a mistake.
 */
public class TranslateDates {
  private static final String CHARACTERS =
      " ,0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final List<DateTimeFormatter> FORMATS =
      List.of("d MMMM yyyy", "MMMM d, yyyy", "d MMM yyyy").stream()
          .map(pattern -> DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH))
          .toList();
  private static final int LONGEST = 18; // "September 30, 2021"

  // The ids of the target: 0 to 9 for digits.
  private static final int HYPHEN = 10;
  private static final int START = 11;
  private static final int END = 12;
  private static final int TARGET_IDS = 13;

  public static void main(String[] arguments) {
    List<LocalDate> dates =
        new ArrayList<>(
            LocalDate.of(1950, 1, 1).datesUntil(LocalDate.of(2050, 1, 1)).toList());
    Collections.shuffle(dates, new Random(1));
    List<LocalDate> unseen = dates.subList(0, 2_000);
    List<LocalDate> known = dates.subList(2_000, dates.size());

    var source = input(Shape.ANY);
    var target = input(Shape.ANY);
    var encoder =
        lstm(64)
            .returnSequences(true)
            .returnState(true)
            .on(embedding(CHARACTERS.length() + 1, 32).maskZero(true).on(source));
    var decoder =
        lstm(64).returnSequences(true).on(embedding(TARGET_IDS, 32).on(target), encoder.states());
    var context = attention().on(decoder, encoder);
    var model =
        Model.of(
            List.of(source, target),
            dense(TARGET_IDS, "softmax").on(concatenate().on(decoder, context)));
    model.compile(adam().learningRate(0.005), sparseCategoricalCrossentropy(), "accuracy");
    System.out.println(model.summary());

    long begin = System.nanoTime();
    model.fit(samples(known), epochs(2));
    double seconds = (System.nanoTime() - begin) / 1e9;

    int[][] ids =
        SequenceDecoder.of(model, START, END)
            .maxLength(10)
            .greedy(Samples.of(sources(unseen)));
    long right =
        IntStream.range(0, unseen.size())
            .filter(i -> text(ids[i]).equals(unseen.get(i).toString()))
            .count();
    saveAttention(model, unseen.subList(0, 1));
    for (int i = 0; i < 5; i++) {
      System.out.println(written(unseen.get(i), i) + " -> " + text(ids[i]));
    }
    System.out.printf(
        Locale.ROOT,
        "%d of %d unseen dates are right (%.2f %%) after %.0f s of training%n",
        right,
        unseen.size(),
        100.0 * right / unseen.size(),
        seconds);
  }

  /** Draws which characters of a date the decoder attends to while it writes the translation. */
  private static void saveAttention(Model model, List<LocalDate> date) {
    double[][] weights = model.record(samples(date), 0).get("attention", "attention_weights");
    List<String> columns = List.of(written(date.get(0), 0).split(""));
    double[][] shown = new double[10][];
    for (int t = 0; t < shown.length; t++) {
      shown[t] = Arrays.copyOf(weights[t], columns.size());
    }
    List<String> rows = List.of(date.get(0).toString().split(""));
    PlotFigure.save(
        Plots.heatMap("Attention", "written date", "translation", columns, rows, shown),
        Path.of("target", "attention.svg"));
  }

  private static Samples samples(List<LocalDate> dates) {
    int[][] begins = new int[dates.size()][11];
    int[][] targets = new int[dates.size()][11];
    for (int i = 0; i < begins.length; i++) {
      String text = dates.get(i).toString();
      begins[i][0] = START;
      for (int t = 0; t < text.length(); t++) {
        int id = text.charAt(t) == '-' ? HYPHEN : text.charAt(t) - '0';
        begins[i][t + 1] = id;
        targets[i][t] = id;
      }
      targets[i][10] = END;
    }
    return Samples.of(sources(dates), begins).targets(targets).batchSize(64).shuffled(1);
  }

  private static String written(LocalDate date, int number) {
    return FORMATS.get(number % FORMATS.size()).format(date);
  }

  /** Returns the ids of the characters of each date, 0 after the last one. */
  private static int[][] sources(List<LocalDate> dates) {
    int[][] ids = new int[dates.size()][LONGEST];
    for (int i = 0; i < ids.length; i++) {
      String text = written(dates.get(i), i);
      for (int t = 0; t < text.length(); t++) {
        ids[i][t] = CHARACTERS.indexOf(text.charAt(t)) + 1;
      }
    }
    return ids;
  }

  private static String text(int[] ids) {
    var text = new StringBuilder();
    for (int id : ids) {
      text.append(id == HYPHEN ? "-" : id == START ? "?" : String.valueOf(id));
    }
    return text.toString();
  }
}
