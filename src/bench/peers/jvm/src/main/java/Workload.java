import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The workloads of README.md, as in workloads.py for the Python peers. */
record Workload(
    int batch,
    int timesteps,
    int features,
    List<Layer> layers,
    String loss,
    String optimizer,
    boolean predictOnly) {

  sealed interface Layer {}

  record Embedding(int vocabulary, int units) implements Layer {}

  /** The options have the names of Keras. */
  record Recurrent(
      String cell,
      int units,
      String activation,
      double dropout,
      double recurrentDropout,
      boolean returnSequences,
      boolean bidirectional)
      implements Layer {}

  record Dense(int units, String activation) implements Layer {}

  static Map<String, Workload> all() {
    Map<String, Workload> all = new LinkedHashMap<>();
    for (String cell : List.of("simplernn", "lstm", "gru")) {
      all.put("jena-" + cell, jena(128, last(cell, 32, "tanh", 0), false));
    }
    Recurrent dropout = new Recurrent("gru", 32, "tanh", 0.2, 0.2, false, false);
    all.put("jena-gru-dropout", jena(128, dropout, false));
    for (String cell : List.of("simplernn", "lstm", "gru")) {
      // The layers after the recurrent ones are left out because no peer on the JVM has recurrent dropout.
      Recurrent recurrent = new Recurrent(cell, 32, "tanh", 0.5, 0.5, true, false);
      List<Layer> layers = List.of(recurrent, recurrent, new Dense(10, "sigmoid"));
      all.put(
          "audio-" + cell,
          new Workload(32, 256, 256, layers, "binary_crossentropy", "adam", false));
    }
    for (String cell : List.of("simplernn", "lstm")) {
      List<Layer> layers =
          List.of(new Embedding(10_000, 32), last(cell, 32, "tanh", 0), new Dense(1, "sigmoid"));
      all.put(
          "imdb-" + cell,
          new Workload(128, 500, 0, layers, "binary_crossentropy", "rmsprop", false));
    }
    all.put(
        "stack-simplernn",
        stack(
            sequences("simplernn", 130, "tanh", 0.2),
            sequences("simplernn", 110, "tanh", 0.2),
            sequences("simplernn", 130, "tanh", 0.2),
            sequences("simplernn", 100, "sigmoid", 0.2),
            last("simplernn", 40, "tanh", 0.3),
            new Dense(1, "linear")));
    all.put(
        "stack-lstm",
        stack(
            sequences("lstm", 130, "tanh", 0.2),
            sequences("lstm", 70, "relu", 0.1),
            last("lstm", 100, "tanh", 0),
            new Dense(1, "tanh")));
    all.put(
        "stack-gru",
        stack(
            sequences("gru", 90, "tanh", 0.2),
            sequences("gru", 150, "tanh", 0.2),
            last("gru", 60, "relu", 0.5),
            new Dense(1, "linear")));
    List<Layer> characters =
        List.of(
            new Embedding(64, 64),
            new Recurrent("lstm", 128, "tanh", 0, 0, true, true),
            new Dense(64, "softmax"));
    all.put(
        "bilstm-char",
        new Workload(64, 100, 0, characters, "sparse_categorical_crossentropy", "adam", false));
    List<Layer> big = List.of(last("lstm", 512, "tanh", 0), new Dense(1, "linear"));
    all.put("big-lstm", new Workload(64, 100, 128, big, "mse", "adam", false));
    all.put("jena-gru-single", jena(1, last("gru", 32, "tanh", 0), true));
    return all;
  }

  private static Workload jena(int batch, Recurrent recurrent, boolean predictOnly) {
    List<Layer> layers = List.of(recurrent, new Dense(1, "linear"));
    return new Workload(batch, 240, 14, layers, "mae", "rmsprop", predictOnly);
  }

  private static Workload stack(Layer... layers) {
    return new Workload(32, 60, 14, List.of(layers), "mse", "adam", false);
  }

  private static Recurrent sequences(String cell, int units, String activation, double dropout) {
    return new Recurrent(cell, units, activation, dropout, 0, true, false);
  }

  private static Recurrent last(String cell, int units, String activation, double dropout) {
    return new Recurrent(cell, units, activation, dropout, 0, false, false);
  }

  boolean hasSequenceOutput() {
    return layers.get(layers.size() - 2) instanceof Recurrent r && r.returnSequences();
  }

  int outputs() {
    return ((Dense) layers.get(layers.size() - 1)).units();
  }

  /** Returns inputs, batch × timesteps × features, or ids, batch × timesteps. */
  float[] inputs() {
    Random random = new Random(7);
    float[] inputs = new float[batch * timesteps * Math.max(1, features)];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] =
          features > 0
              ? (float) random.nextGaussian()
              : random.nextInt(((Embedding) layers.get(0)).vocabulary());
    }
    return inputs;
  }

  /** Returns targets: classes if the loss is sparse, otherwise one number per output. */
  float[] targets() {
    Random random = new Random(8);
    boolean sparse = loss.startsWith("sparse");
    int positions = batch * (hasSequenceOutput() ? timesteps : 1);
    float[] targets = new float[positions * (sparse ? 1 : outputs())];
    for (int i = 0; i < targets.length; i++) {
      targets[i] =
          sparse
              ? random.nextInt(outputs())
              : loss.startsWith("binary") ? random.nextInt(2) : (float) random.nextGaussian();
    }
    return targets;
  }
}
