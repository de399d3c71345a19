package org.unroll.bench;

import static org.unroll.layers.Layers.attention;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.timeDistributed;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.network.Layer;

/**
 * A model to measure, with the shapes of its data. All compared frameworks run the same workloads
 * under the same names.
 *
 * @param name the name in the results
 * @param batch the number of samples per batch
 * @param sample draws the data of one batch from a generator
 * @param network builds a new model
 * @param loss the Keras name of the loss
 * @param optimizer the Keras name of the optimizer
 * @param trained whether training is measured in addition to prediction
 */
record Workload(
    String name,
    int batch,
    Drawing sample,
    Supplier<Model> network,
    String loss,
    String optimizer,
    boolean trained) {

  /** Returns random samples with targets. */
  interface Drawing {
    Samples draw(Random random, int samples);
  }

  /** Returns all workloads, in the order of the tables. */
  static final List<Workload> ALL =
      List.of(
          jena("jena-simplernn", () -> layers(input(240, 14), simpleRnn(32), dense(1))),
          jena("jena-lstm", () -> layers(input(240, 14), lstm(32), dense(1))),
          jena("jena-gru", () -> layers(input(240, 14), gru(32), dense(1))),
          jena(
              "jena-gru-dropout",
              () ->
                  layers(input(240, 14), gru(32).dropout(0.2).recurrentDropout(0.2), dense(1))),
          audio(
              "audio-simplernn",
              () -> simpleRnn(32).dropout(0.5).recurrentDropout(0.5).returnSequences(true)),
          audio(
              "audio-lstm",
              () -> lstm(32).dropout(0.5).recurrentDropout(0.5).returnSequences(true)),
          audio(
              "audio-gru",
              () ->
                  gru(32)
                      .resetAfter(false)
                      .dropout(0.5)
                      .recurrentDropout(0.5)
                      .returnSequences(true)),
          imdb("imdb-simplernn", () -> simpleRnn(32)),
          imdb("imdb-lstm", () -> lstm(32)),
          stack(
              "stack-simplernn",
              () ->
                  layers(
                      input(60, 14),
                      simpleRnn(130).dropout(0.2).returnSequences(true),
                      simpleRnn(110).dropout(0.2).returnSequences(true),
                      simpleRnn(130).dropout(0.2).returnSequences(true),
                      simpleRnn(100).activation("sigmoid").dropout(0.2).returnSequences(true),
                      simpleRnn(40).dropout(0.3),
                      dense(1))),
          stack(
              "stack-lstm",
              () ->
                  layers(
                      input(60, 14),
                      lstm(130).dropout(0.2).returnSequences(true),
                      lstm(70).activation("relu").dropout(0.1).returnSequences(true),
                      lstm(100),
                      dense(1, "tanh"))),
          stack(
              "stack-gru",
              () ->
                  layers(
                      input(60, 14),
                      gru(90).dropout(0.2).returnSequences(true),
                      gru(150).dropout(0.2).returnSequences(true),
                      gru(60).activation("relu").dropout(0.5),
                      dense(1))),
          new Workload(
              "bilstm-char",
              64,
              (random, samples) ->
                  Samples.of(ids(random, samples, 100, 64)).targets(ids(random, samples, 100, 64)),
              () ->
                  layers(
                      input(100),
                      embedding(64, 64),
                      bidirectional(lstm(128).returnSequences(true)),
                      dense(64, "softmax")),
              "sparse_categorical_crossentropy",
              "adam",
              true),
          new Workload(
              "big-lstm",
              64,
              (random, samples) -> regression(random, samples, 100, 128),
              () -> layers(input(100, 128), lstm(512), dense(1)),
              "mse",
              "adam",
              true),
          new Workload(
              "encoder-decoder",
              64,
              (random, samples) ->
                  Samples.of(ids(random, samples, 30, 64), ids(random, samples, 30, 64))
                      .targets(ids(random, samples, 30, 64)),
              Workload::encoderDecoder,
              "sparse_categorical_crossentropy",
              "adam",
              true),
          new Workload(
              "two-inputs",
              128,
              (random, samples) ->
                  Samples.of(
                          List.of(
                              normal(random, samples, 240, 14), normal(random, samples, 1, 8, 0)))
                      .targets(normal(random, samples, 1, 1, 0)),
              Workload::twoInputs,
              "mae",
              "rmsprop",
              true),
          new Workload(
              "jena-gru-single",
              1,
              (random, samples) -> regression(random, samples, 240, 14),
              () -> layers(input(240, 14), gru(32), dense(1)),
              "mae",
              "rmsprop",
              false));

  private static Workload jena(String name, Supplier<Model> network) {
    return new Workload(
        name,
        128,
        (random, samples) -> regression(random, samples, 240, 14),
        network,
        "mae",
        "rmsprop",
        true);
  }

  private static Workload audio(String name, Supplier<Layer> recurrent) {
    return new Workload(
        name,
        32,
        (random, samples) ->
            Samples.of(normal(random, samples, 256, 256)).targets(bits(random, samples, 256, 10)),
        () ->
            layers(
                input(256, 256),
                recurrent.get(),
                recurrent.get(),
                timeDistributed(dense(32)),
                dropout(0.5),
                timeDistributed(dense(10, "sigmoid"))),
        "binary_crossentropy",
        "adam",
        true);
  }

  private static Workload imdb(String name, Supplier<Layer> recurrent) {
    return new Workload(
        name,
        128,
        (random, samples) ->
            Samples.of(ids(random, samples, 500, 10_000)).targets(bits(random, samples)),
        () -> layers(input(500), embedding(10_000, 32), recurrent.get(), dense(1, "sigmoid")),
        "binary_crossentropy",
        "rmsprop",
        true);
  }

  private static Workload stack(String name, Supplier<Model> network) {
    return new Workload(
        name,
        32,
        (random, samples) -> regression(random, samples, 60, 14),
        network,
        "mse",
        "adam",
        true);
  }

  /**
   * Returns the workload with this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Workload of(String name) {
    return ALL.stream()
        .filter(workload -> workload.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no workload '"
                        + name
                        + "'. There are: all, "
                        + String.join(", ", ALL.stream().map(Workload::name).toList())));
  }

  /** Returns the compiled model. */
  Model model() {
    Model model = network.get();
    model.compile(optimizer, loss);
    return model;
  }

  /** Returns random batches, the same in every run. */
  Samples data(int batches) {
    return sample.draw(new Random(1), batches * batch).batchSize(batch);
  }

  private static Model layers(Layer... layers) {
    return Sequential.of(layers);
  }

  /** An encoder and a decoder with attention. */
  private static Model encoderDecoder() {
    var source = input(30);
    var target = input(30);
    var encoder =
        lstm(128).returnSequences(true).returnState(true).on(embedding(64, 64).on(source));
    var decoder =
        lstm(128).returnSequences(true).on(embedding(64, 64).on(target), encoder.states());
    var context = attention().on(decoder, encoder);
    return Model.of(
        List.of(source, target), dense(64, "softmax").on(concatenate().on(decoder, context)));
  }

  /** A sequence and static features. */
  private static Model twoInputs() {
    var series = input(240, 14);
    var place = input(8);
    var both = concatenate().on(gru(32).on(series), place);
    return Model.of(List.of(series, place), dense(1).on(dense(32, "relu").on(both)));
  }

  /** Returns sequences of normally distributed features with one normally distributed target each. */
  static Samples regression(Random random, int samples, int timesteps, int features) {
    double[] targets = new double[samples];
    Arrays.setAll(targets, i -> random.nextGaussian());
    return Samples.of(normal(random, samples, timesteps, features)).targets(targets);
  }

  private static double[][][] normal(Random random, int samples, int timesteps, int features) {
    double[][][] values = new double[samples][timesteps][features];
    for (double[][] sequence : values) {
      for (double[] step : sequence) {
        Arrays.setAll(step, i -> random.nextGaussian());
      }
    }
    return values;
  }

  private static double[][] normal(
      Random random, int samples, int timesteps, int features, int step) {
    return Arrays.stream(normal(random, samples, timesteps, features))
        .map(sample -> sample[step])
        .toArray(double[][]::new);
  }

  private static double[][][] bits(Random random, int samples, int timesteps, int outputs) {
    double[][][] values = new double[samples][timesteps][outputs];
    for (double[][] sequence : values) {
      for (double[] step : sequence) {
        Arrays.setAll(step, i -> random.nextInt(2));
      }
    }
    return values;
  }

  private static double[] bits(Random random, int samples) {
    double[] values = new double[samples];
    Arrays.setAll(values, i -> random.nextInt(2));
    return values;
  }

  private static int[][] ids(Random random, int samples, int timesteps, int vocabulary) {
    int[][] values = new int[samples][timesteps];
    for (int[] sequence : values) {
      Arrays.setAll(sequence, i -> random.nextInt(vocabulary));
    }
    return values;
  }
}
