package org.unroll.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.unroll.data.Batching;
import org.unroll.data.Columns;
import org.unroll.data.LabelEncoder;
import org.unroll.data.Sequences;
import org.unroll.internal.Failures;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Texts of two or more classes, for training a text classifier. The texts are files in one folder
 * for each class, or rows of a table.
 *
 * <pre>{@code
 * import org.unroll.text.*;
 * import tech.tablesaw.api.StringColumn;
 *
 * var table = Table.create(
 *     StringColumn.create("text", "dry and sunny", "sun", "rain", "rainy", "a storm", "stormy"),
 *     StringColumn.create("weather", "good", "good", "wet", "wet", "wild", "wild"));
 * var weather = LabeledTexts.of(table, "text", "weather"); // or LabeledTexts.load(Path.of("texts"))
 * var parts = weather.stratifiedSplit(0.5, 42);
 * var words = parts.adapt(TextVectorization.words().maxTokens(10_000)); // of the training texts only
 * Sequences trainTexts = parts.train().sequences(words).shuffled(1);
 * Sequences heldOut = parts.validation().sequences(words);
 *
 * var classifier = Sequential.of(
 *     input(Shape.ANY),
 *     embedding(words.vocabulary().size(), 8).maskZero(true),
 *     gru(8),
 *     dense(weather.classes().size(), "softmax"));
 * classifier.compile(adam(), sparseCategoricalCrossentropy(), "accuracy");
 * classifier.fit(
 *     trainTexts, epochs(2).validation(heldOut).classWeight(parts.train().classWeight()));
 * List<String> predicted = weather.decode(classifier.predict(heldOut).toArray());
 * }</pre>
 *
 * <p>The classes are numbered from 0 in ascending order of their names. To load test texts
 * separately, pass the {@link #classes()} of the training texts, so that the numbers are the same.
 * Immutable.
 *
 * <p>Sources: Keras 3, {@code keras.utils.text_dataset_from_directory}, for folders; scikit-learn,
 * {@code train_test_split} and {@code compute_class_weight}, for the split and the class weights.
 */
public final class LabeledTexts {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private final LabelEncoder encoder;
  private final List<String> texts;
  private final int[] labels;

  private LabeledTexts(LabelEncoder encoder, List<String> texts, int[] labels) {
    if (encoder.classes().size() < 2) {
      throw new IllegalArgumentException(
          "There must be at least 2 classes, but the only one is "
              + encoder.classes()
              + ". Add texts of another class.");
    }
    this.encoder = encoder;
    this.texts = List.copyOf(texts);
    this.labels = labels;
  }

  /**
   * Reads the texts of a folder that contains one folder for each class, whose name is that of the
   * class. A text is a file with the extension {@code .txt} in the folder of a class or in folders
   * below it. Files directly in {@code folder}, files with other extensions, and files and folders
   * whose names begin with a dot are ignored. The texts are in the order of the classes, and within
   * a class in the order of folders and file names. They must be encoded in UTF-8; a byte order
   * mark is removed.
   *
   * @param folder the folder of the class folders
   * @throws IllegalArgumentException if there are fewer than two classes, a class has no text, or a
   *     file is not in UTF-8
   * @throws UncheckedIOException if a folder or a file cannot be read
   */
  public static LabeledTexts load(Path folder) {
    List<String> found = classFolders(folder);
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "The folder "
              + folder.toAbsolutePath()
              + " must contain a folder of .txt files for each class, but contains no folder.");
    }
    return load(folder, found);
  }

  /**
   * Reads the texts of a folder as {@link #load(Path)} does, but only those of the given classes,
   * numbered in this order. Other folders are ignored.
   *
   * @param classes the names of the class folders by class number
   * @throws IllegalArgumentException if the folder of a class is missing, or as {@link #load(Path)}
   */
  public static LabeledTexts load(Path folder, List<String> classes) {
    List<String> found = classFolders(folder);
    LabelEncoder encoder = LabelEncoder.ofClasses(classes);
    List<String> texts = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    for (int label = 0; label < classes.size(); label++) {
      String name = classes.get(label);
      Path ofClass = folder.resolve(name);
      if (!found.contains(name)) {
        throw new IllegalArgumentException(
            "Every class must have a folder with its name in "
                + folder.toAbsolutePath()
                + ", but the classes are "
                + classes
                + " and the folders "
                + found
                + ".");
      }
      List<Path> files = textFiles(ofClass);
      if (files.isEmpty()) {
        throw new IllegalArgumentException(
            "Every class must have at least one .txt file, but the folder "
                + ofClass.toAbsolutePath()
                + " has none. If it is not a class, pass the names of the classes:"
                + " load(folder, classes).");
      }
      for (Path file : files) {
        texts.add(read(file));
        labels.add(label);
      }
    }
    return new LabeledTexts(encoder, texts, labels.stream().mapToInt(Integer::intValue).toArray());
  }

  private static List<String> classFolders(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException(
          "The texts must be in a folder, but "
              + folder.toAbsolutePath()
              + (Files.exists(folder) ? " is a file." : " does not exist."));
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> Files.isDirectory(entry) && !isHidden(entry))
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static List<Path> textFiles(Path ofClass) {
    List<Path> files = new ArrayList<>();
    try {
      // A class folder may be a symbolic link; links below it are not followed, as in Keras.
      Path top = ofClass.toRealPath();
      Files.walkFileTree(
          top,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return !folder.equals(top) && isHidden(folder)
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
              if (name.endsWith(".txt") && !isHidden(file) && !Files.isDirectory(file)) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw unreadable(ofClass, e);
    }
    files.sort(
        Comparator.comparing((Path file) -> file.getParent().toString())
            .thenComparing(file -> file.getFileName().toString()));
    return files;
  }

  private static boolean isHidden(Path entry) {
    return entry.getFileName().toString().startsWith(".");
  }

  private static String read(Path file) {
    try {
      String text = decode(file, ByteBuffer.wrap(Files.readAllBytes(file)));
      return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static String decode(Path file, ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      int wrong = bytes.position();
      long line = IntStream.range(0, wrong).filter(i -> bytes.get(i) == '\n').count() + 1;
      throw new IllegalArgumentException(
          "Texts must be encoded in UTF-8, but byte %d of %s, in line %d, is 0x%02X, which is not valid there. Convert the file, or remove it from the folder."
              .formatted(wrong, file, line, bytes.get(wrong)),
          e);
    }
  }

  private static UncheckedIOException unreadable(Path path, IOException e) {
    return new UncheckedIOException(
        path.toAbsolutePath() + " could not be read: " + Failures.reason(e), e);
  }

  /**
   * Creates labeled texts from the rows of a table.
   *
   * @param textColumn the name of a column of texts
   * @param labelColumn the name of the column of the classes, of any type
   * @throws IllegalArgumentException if a column does not exist, the first one is not of type
   *     STRING, a text or a label is missing (the message names the rows), or there are fewer than
   *     two classes
   */
  public static LabeledTexts of(Table table, String textColumn, String labelColumn) {
    var classes = new TreeSet<>(Columns.texts(Columns.named(table, labelColumn), "label"));
    return of(table, textColumn, labelColumn, List.copyOf(classes));
  }

  /**
   * Creates labeled texts from the rows of a table, with the given classes.
   *
   * @param classes the names of the classes by class number, of which some may have no text
   * @throws IllegalArgumentException if a label is not one of the classes, or as {@link #of(Table,
   *     String, String)}
   */
  public static LabeledTexts of(
      Table table, String textColumn, String labelColumn, List<String> classes) {
    Column<?> texts = Columns.named(table, textColumn);
    if (texts.type() != ColumnType.STRING) {
      throw new IllegalArgumentException(
          "The column of the texts must be of type STRING, but was "
              + Columns.described(texts)
              + ".");
    }
    LabelEncoder encoder = LabelEncoder.ofClasses(classes);
    int[] labels = encoder.encode(Columns.named(table, labelColumn));
    return new LabeledTexts(encoder, Columns.texts(texts, "text"), labels);
  }

  /** Returns the number of texts. */
  public int size() {
    return labels.length;
  }

  /** Returns the names of the classes by class number. */
  public List<String> classes() {
    return encoder.classes();
  }

  /** Returns the texts. */
  public List<String> texts() {
    return texts;
  }

  /** Returns the class number of each text. */
  public int[] labels() {
    return labels.clone();
  }

  /** Returns the texts and the names of their classes, columns {@code text} and {@code label}. */
  public Table toTable() {
    return Table.create(
        "Labeled texts",
        StringColumn.create("text", texts),
        StringColumn.create("label", Arrays.stream(labels).mapToObj(classes()::get)));
  }

  /**
   * Two parts of labeled texts, both in random order.
   *
   * @param train the texts to train on
   * @param validation the texts that were held out
   */
  public record Split(LabeledTexts train, LabeledTexts validation) {
    /**
     * Builds the vocabulary from the training texts only. Words that occur only in validation texts
     * are unknown, like those of texts that the model will read later.
     *
     * @param settings a vectorization; a vocabulary that it already has is replaced
     * @return a copy of the vectorization with the vocabulary
     * @throws IllegalArgumentException as {@link TextVectorization#adapt}
     */
    public TextVectorization adapt(TextVectorization settings) {
      return settings.adapt(train.texts);
    }
  }

  /**
   * Splits the texts randomly. The number of validation texts is the share of all texts, rounded
   * down, as for Keras's {@code validation_split}.
   *
   * @param validationShare greater than 0 and less than 1
   * @param seed the same seed gives the same split on every machine
   * @throws IllegalArgumentException if the share is not in this range, there is no validation
   *     text, or a class would have no training text
   */
  public Split split(double validationShare, long seed) {
    return split(validationShare, seed, new int[size()]);
  }

  /**
   * Splits the texts randomly so that each class has the same share of both parts, as
   * scikit-learn's {@code train_test_split(…, stratify=labels)}. The number of validation texts is
   * the same as for {@link #split}. Where the share of a class is not a whole number, it is rounded
   * down, and the classes with the largest remainders have one text more. A class with few texts
   * may have no validation text.
   *
   * @param validationShare greater than 0 and less than 1
   * @param seed the same seed gives the same split on every machine
   * @throws IllegalArgumentException as {@link #split}
   */
  public Split stratifiedSplit(double validationShare, long seed) {
    return split(validationShare, seed, labels);
  }

  /** Splits the texts of each group with the same share. */
  private Split split(double share, long seed, int[] groups) {
    int count = (int) (share * size());
    if (!(share > 0 && share < 1) || count == 0) {
      throw new IllegalArgumentException(
          "The validation share must be greater than 0 and less than 1, and select at least one of"
              + " the "
              + size()
              + " texts, but was "
              + share
              + ".");
    }
    int[] left = validationCounts(encoder.counts(groups), count);
    List<Integer> training = new ArrayList<>();
    List<Integer> validation = new ArrayList<>();
    for (int i : Batching.DEFAULT.withSeed(seed).order(size(), 0)) {
      (left[groups[i]]-- > 0 ? validation : training).add(i);
    }
    var split = new Split(select(training), select(validation));
    int[] trained = encoder.counts(split.train.labels);
    for (int label = 0; label < trained.length; label++) {
      if (trained[label] == 0) {
        throw new IllegalArgumentException(
            "Every class must have at least one training text, but '"
                + classes().get(label)
                + "' has "
                + encoder.counts(labels)[label]
                + " of the "
                + size()
                + " texts and none of the "
                + training.size()
                + " for training. Use stratifiedSplit, a smaller validation share, or more texts of"
                + " this class.");
      }
    }
    return split;
  }

  /** Returns how many of {@code total} belong to each group: proportionate, largest remainders. */
  private static int[] validationCounts(int[] sizes, int total) {
    long all = Arrays.stream(sizes).sum();
    int[] counts = Arrays.stream(sizes).map(size -> (int) ((long) size * total / all)).toArray();
    IntStream.range(0, sizes.length)
        .boxed()
        .sorted(Comparator.comparingLong(i -> -((long) sizes[i] * total % all)))
        .limit(total - Arrays.stream(counts).sum())
        .forEach(i -> counts[i]++);
    return counts;
  }

  private LabeledTexts select(List<Integer> rows) {
    return new LabeledTexts(
        encoder,
        rows.stream().map(texts::get).toList(),
        rows.stream().mapToInt(i -> labels[i]).toArray());
  }

  /**
   * Returns weights with which all classes contribute equally to the loss, as {@link
   * LabelEncoder#balancedWeights}. Use those of the training texts.
   *
   * @throws IllegalArgumentException if a class has no text
   */
  public Map<Integer, Double> classWeight() {
    return encoder.balancedWeights(labels);
  }

  /**
   * Returns the texts as token ids, with the class numbers as targets for {@code
   * sparseCategoricalCrossentropy()}. With two classes, {@code binaryCrossentropy()} and one output
   * are possible too.
   *
   * @param vectorization with a vocabulary that was built from training texts, see {@link
   *     Split#adapt}
   * @throws IllegalStateException if the vectorization has no vocabulary
   */
  public Sequences sequences(TextVectorization vectorization) {
    return Sequences.of(vectorization.vectorize(texts)).targets(labels);
  }

  /**
   * Returns the name of the most probable class of each prediction, as {@link LabelEncoder#decode}.
   *
   * @param predictions one row for each text, such as {@code model.predict(data).toArray()}
   * @throws IllegalArgumentException if the number of outputs does not fit the number of classes
   */
  public List<String> decode(double[][] predictions) {
    return encoder.decode(predictions);
  }

  /** Returns the number of texts of each class, such as {@code 5 texts: 2 cat, 3 dog}. */
  @Override
  public String toString() {
    int[] counts = encoder.counts(labels);
    return size()
        + " texts: "
        + String.join(
            ", ",
            IntStream.range(0, counts.length)
                .mapToObj(i -> counts[i] + " " + classes().get(i))
                .toList());
  }
}
