package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.unroll.Model;
import org.unroll.Predictions;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.network.Weight;
import org.unroll.training.FitOptions;

/**
 * The Java half of {@code src/test/python/random_models.py} and {@code random_graphs.py}. For each
 * folder in the given one, loads {@code model.keras}, predicts, evaluates, trains one epoch and
 * saves the model, before training as {@code before.keras} and afterwards as {@code after.keras}.
 * Arrays are little-endian float32 in the order of Keras. A model that is refused leaves its
 * message in {@code java.json}.
 */
final class RandomModels {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RandomModels() {}

  public static void main(String[] args) throws IOException {
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      files.filter(file -> Files.exists(file.resolve("info.json"))).sorted().forEach(folders::add);
    }
    for (Path folder : folders) {
      ObjectNode result = JSON.createObjectNode();
      try {
        run(folder, result);
      } catch (RuntimeException e) {
        result.put("error", e.toString());
      }
      Files.writeString(folder.resolve("java.json"), result.toString());
    }
    System.out.println(folders.size() + " models");
  }

  private static void run(Path folder, ObjectNode result) throws IOException {
    JsonNode info = JSON.readTree(folder.resolve("info.json").toFile());
    Model model = Model.load(folder.resolve("model.keras"));
    Dataset data = new Arrays(folder, info).batchSize(info.get("batch_size").asInt());
    resetStates(model);
    write(folder.resolve("j_pred.bin"), flat(model.predict(data)));
    resetStates(model);
    if (info.get("compiled").asBoolean()) {
      ObjectNode evaluation = result.putObject("evaluation");
      for (Map.Entry<String, Double> entry : model.evaluate(data).asMap().entrySet()) {
        evaluation.put(entry.getKey(), entry.getValue().toString());
      }
      resetStates(model);
    }
    model.save(folder.resolve("before.keras"));
    if (info.get("train").asBoolean()) {
      var steps = new ArrayList<float[]>();
      Callback keepsWeights =
          new Callback() {
            @Override
            public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
              steps.add(weights(model));
            }
          };
      model.fit(data, FitOptions.epochs(1).verbose(0).callbacks(keepsWeights));
      for (int step = 0; step < steps.size(); step++) {
        write(folder.resolve("j_step" + (step + 1) + ".bin"), steps.get(step));
      }
      write(folder.resolve("j_final.bin"), weights(model)); // with an average, not those of a step
      model.save(folder.resolve("after.keras"));
    }
  }

  private static float[] weights(Model model) {
    List<Weight> weights = model.network().weights();
    float[] all = new float[weights.stream().mapToInt(Weight::size).sum()];
    int at = 0;
    for (Weight weight : weights) {
      System.arraycopy(weight.values(), 0, all, at, weight.size());
      at += weight.size();
    }
    return all;
  }

  /** Returns all outputs, one after the other. */
  private static float[] flat(Predictions predictions) {
    List<double[]> rows = new ArrayList<>();
    boolean several = predictions.outputs().size() > 1;
    for (Predictions output : several ? predictions.outputs().values() : List.of(predictions)) {
      rows.addAll(List.of(output.toArray()));
    }
    float[] all = new float[rows.stream().mapToInt(row -> row.length).sum()];
    int at = 0;
    for (double[] row : rows) {
      for (double value : row) {
        all[at++] = (float) value;
      }
    }
    return all;
  }

  private static void resetStates(Model model) {
    if (model.network().isStateful()) {
      model.resetStates();
    }
  }

  private static void write(Path file, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }

  /** Arrays whose first axis is that of the samples. */
  private record Block(int count, Shape shape, float[] values) {
    /** Reads one block, or one for each of a list of shapes; none if the shape is null. */
    static List<Block> read(Path folder, JsonNode info, String name) throws IOException {
      List<Block> blocks = new ArrayList<>();
      JsonNode axes = info.path(name + "_shape");
      for (int i = 0; axes.path(0).isArray() && i < axes.size(); i++) {
        blocks.add(one(folder.resolve(name + i + ".bin"), axes.get(i)));
      }
      if (axes.path(0).isNumber()) {
        blocks.add(one(folder.resolve(name + ".bin"), axes));
      }
      return blocks;
    }

    private static Block one(Path file, JsonNode axes) throws IOException {
      int[] shape = new int[axes.size() - 1];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = axes.get(i + 1).asInt();
      }
      FloatBuffer floats =
          ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      float[] values = new float[floats.remaining()];
      floats.get(values);
      return new Block(axes.get(0).asInt(), Shape.of(shape), values);
    }
  }

  /** The samples of a case, or one of its inputs or outputs. */
  private static final class Arrays implements Dataset {
    private final List<Block> inputs;
    private final List<Block> targets;
    private final List<Block> weights;

    Arrays(Path folder, JsonNode info) throws IOException {
      this(
          Block.read(folder, info, "x"),
          Block.read(folder, info, "y"),
          Block.read(folder, info, "w"));
    }

    private Arrays(List<Block> inputs, List<Block> targets, List<Block> weights) {
      this.inputs = inputs;
      this.targets = targets;
      this.weights = weights;
    }

    @Override
    public List<Dataset> inputParts() {
      return inputs.stream()
          .<Dataset>map(input -> new Arrays(List.of(input), targets, weights))
          .toList();
    }

    @Override
    public List<Dataset> targetParts() {
      List<Dataset> parts = new ArrayList<>();
      for (int i = 0; i < targets.size(); i++) {
        List<Block> own = weights.isEmpty() ? weights : List.of(weights.get(i));
        parts.add(new Arrays(inputs, List.of(targets.get(i)), own));
      }
      return parts;
    }

    @Override
    public int size() {
      return inputs.get(0).count();
    }

    @Override
    public Shape inputShape() {
      return inputs.get(0).shape();
    }

    @Override
    public Shape targetShape() {
      return targets.get(0).shape();
    }

    @Override
    public Shape weightShape() {
      return weights.isEmpty() ? null : weights.get(0).shape();
    }

    @Override
    public void copyInput(int sample, float[] slice, int row, int rows) {
      Shape shape = inputShape();
      int timesteps = shape.rank() < 2 ? 1 : shape.axis(0);
      int width = shape.size() / timesteps;
      for (int t = 0; t < timesteps; t++) {
        int from = (sample * timesteps + t) * width;
        System.arraycopy(inputs.get(0).values(), from, slice, (t * rows + row) * width, width);
      }
    }

    @Override
    public void copyTarget(int sample, float[] target, int offset) {
      copy(targets.get(0), sample, target, offset);
    }

    @Override
    public void copyWeights(int sample, float[] out, int offset) {
      copy(weights.get(0), sample, out, offset);
    }

    private static void copy(Block block, int sample, float[] out, int offset) {
      int size = block.shape().size();
      System.arraycopy(block.values(), sample * size, out, offset, size);
    }
  }
}
