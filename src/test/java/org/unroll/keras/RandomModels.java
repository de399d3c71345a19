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
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.network.Weight;
import org.unroll.training.FitOptions;

/**
 * The Java half of {@code src/test/python/random_models.py}. For each folder in the given one,
 * loads {@code model.keras}, predicts, evaluates, trains one epoch and saves the model, before
 * training as {@code before.keras} and afterwards as {@code after.keras}. Arrays are little-endian
 * float32 in the order of Keras. A model that is refused leaves its message in {@code java.json}.
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
    Sequential model = Sequential.load(folder.resolve("model.keras"));
    Dataset data = new Arrays(folder, info).batchSize(info.get("batch_size").asInt());
    write(folder.resolve("j_pred.bin"), flat(model.predict(data).toArray()));
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

  private static float[] weights(Sequential model) {
    List<Weight> weights = model.network().weights();
    float[] all = new float[weights.stream().mapToInt(Weight::size).sum()];
    int at = 0;
    for (Weight weight : weights) {
      System.arraycopy(weight.values(), 0, all, at, weight.size());
      at += weight.size();
    }
    return all;
  }

  private static float[] flat(double[][] samples) {
    float[] all = new float[samples.length * samples[0].length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (float) samples[i / samples[0].length][i % samples[0].length];
    }
    return all;
  }

  private static void resetStates(Sequential model) {
    if (model.network().isStateful()) {
      model.resetStates();
    }
  }

  private static void write(Path file, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    Files.write(file, bytes.array());
  }

  private static float[] read(Path file) throws IOException {
    FloatBuffer floats =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[floats.remaining()];
    floats.get(values);
    return values;
  }

  /** The samples of a case. */
  private static final class Arrays implements Dataset {
    private final int size;
    private final Shape inputShape;
    private final Shape targetShape;
    private final Shape weightShape;
    private final float[] x;
    private final float[] y;
    private final float[] weights;

    Arrays(Path folder, JsonNode info) throws IOException {
      size = info.get("x_shape").get(0).asInt();
      inputShape = sample(info.get("x_shape"));
      targetShape = sample(info.get("y_shape"));
      boolean weighted = info.hasNonNull("w_shape");
      weightShape = weighted ? sample(info.get("w_shape")) : null;
      x = read(folder.resolve("x.bin"));
      y = read(folder.resolve("y.bin"));
      weights = weighted ? read(folder.resolve("w.bin")) : new float[0];
    }

    private static Shape sample(JsonNode axes) {
      int[] shape = new int[axes.size() - 1];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = axes.get(i + 1).asInt();
      }
      return Shape.of(shape);
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public Shape inputShape() {
      return inputShape;
    }

    @Override
    public Shape targetShape() {
      return targetShape;
    }

    @Override
    public Shape weightShape() {
      return weightShape;
    }

    @Override
    public void copyInput(int sample, float[] slice, int row, int rows) {
      int timesteps = inputShape.rank() < 2 ? 1 : inputShape.axis(0);
      int width = inputShape.size() / timesteps;
      for (int t = 0; t < timesteps; t++) {
        int from = (sample * timesteps + t) * width;
        System.arraycopy(x, from, slice, (t * rows + row) * width, width);
      }
    }

    @Override
    public void copyTarget(int sample, float[] target, int offset) {
      System.arraycopy(y, sample * targetShape.size(), target, offset, targetShape.size());
    }

    @Override
    public void copyWeights(int sample, float[] out, int offset) {
      System.arraycopy(weights, sample * weightShape.size(), out, offset, weightShape.size());
    }
  }
}
