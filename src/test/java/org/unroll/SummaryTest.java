package org.unroll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.activation;
import static org.unroll.layers.Layers.conv2D;
import static org.unroll.layers.Layers.conv2DTranspose;
import static org.unroll.layers.Layers.convLstm2D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.globalAveragePooling2D;
import static org.unroll.layers.Layers.groupNormalization;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.maxPooling2D;
import static org.unroll.layers.Layers.repeatVector;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.timeDistributed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.data.Shape;
import org.unroll.network.Layer;

/** Compares summaries with those that Keras prints (src/test/python/summaries.py). */
class SummaryTest {
  record Case(String name, int parameters, Sequential model) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("audio_simple_rnn", 12_714, audio(rnn(), rnn())),
        new Case(
            "audio_lstm",
            46_698,
            audio(
                lstm(32).returnSequences(true).dropout(0.5).recurrentDropout(0.5),
                lstm(32).returnSequences(true).dropout(0.5).recurrentDropout(0.5))),
        new Case("audio_gru", 35_370, audio(oldGru(), oldGru())),
        new Case(
            "reviews",
            322_080,
            Sequential.of(input(Shape.ANY), embedding(10_000, 32), simpleRnn(32))),
        new Case(
            "images",
            728,
            Sequential.of(
                input(4, 10, 8, 1),
                timeDistributed(conv2D(3, 3)),
                convLstm2D(2, 3).padding("same").returnSequences(true),
                convLstm2D(2, 3),
                conv2DTranspose(2, 2).strides(2),
                maxPooling2D(2),
                groupNormalization(2).name("groups"),
                conv2D(4, 1).name("pixels"),
                globalAveragePooling2D().name("means"))),
        new Case(
            "small",
            42,
            Sequential.of(input(3), repeatVector(4), gru(2), flatten(), activation("relu"))));
  }

  private static Layer rnn() {
    return simpleRnn(32).returnSequences(true).dropout(0.5).recurrentDropout(0.5);
  }

  private static Layer oldGru() {
    return gru(32).resetAfter(false).returnSequences(true).dropout(0.5).recurrentDropout(0.5);
  }

  private static Sequential audio(Layer first, Layer second) {
    return Sequential.of(
        input(256, 256),
        first,
        second,
        timeDistributed(dense(32, "relu")),
        dropout(0.5),
        dense(10, "softmax"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void printsTheSameAsKeras(Case which) throws IOException {
    assertEquals(which.parameters, which.model.parameters());
    assertEquals(which.parameters, which.model.summary().parameters());
    try (InputStream file =
        SummaryTest.class.getResourceAsStream("summaries/" + which.name + ".txt")) {
      String keras = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(words(keras), words(which.model.summary().toString()));
    }
  }

  /** Returns the cells of the table and the other lines, because columns may differ in width. */
  private static List<String> words(String summary) {
    var words = new ArrayList<String>();
    for (String line : summary.lines().toList()) {
      if (line.matches("[┏┡├└].*")) {
        words.add(line.replaceAll("[━─]+", ""));
      } else {
        Arrays.stream(line.split("[┃│]")).map(String::strip).forEach(words::add);
      }
    }
    return words;
  }

  @Test
  void allLinesOfTheTableHaveTheSameLength() {
    for (Case which : cases().toList()) {
      List<String> table =
          which.model.toString().lines().filter(line -> line.matches("[┏┃┡│├└].*")).toList();
      for (String line : table) {
        assertEquals(table.get(0).length(), line.length(), which.model.toString());
      }
    }
  }

  @Test
  void numbersDoNotDependOnTheLocale() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertEquals("4,705 (18.38 KB)", Summary.withBytes(4705));
      assertEquals("0 (0.00 B)", Summary.withBytes(0));
      assertTrue(Sequential.of(input(2), dense(999)).toString().contains(" 2,997 "));
    } finally {
      Locale.setDefault(before);
    }
  }
}
