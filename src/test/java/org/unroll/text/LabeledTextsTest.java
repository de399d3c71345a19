package org.unroll.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.ConfusionMatrix;
import org.unroll.Sequential;
import org.unroll.data.Sequences;
import org.unroll.data.Shape;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class LabeledTextsTest {
  @TempDir private Path folder;

  private void write(String file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  private void write(String file, byte[] bytes) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.write(path, bytes);
  }

  private static Table table(List<String> texts, List<String> labels) {
    return Table.create(
        StringColumn.create("message", texts), StringColumn.create("topic", labels));
  }

  /** Texts "0", "1", … of the classes a, b, … with these numbers of texts. */
  private static LabeledTexts numbered(int... counts) {
    List<String> labels = new ArrayList<>();
    for (int label = 0; label < counts.length; label++) {
      labels.addAll(Collections.nCopies(counts[label], Character.toString('a' + label)));
    }
    List<String> texts = IntStream.range(0, labels.size()).mapToObj(String::valueOf).toList();
    return LabeledTexts.of(table(texts, labels), "message", "topic");
  }

  private static int[] counts(LabeledTexts texts) {
    int[] counts = new int[texts.classes().size()];
    Arrays.stream(texts.labels()).forEach(label -> counts[label]++);
    return counts;
  }

  /**
   * The order is that of Keras's {@code text_dataset_from_directory(folder, shuffle=False)} with
   * the same files. Keras does not ignore hidden files in class folders.
   */
  @Test
  void readsClassFoldersAsKeras() throws IOException {
    write("sport/b.txt", "a goal\n");
    write("sport/a.TXT", "ein schönes Spiel");
    write("sport/10/z.txt", "below");
    write("sport/notes.md", "no text");
    write("sport/.hidden.txt", "hidden");
    write("sport/.ipynb_checkpoints/a.txt", "hidden");
    write("Art/only.txt", "\uFEFFoil, 油画 🎨");
    write(".git/x.txt", "hidden");
    write("readme.txt", "not in a class folder");
    LabeledTexts texts = LabeledTexts.load(folder);
    assertEquals(List.of("Art", "sport"), texts.classes());
    assertEquals(List.of("oil, 油画 🎨", "ein schönes Spiel", "a goal\n", "below"), texts.texts());
    assertArrayEquals(new int[] {0, 1, 1, 1}, texts.labels());
    assertEquals("4 texts: 1 Art, 3 sport", texts.toString());
    assertEquals(
        List.of("Art", "sport", "sport", "sport"), texts.toTable().stringColumn("label").asList());
  }

  @Test
  void readsOnlyGivenClassesInTheirOrder() throws IOException {
    write("neg/1.txt", "bad");
    write("pos/1.txt", "good");
    write("unsup/1.txt", "unknown");
    LabeledTexts texts = LabeledTexts.load(folder, List.of("pos", "neg"));
    assertEquals(List.of("pos", "neg"), texts.classes());
    assertEquals(List.of("good", "bad"), texts.texts());
    assertMessageContains(
        "the classes are [pos, negative] and the folders [neg, pos, unsup].",
        () -> LabeledTexts.load(folder, List.of("pos", "negative")));
  }

  @Test
  void rejectsFoldersWithoutTexts() throws IOException {
    assertMessageContains("but contains no folder.", () -> LabeledTexts.load(folder));
    assertMessageContains("does not exist.", () -> LabeledTexts.load(folder.resolve("nowhere")));
    write("a/1.txt", "text");
    assertMessageContains(
        "at least 2 classes, but the only one is [a]", () -> LabeledTexts.load(folder));
    assertMessageContains("is a file.", () -> LabeledTexts.load(folder.resolve("a/1.txt")));
    Files.createDirectories(folder.resolve("b"));
    assertMessageContains(folder.resolve("b") + " has none.", () -> LabeledTexts.load(folder));
  }

  @Test
  void rejectsFilesThatAreNotUtf8() throws IOException {
    write("a/1.txt", "text");
    write("b/latin.txt", "one\nschön".getBytes(StandardCharsets.ISO_8859_1));
    assertMessageContains(
        "latin.txt, in line 2, is 0xF6, which is not valid there.",
        () -> LabeledTexts.load(folder));
    assertMessageContains("but byte 7 of", () -> LabeledTexts.load(folder));
    write("b/latin.txt", new byte[] {'a', (byte) 0xC3});
    assertMessageContains("but byte 1 of", () -> LabeledTexts.load(folder));
  }

  @Test
  void reportsFilesThatCannotBeRead() throws IOException {
    write("a/1.txt", "text");
    Files.createDirectories(folder.resolve("b"));
    Files.createSymbolicLink(folder.resolve("b/gone.txt"), folder.resolve("missing"));
    String message =
        assertThrows(UncheckedIOException.class, () -> LabeledTexts.load(folder)).getMessage();
    assertTrue(message.contains("gone.txt could not be read: "), message);
    assertTrue(message.endsWith("does not exist"), message);
  }

  @Test
  void readsColumnsOfTables() {
    Table table =
        Table.create(
            StringColumn.create("message", "up", "down", "up again"),
            IntColumn.create("stars", 5, 1, 5));
    LabeledTexts texts = LabeledTexts.of(table, "message", "stars");
    assertEquals(List.of("1", "5"), texts.classes());
    assertArrayEquals(new int[] {1, 0, 1}, texts.labels());
    assertEquals(List.of("up", "down", "up again"), texts.texts());
    LabeledTexts test = LabeledTexts.of(table, "message", "stars", List.of("5", "3", "1"));
    assertArrayEquals(new int[] {0, 2, 0}, test.labels());
    assertEquals("3 texts: 2 5, 0 3, 1 1", test.toString());
  }

  @Test
  void errorsNameTheRowsOfTheTable() {
    StringColumn texts = StringColumn.create("message", "a", "", "b", "");
    StringColumn topics = StringColumn.create("topic", "x", "y", "y", "");
    Table table = Table.create(texts, topics, IntColumn.create("id", 1, 2, 3, 4));
    assertMessageContains(
        "Every row must have a label, but row 3 of column 'topic' has none.",
        () -> LabeledTexts.of(table, "message", "topic"));
    assertMessageContains(
        "Every row must have a text, but rows 1, 3 of column 'message' have none. Remove such"
            + " rows, or replace the missing texts.",
        () -> LabeledTexts.of(table, "message", "id"));
    assertMessageContains(
        "must be of type STRING, but was 'id' of type INTEGER",
        () -> LabeledTexts.of(table, "id", "id"));
    assertMessageContains(
        "Did you mean 'topic'?", () -> LabeledTexts.of(table, "message", "topics"));
    assertMessageContains(
        "The name of the class in row 1 must be one of [1, 3], but was '2'.",
        () -> LabeledTexts.of(table, "message", "id", List.of("1", "3")));
    Table empty = Table.create(StringColumn.create("topic"), StringColumn.create("message"));
    assertMessageContains("is empty", () -> LabeledTexts.of(empty, "message", "topic"));
    Table many = Table.create(texts.emptyCopy(12), topics.emptyCopy(12));
    assertMessageContains(
        "but rows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … (12 in all) of column",
        () -> LabeledTexts.of(many, "message", "topic"));
  }

  /** The counts are those of scikit-learn 1.2's train_test_split with stratify and test_size. */
  @Test
  void stratifiedSplitHasTheCountsOfScikitLearn() {
    assertArrayEquals(new int[] {10, 6, 3, 1}, stratified(20, 50, 30, 15, 5));
    assertArrayEquals(new int[] {2, 4, 4}, stratified(10, 7, 11, 13));
    assertArrayEquals(new int[] {1, 3, 0, 9}, stratified(13, 4, 9, 2, 30));
  }

  private static int[] stratified(int validation, int... counts) {
    LabeledTexts texts = numbered(counts);
    for (long seed = 0; seed < 3; seed++) {
      LabeledTexts.Split split = texts.stratifiedSplit((validation + 0.5) / texts.size(), seed);
      assertEquals(validation, split.validation().size());
      assertEveryTextOnce(texts, split);
    }
    return counts(texts.stratifiedSplit((validation + 0.5) / texts.size(), 1).validation());
  }

  private static void assertEveryTextOnce(LabeledTexts whole, LabeledTexts.Split split) {
    List<String> all =
        Stream.of(split.train(), split.validation())
            .flatMap(part -> part.texts().stream())
            .sorted()
            .toList();
    assertEquals(whole.texts().stream().sorted().toList(), all);
    for (LabeledTexts part : List.of(split.train(), split.validation())) {
      for (int i = 0; i < part.size(); i++) {
        int number = Integer.parseInt(part.texts().get(i));
        assertEquals(whole.labels()[number], part.labels()[i]);
      }
    }
  }

  @Test
  void randomSplitDependsOnTheSeedOnly() {
    LabeledTexts texts = numbered(40, 59);
    LabeledTexts.Split split = texts.split(0.25, 7);
    assertEquals(24, split.validation().size(), "0.25 · 99 = 24.75, rounded down as by Keras");
    assertEveryTextOnce(texts, split);
    assertEquals(split.train().texts(), texts.split(0.25, 7).train().texts());
    assertNotEquals(split.train().texts(), texts.split(0.25, 8).train().texts());
    assertNotEquals(
        split.train().texts().stream().sorted().toList(), split.train().texts(), "shuffled");
    long different =
        IntStream.range(0, 20)
            .map(seed -> counts(texts.split(0.25, seed).validation())[0])
            .distinct()
            .count();
    assertTrue(different > 2, "not stratified");
  }

  @Test
  void rejectsSplitsWithoutTextsInAPart() {
    LabeledTexts texts = numbered(5, 1);
    for (double share : new double[] {0, 0.1, 1, -0.5, Double.NaN}) {
      assertMessageContains(
          "select at least one of the 6 texts, but was " + share, () -> texts.split(share, 1));
    }
    assertMessageContains(
        "but 'b' has 1 of the 6 texts and none of the 2 for training",
        () -> texts.stratifiedSplit(0.7, 1));
  }

  /** The weights are those of scikit-learn 1.2's compute_class_weight("balanced", …). */
  @Test
  void classWeightsAreBalanced() {
    assertEquals(
        Map.of(0, 0.5, 1, 0.8333333333333334, 2, 1.6666666666666667, 3, 5.0),
        numbered(50, 30, 15, 5).classWeight());
    assertEquals(
        Map.of(0, 2.8125, 1, 1.25, 2, 5.625, 3, 0.375), numbered(4, 9, 2, 30).classWeight());
    var none =
        LabeledTexts.of(table(List.of("u"), List.of("a")), "message", "topic", List.of("a", "b"));
    assertMessageContains("but 'b' has none of 1.", none::classWeight);
  }

  @Test
  void vocabularyIsThatOfTheTrainingTexts() {
    LabeledTexts.Split split = numbered(6, 6).stratifiedSplit(0.25, 3);
    TextVectorization words = split.adapt(TextVectorization.words());
    assertEquals(
        split.train().texts().stream().sorted().toList(),
        words.vocabulary().tokens().stream().skip(2).sorted().toList());
    float[] tokens = new float[3];
    Sequences validation = split.validation().sequences(words);
    for (int i = 0; i < 3; i++) {
      validation.copyInput(i, tokens, i, 3);
    }
    assertArrayEquals(new float[] {1, 1, 1}, tokens, "unknown");
  }

  @Test
  void trainsAClassifierOfFourClasses() {
    LabeledTexts notes = notes(800);
    LabeledTexts.Split split = notes.stratifiedSplit(0.25, 1);
    TextVectorization words = split.adapt(TextVectorization.words().maxTokens(100));
    Sequences validation = split.validation().sequences(words);
    Sequential model =
        Sequential.seeded(
            1,
            input(Shape.ANY),
            embedding(words.vocabulary().size(), 8).maskZero(true),
            gru(8),
            dense(4, "softmax"));
    model.compile(adam(0.02), sparseCategoricalCrossentropy(), "accuracy");
    model.fit(
        split.train().sequences(words).shuffled(1),
        epochs(6).classWeight(split.train().classWeight()).verbose(0));
    double accuracy = model.evaluate(validation).get("accuracy");
    assertTrue(accuracy > 0.97, "accuracy " + accuracy);
    List<String> predicted = notes.decode(model.predict(validation).toArray());
    List<String> truth = split.validation().toTable().stringColumn("label").asList();
    assertEquals(accuracy, ConfusionMatrix.of(truth, predicted).accuracy(), 1e-6);
  }

  /** Notes of four classes, one of them rare, with one word of the class among other words. */
  private static LabeledTexts notes(int count) {
    Map<String, List<String>> words =
        Map.of(
            "food", List.of("bread", "soup", "apples"),
            "music", List.of("violin", "concert", "choir"),
            "sport", List.of("goal", "race", "team"),
            "travel", List.of("train", "harbor", "passport"));
    List<String> classes = words.keySet().stream().sorted().toList();
    List<String> others = List.of("the", "a", "we", "had", "yesterday", "again", "and", "no");
    var random = new Random(5);
    List<String> texts = new ArrayList<>();
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String label = classes.get(i % 20 == 0 ? 3 : i % 3);
      List<String> text =
          random.ints(6, 0, others.size()).mapToObj(others::get).collect(Collectors.toList());
      text.add(random.nextInt(7), words.get(label).get(random.nextInt(3)));
      texts.add(String.join(" ", text));
      labels.add(label);
    }
    return LabeledTexts.of(table(texts, labels), "message", "topic");
  }
}
