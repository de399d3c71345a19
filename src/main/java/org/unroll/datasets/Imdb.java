package org.unroll.datasets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.math3.random.MersenneTwister;
import org.unroll.data.SequencePadding;
import org.unroll.data.Sequences;
import org.unroll.internal.Failures;

/**
 * Film reviews of the Internet Movie Database, 25,000 for training and 25,000 for testing. Half of
 * them are positive (1) and half negative (0), and each is a list of word numbers: {@code
 * keras.datasets.imdb}.
 *
 * <pre>{@code
 * Imdb imdb = Imdb.load().numWords(10_000);
 * Sequences reviews = imdb.train().padding(SequencePadding.pre().maxlen(500)).batchSize(128);
 * String first = imdb.decode(imdb.xTrain()[0]);
 * }</pre>
 *
 * <p>In a review, 1 is the start and 2 represents an omitted word. Word number {@code n} of the
 * index, where 1 is the most frequent word, is {@code n + 3}; 0 is reserved for padding. The
 * settings have Keras's names and defaults and return the same lists as Keras in the same order.
 * Immutable: each setting returns a new object that shares the reviews.
 *
 * <p>Sources: Maas et al., "Learning word vectors for sentiment analysis", ACL 2011; Keras 3,
 * {@code keras.datasets.imdb.load_data} and {@code get_word_index}.
 */
public final class Imdb {
  /** The training and test sets for the settings. */
  private record Sets(LabeledReviews train, LabeledReviews test) {}

  private final LabeledReviews rawTrain;
  private final LabeledReviews rawTest;
  private final Map<String, Integer> wordIndex;
  private final ImdbSettings settings;
  private Sets sets; // null before the first use

  private Imdb(
      LabeledReviews rawTrain,
      LabeledReviews rawTest,
      Map<String, Integer> wordIndex,
      ImdbSettings settings) {
    this.rawTrain = rawTrain;
    this.rawTest = rawTest;
    this.wordIndex = wordIndex;
    this.settings = settings;
  }

  /**
   * Loads the reviews and the word index, the files {@code imdb.npz} and {@code
   * imdb_word_index.json}. The files that {@link #find()} finds are used. Otherwise Keras's files
   * are downloaded, verified and kept in the cache folder: the system property {@code
   * unroll.cache}, by default {@code .unroll} in the user's home.
   *
   * @throws UncheckedIOException if a file is not found and cannot be downloaded; the message
   *     contains its address and the folders to which it can be copied
   * @throws IllegalArgumentException if a file has the wrong content
   */
  public static Imdb load() {
    Path here = Path.of("");
    return load(
        ImdbFile.REVIEWS.get(ImdbFile.folders(here), DataFolders.cache()),
        ImdbFile.WORD_INDEX.get(ImdbFile.folders(here), DataFolders.cache()));
  }

  /**
   * Loads the reviews and the word index from a folder. It must contain {@code imdb.npz}, with the
   * arrays {@code x_train} and {@code x_test} of lists and {@code y_train} and {@code y_test} of 0
   * and 1, and {@code imdb_word_index.json}, an object with a number for each word.
   *
   * @throws UncheckedIOException if a file cannot be read
   * @throws IllegalArgumentException if a file has another format, or its pickles contain anything
   *     but lists of integers. Pickled code is never executed.
   */
  public static Imdb load(Path folder) {
    return load(ImdbFile.REVIEWS.in(folder), ImdbFile.WORD_INDEX.in(folder));
  }

  private static Imdb load(Path reviews, Path wordIndex) {
    try {
      var archive = new NumpyArchive(reviews);
      LabeledReviews train = LabeledReviews.read(archive, "x_train", "y_train");
      LabeledReviews test = LabeledReviews.read(archive, "x_test", "y_test");
      return new Imdb(train, test, wordIndex(wordIndex), new ImdbSettings());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The files "
              + reviews
              + " and "
              + wordIndex
              + " could not be read: "
              + Failures.reason(e),
          e);
    }
  }

  /**
   * Returns the folder that contains both files. It searches {@code data/} of the working directory
   * and of its parents, the cache folder, and Keras's own cache ({@code .keras/datasets} in the
   * user's home, or {@code datasets} in the folder of the environment variable {@code KERAS_HOME}).
   * Nothing is downloaded.
   */
  public static Optional<Path> find() {
    return ImdbFile.folders(Path.of(""))
        .filter(folder -> Files.isRegularFile(ImdbFile.REVIEWS.in(folder)))
        .filter(folder -> Files.isRegularFile(ImdbFile.WORD_INDEX.in(folder)))
        .findFirst();
  }

  private static Map<String, Integer> wordIndex(Path file) throws IOException {
    try {
      Map<String, Integer> index =
          new ObjectMapper().readValue(file.toFile(), new TypeReference<>() {});
      return Collections.unmodifiableMap(index);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "The file "
              + file
              + " must be a JSON object with a number for each word, but is not: "
              + e,
          e);
    }
  }

  /**
   * Keeps only word numbers below this, the most frequent words. Other words are replaced by {@link
   * #oovChar}. By default, all numbers except the greatest one in the reviews are kept, as in
   * Keras.
   */
  public Imdb numWords(int count) {
    requireAtLeast("numWords", 1, count, "");
    return with(copy -> copy.numWords = count);
  }

  /** Omits word numbers below this, the most frequent words; 0 by default. */
  public Imdb skipTop(int count) {
    requireAtLeast("skipTop", 0, count, "");
    return with(copy -> copy.skipTop = count);
  }

  /**
   * Leaves out the reviews of this length or longer, including the start, as Keras does. No limit
   * by default. To truncate reviews instead, use {@link SequencePadding#maxlen}.
   *
   * @throws IllegalArgumentException if no training or no test review remains; thrown when the
   *     reviews are needed
   */
  public Imdb maxlen(int length) {
    requireAtLeast("maxlen", 1, length, "");
    return with(copy -> copy.maxlen = length);
  }

  /** Sets the seed of the order of the reviews; 113 by default. */
  public Imdb seed(int seed) {
    return with(copy -> copy.seed = seed);
  }

  /** Sets the number with which every review begins; 1 by default. */
  public Imdb startChar(int number) {
    requireAtLeast("startChar", 0, number, " To omit the start, use noStartChar().");
    return startCharOrNone(number);
  }

  /** Omits the start, so that reviews begin with their first word: {@code start_char=None}. */
  public Imdb noStartChar() {
    return startCharOrNone(ImdbSettings.NONE);
  }

  private Imdb startCharOrNone(int number) {
    return with(copy -> copy.startChar = number);
  }

  /** Sets the number that represents omitted words; 2 by default. */
  public Imdb oovChar(int number) {
    requireAtLeast("oovChar", 0, number, " To leave these words out, use noOovChar().");
    return oovCharOrNone(number);
  }

  /** Leaves out omitted words without a replacement: {@code oov_char=None}. */
  public Imdb noOovChar() {
    return oovCharOrNone(ImdbSettings.NONE);
  }

  private Imdb oovCharOrNone(int number) {
    return with(copy -> copy.oovChar = number);
  }

  /** Sets the offset that is added to the numbers of the word index; 3 by default. */
  public Imdb indexFrom(int number) {
    requireAtLeast("indexFrom", 0, number, "");
    return with(copy -> copy.indexFrom = number);
  }

  private Imdb with(Consumer<ImdbSettings> change) {
    return new Imdb(rawTrain, rawTest, wordIndex, settings.with(change));
  }

  private static void requireAtLeast(String name, int least, int value, String alternative) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + " must be at least " + least + ", but was " + value + "." + alternative);
    }
  }

  private synchronized Sets sets() {
    if (sets == null) {
      sets = newSets();
    }
    return sets;
  }

  private Sets newSets() {
    var random = new MersenneTwister(settings.seed);
    LabeledReviews train = rawTrain.shuffled(random).numbered(settings);
    LabeledReviews test = rawTest.shuffled(random).numbered(settings);
    int numWords = settings.numWords;
    if (numWords == ImdbSettings.NONE) {
      numWords = Math.max(train.greatest(), test.greatest());
    }
    return new Sets(train.restricted(numWords, settings), test.restricted(numWords, settings));
  }

  /** Returns the training reviews; only the outer array is a copy. */
  public int[][] xTrain() {
    return sets().train.reviews().clone();
  }

  /** Returns the labels of the training reviews: 1 for positive, 0 for negative. */
  public int[] yTrain() {
    return sets().train.labels().clone();
  }

  /** Returns the test reviews; only the outer array is a copy. */
  public int[][] xTest() {
    return sets().test.reviews().clone();
  }

  /** Returns the labels of the test reviews: 1 for positive, 0 for negative. */
  public int[] yTest() {
    return sets().test.labels().clone();
  }

  /** Returns the training reviews with their labels as targets. */
  public Sequences train() {
    return Sequences.of(sets().train.reviews()).targets(sets().train.labels());
  }

  /** Returns the test reviews with their labels as targets. */
  public Sequences test() {
    return Sequences.of(sets().test.reviews()).targets(sets().test.labels());
  }

  /** Returns the number of each word, as in the file: 1 is the most frequent word. */
  public Map<String, Integer> wordIndex() {
    return wordIndex;
  }

  /**
   * Returns a review as text: words separated by spaces, with {@code [START]} for the start and
   * {@code [OOV]} for omitted words. Padding (0) is left out.
   *
   * @throws IllegalArgumentException if a number represents no word
   */
  public String decode(int[] review) {
    Map<Integer, String> words = new HashMap<>();
    wordIndex.forEach((word, number) -> words.put(number + settings.indexFrom, word));
    if (settings.startChar != ImdbSettings.NONE) {
      words.put(settings.startChar, "[START]");
    }
    if (settings.oovChar != ImdbSettings.NONE) {
      words.put(settings.oovChar, "[OOV]");
    }
    List<String> text = new ArrayList<>();
    for (int number : review) {
      String word = words.get(number);
      if (word != null) {
        text.add(word);
      } else if (number != 0) {
        throw new IllegalArgumentException(
            "The word index must contain the number "
                + (number - settings.indexFrom)
                + ", which a review contains as "
                + number
                + " (indexFrom="
                + settings.indexFrom
                + "), but does not. Decode reviews with the settings with which they were loaded.");
      }
    }
    return String.join(" ", text);
  }

  @Override
  public String toString() {
    return "IMDB: "
        + sets().train.reviews().length
        + " reviews for training, "
        + sets().test.reviews().length
        + " for testing";
  }
}
