package org.unroll.datasets;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.math3.random.MersenneTwister;
import org.unroll.data.SequencePadding;
import org.unroll.data.Sequences;

/**
 * The film reviews of the Internet Movie Database, 25,000 to train and 25,000 to test, half of them
 * good (1) and half bad (0), each review a list of word numbers: {@code keras.datasets.imdb}.
 *
 * <pre>{@code
 * Imdb imdb = Imdb.load().numWords(10_000);
 * Sequences reviews = imdb.train().padding(SequencePadding.pre().maxlen(500)).batchSize(128);
 * String first = imdb.decode(imdb.xTrain()[0]);
 * }</pre>
 *
 * <p>In a review 1 is the start, 2 stands for a word that was left out, and word number {@code n}
 * of the index (1 is the most frequent word) is {@code n + 3}; 0 is left to padding. The settings
 * have Keras's names and defaults, and give Keras's lists in Keras's order, number for number.
 * Immutable: each setting returns a new object that shares the reviews.
 *
 * <p>Sources: Maas et al., "Learning word vectors for sentiment analysis", ACL 2011; Keras 3,
 * {@code keras.datasets.imdb.load_data} and {@code get_word_index}.
 */
public final class Imdb {
  private static final int NONE = -1;

  private record Labelled(int[][] reviews, int[] labels) {}

  /** Keras's arguments with its defaults; changed in the copy of it that nobody else has yet. */
  private static final class Settings {
    private int numWords = NONE;
    private int skipTop = 0;
    private int maxlen = NONE;
    private int seed = 113;
    private int startChar = 1;
    private int oovChar = 2;
    private int indexFrom = 3;

    private Settings copy() {
      var copy = new Settings();
      copy.numWords = numWords;
      copy.skipTop = skipTop;
      copy.maxlen = maxlen;
      copy.seed = seed;
      copy.startChar = startChar;
      copy.oovChar = oovChar;
      copy.indexFrom = indexFrom;
      return copy;
    }
  }

  /** What is given to models, made once for the settings. */
  private record Sets(Labelled train, Labelled test) {}

  private final Labelled rawTrain;
  private final Labelled rawTest;
  private final Map<String, Integer> wordIndex;
  private final Settings settings;
  private Sets sets; // null until they are asked for

  private Imdb(
      Labelled rawTrain, Labelled rawTest, Map<String, Integer> wordIndex, Settings settings) {
    this.rawTrain = rawTrain;
    this.rawTest = rawTest;
    this.wordIndex = wordIndex;
    this.settings = settings;
  }

  /**
   * The reviews and the word index: the files {@code imdb.npz} and {@code imdb_word_index.json}
   * that {@link #find()} finds; otherwise those that Keras uses are downloaded, checked and kept in
   * the cache folder, the system property {@code unroll.cache}, by default {@code .unroll} in the
   * user's home.
   *
   * @throws UncheckedIOException if a file is neither there nor can be downloaded; the message says
   *     where to get it and where to put it
   * @throws IllegalArgumentException if a file is not what its name says
   */
  public static Imdb load() {
    Path here = Path.of("");
    return load(
        ImdbFile.REVIEWS.get(ImdbFile.folders(here), DataFolders.cache()),
        ImdbFile.WORD_INDEX.get(ImdbFile.folders(here), DataFolders.cache()));
  }

  /**
   * The same from a folder that holds {@code imdb.npz}, with the arrays {@code x_train}, {@code
   * x_test} of lists and {@code y_train}, {@code y_test} of 0 and 1, and {@code
   * imdb_word_index.json}, an object with a number for each word.
   *
   * @throws UncheckedIOException if one of them cannot be read
   * @throws IllegalArgumentException if one is not such a file, or its pickles hold anything but
   *     lists of whole numbers; nothing in them is ever executed
   */
  public static Imdb load(Path folder) {
    return load(ImdbFile.REVIEWS.in(folder), ImdbFile.WORD_INDEX.in(folder));
  }

  private static Imdb load(Path reviews, Path wordIndex) {
    try {
      var archive = new NumpyArchive(reviews);
      Labelled train = labelled(archive, reviews, "x_train", "y_train");
      Labelled test = labelled(archive, reviews, "x_test", "y_test");
      return new Imdb(train, test, wordIndex(wordIndex), new Settings());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The files " + reviews + " and " + wordIndex + " cannot be read: " + e, e);
    }
  }

  /**
   * The folder in which both files lie: {@code data/} of the working directory or of a folder above
   * it, the cache folder, or Keras's own ({@code .keras/datasets} in the user's home, or {@code
   * datasets} in the folder that the environment variable {@code KERAS_HOME} names). Nothing is
   * downloaded.
   */
  public static Optional<Path> find() {
    return ImdbFile.folders(Path.of(""))
        .filter(folder -> Files.isRegularFile(ImdbFile.REVIEWS.in(folder)))
        .filter(folder -> Files.isRegularFile(ImdbFile.WORD_INDEX.in(folder)))
        .findFirst();
  }

  private static Labelled labelled(NumpyArchive archive, Path file, String x, String y)
      throws IOException {
    int[][] reviews = archive.lists(x);
    int[] labels = archive.integers(y);
    if (reviews.length != labels.length) {
      throw new IllegalArgumentException(
          "Every review has one label. Received: "
              + reviews.length
              + " in '"
              + x
              + "' and "
              + labels.length
              + " in '"
              + y
              + "' of the file "
              + file);
    }
    return new Labelled(reviews, labels);
  }

  private static Map<String, Integer> wordIndex(Path file) throws IOException {
    try {
      Map<String, Integer> index =
          new ObjectMapper().readValue(file.toFile(), new TypeReference<>() {});
      return Collections.unmodifiableMap(index);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "The file " + file + " is no word index, an object of words with numbers: " + e, e);
    }
  }

  /**
   * Keeps the numbers below this, that is the most frequent words; others become {@link #oovChar}.
   * By default all but the greatest number that occurs, as in Keras.
   */
  public Imdb numWords(int count) {
    require(count >= 1, "numWords is at least 1", count);
    return with(copy -> copy.numWords = count);
  }

  /** Leaves out the numbers below this, that is the most frequent words; 0 by default. */
  public Imdb skipTop(int count) {
    require(count >= 0, "skipTop is at least 0", count);
    return with(copy -> copy.skipTop = count);
  }

  /**
   * Leaves out the reviews that are as long or longer, the start counted, as Keras does; by default
   * none. To cut reviews to a length instead, see {@link SequencePadding#maxlen}.
   *
   * @throws IllegalArgumentException if none is left to train or none to test
   */
  public Imdb maxlen(int length) {
    require(length >= 1, "maxlen is at least 1", length);
    return with(copy -> copy.maxlen = length);
  }

  /** The seed of the order of the reviews; 113 by default. */
  public Imdb seed(int seed) {
    return with(copy -> copy.seed = seed);
  }

  /** What every review begins with; 1 by default. */
  public Imdb startChar(int number) {
    require(number >= 0, "startChar is at least 0 (or noStartChar())", number);
    return startCharOrNone(number);
  }

  /** Reviews begin with their first word: {@code start_char=None}. */
  public Imdb noStartChar() {
    return startCharOrNone(NONE);
  }

  private Imdb startCharOrNone(int number) {
    return with(copy -> copy.startChar = number);
  }

  /** What stands for words that are left out; 2 by default. */
  public Imdb oovChar(int number) {
    require(number >= 0, "oovChar is at least 0 (or noOovChar())", number);
    return oovCharOrNone(number);
  }

  /** Nothing stands for words that are left out: {@code oov_char=None}. */
  public Imdb noOovChar() {
    return oovCharOrNone(NONE);
  }

  private Imdb oovCharOrNone(int number) {
    return with(copy -> copy.oovChar = number);
  }

  /** What is added to the numbers of the word index; 3 by default. */
  public Imdb indexFrom(int number) {
    require(number >= 0, "indexFrom is at least 0", number);
    return with(copy -> copy.indexFrom = number);
  }

  private Imdb with(Consumer<Settings> change) {
    Settings copy = settings.copy();
    change.accept(copy);
    return new Imdb(rawTrain, rawTest, wordIndex, copy);
  }

  private static void require(boolean condition, String rule, int received) {
    if (!condition) {
      throw new IllegalArgumentException(rule + ". Received: " + received);
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
    Labelled train = numbered(shuffled(rawTrain, random), settings);
    Labelled test = numbered(shuffled(rawTest, random), settings);
    int numWords = settings.numWords;
    if (numWords == NONE) {
      numWords = Math.max(greatest(train.reviews), greatest(test.reviews));
    }
    return new Sets(
        new Labelled(kept(train.reviews, numWords, settings), train.labels),
        new Labelled(kept(test.reviews, numWords, settings), test.labels));
  }

  /** The order of {@code numpy.random.RandomState.shuffle}. */
  private static Labelled shuffled(Labelled raw, MersenneTwister random) {
    int[] order = new int[raw.labels.length];
    Arrays.setAll(order, i -> i);
    for (int i = order.length - 1; i > 0; i--) {
      // Bits are drawn until they are a number from 0 to i, as NumPy's random_interval does.
      int mask = -1 >>> Integer.numberOfLeadingZeros(i);
      int j = random.nextInt() & mask;
      while (j > i) {
        j = random.nextInt() & mask;
      }
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    int[][] reviews = new int[order.length][];
    int[] labels = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      reviews[i] = raw.reviews[order[i]];
      labels[i] = raw.labels[order[i]];
    }
    return new Labelled(reviews, labels);
  }

  /** With start and offset, and without the reviews that are too long. */
  private static Labelled numbered(Labelled raw, Settings settings) {
    List<int[]> reviews = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    int start = settings.startChar == NONE ? 0 : 1;
    for (int i = 0; i < raw.reviews.length; i++) {
      int[] words = raw.reviews[i];
      if (settings.maxlen != NONE && words.length + start >= settings.maxlen) {
        continue;
      }
      int[] review = new int[start + words.length];
      for (int t = 0; t < words.length; t++) {
        review[start + t] = words[t] + settings.indexFrom;
      }
      if (start == 1) {
        review[0] = settings.startChar;
      }
      reviews.add(review);
      labels.add(raw.labels[i]);
    }
    if (reviews.isEmpty()) {
      throw new IllegalArgumentException(
          "No review is shorter than maxlen. Received: maxlen=" + settings.maxlen);
    }
    return new Labelled(
        reviews.toArray(int[][]::new), labels.stream().mapToInt(Integer::intValue).toArray());
  }

  private static int greatest(int[][] reviews) {
    return Arrays.stream(reviews).flatMapToInt(Arrays::stream).max().orElse(0);
  }

  private static int[][] kept(int[][] reviews, int numWords, Settings settings) {
    return Arrays.stream(reviews)
        .map(
            review ->
                settings.oovChar == NONE
                    ? Arrays.stream(review)
                        .filter(word -> settings.skipTop <= word && word < numWords)
                        .toArray()
                    : Arrays.stream(review)
                        .map(
                            word ->
                                settings.skipTop <= word && word < numWords
                                    ? word
                                    : settings.oovChar)
                        .toArray())
        .toArray(int[][]::new);
  }

  /** The reviews to train on; a copy of the outer array only. */
  public int[][] xTrain() {
    return sets().train.reviews.clone();
  }

  /** Their labels: 1 for good, 0 for bad. */
  public int[] yTrain() {
    return sets().train.labels.clone();
  }

  /** The reviews to test on; a copy of the outer array only. */
  public int[][] xTest() {
    return sets().test.reviews.clone();
  }

  /** Their labels: 1 for good, 0 for bad. */
  public int[] yTest() {
    return sets().test.labels.clone();
  }

  /** The reviews to train on with their labels as targets. */
  public Sequences train() {
    return Sequences.of(sets().train.reviews).targets(sets().train.labels);
  }

  /** The reviews to test on with their labels as targets. */
  public Sequences test() {
    return Sequences.of(sets().test.reviews).targets(sets().test.labels);
  }

  /** The number of each word, as in the file: 1 is the most frequent. */
  public Map<String, Integer> wordIndex() {
    return wordIndex;
  }

  /**
   * A review as text: words with blanks between them, {@code [START]} and {@code [OOV]} for the
   * start and for words that were left out; 0, the padding, is skipped.
   *
   * @throws IllegalArgumentException if a number has no word
   */
  public String decode(int[] review) {
    Map<Integer, String> words = new HashMap<>();
    wordIndex.forEach((word, number) -> words.put(number + settings.indexFrom, word));
    if (settings.startChar != NONE) {
      words.put(settings.startChar, "[START]");
    }
    if (settings.oovChar != NONE) {
      words.put(settings.oovChar, "[OOV]");
    }
    List<String> text = new ArrayList<>();
    for (int number : review) {
      String word = words.get(number);
      if (word != null) {
        text.add(word);
      } else if (number != 0) {
        throw new IllegalArgumentException(
            "The word index has no word with the number "
                + (number - settings.indexFrom)
                + ", which stands in a review as "
                + number
                + " (indexFrom="
                + settings.indexFrom
                + "). Decode reviews with the settings they were made with.");
      }
    }
    return String.join(" ", text);
  }

  @Override
  public String toString() {
    return "IMDB: "
        + sets().train.reviews.length
        + " reviews to train on, "
        + sets().test.reviews.length
        + " to test on";
  }
}
