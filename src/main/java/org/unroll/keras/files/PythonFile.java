package org.unroll.keras.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;
import org.unroll.network.Cell;
import org.unroll.network.Constraint;
import org.unroll.network.Initializer;
import org.unroll.network.Layer;
import org.unroll.network.Weight;
import org.unroll.optimizers.LearningRateSchedule;
import org.unroll.optimizers.Optimizer;

/**
 * A Python file with classes that Keras does not have. Those of this library are stored as
 * resources next to this class. Of a user's class, it contains the constructor, the weights and
 * {@code get_config}; the methods with the equations raise an error until they are written.
 */
public final class PythonFile {
  private static final String HEADER =
      """
      \"""Classes of models that Unroll has saved and that Keras does not have.

      Import this file before you load such a model with keras.models.load_model.
      \"""
      import keras
      from keras import ops
      """;

  private static final String READ_OBJECT =
      """
      def read_object(value):
          \"""Returns the object of a configuration, such as a layer, or a list of objects.\"""
          return keras.saving.deserialize_keras_object(value) if isinstance(value, (dict, list)) else value
      """;

  private static final String USES = "# uses ";

  /** What Keras handles, or what the base classes have. */
  private static final Set<String> COMMON =
      Set.of("name", "trainable", "dtype", "activity_regularizer", "reduction");

  /**
   * What the classes of one kind have in Python.
   *
   * @param base the base class; its constructor has no arguments if it is not a layer, loss, metric
   *     or optimizer
   * @param methods the methods that must be written
   */
  private record Kind(Class<?> type, String base, boolean hasOptions, List<String> methods) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind(
              Cell.class,
              "keras.layers.Layer",
              true,
              List.of("call(self, inputs, states, training=False)")),
          new Kind(
              Layer.class,
              "keras.layers.Layer",
              true,
              List.of("call(self, inputs, mask=None, training=False)")),
          new Kind(Loss.class, "keras.losses.Loss", true, List.of("call(self, y_true, y_pred)")),
          new Kind(
              Metric.class,
              "keras.metrics.Metric",
              true,
              List.of("update_state(self, y_true, y_pred, sample_weight=None)", "result(self)")),
          new Kind(
              Optimizer.class,
              "keras.optimizers.Optimizer",
              true,
              List.of("update_step(self, gradient, variable, learning_rate)")),
          new Kind(
              Initializer.class,
              "keras.initializers.Initializer",
              false,
              List.of("__call__(self, shape, dtype=None)")),
          new Kind(
              Constraint.class,
              "keras.constraints.Constraint",
              false,
              List.of("__call__(self, value)")),
          new Kind(
              LearningRateSchedule.class,
              "keras.optimizers.schedules.LearningRateSchedule",
              false,
              List.of("__call__(self, step)")));

  private final Map<String, String> sources = new LinkedHashMap<>();

  /** Creates a file without classes. */
  public PythonFile() {}

  /** Returns whether the file has no classes yet. */
  public boolean isEmpty() {
    return sources.isEmpty();
  }

  /**
   * Adds a class of this library.
   *
   * @param name the name of the class in Python
   */
  public void add(String name) throws IOException {
    if (sources.containsKey(name)) {
      return;
    }
    String source;
    try (InputStream in = PythonFile.class.getResourceAsStream(name + ".py")) {
      if (in == null) {
        throw new IllegalArgumentException("The class '" + name + "' has no source in Python.");
      }
      source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    while (source.startsWith(USES)) {
      int end = source.indexOf('\n');
      add(source.substring(USES.length(), end).strip());
      source = source.substring(end + 1);
    }
    sources.put(name, source);
  }

  /**
   * Adds a class of a user.
   *
   * @param registeredName {@code package>Name}
   * @param type the class in Java
   * @param config the arguments of an object of this class
   * @param common the names of the arguments that its base class has
   * @param states the number of states of a cell
   * @param weights the weights of a layer, without those of its inner layers
   */
  public void add(
      String registeredName,
      Class<?> type,
      JsonNode config,
      Set<String> common,
      List<Integer> states,
      List<Weight> weights) {
    int end = registeredName.indexOf('>');
    String name = registeredName.substring(end + 1);
    if (sources.containsKey(name)) {
      return;
    }
    Kind kind = KINDS.stream().filter(k -> k.type.isAssignableFrom(type)).findFirst().orElseThrow();
    List<String> arguments = new ArrayList<>();
    config
        .fieldNames()
        .forEachRemaining(
            argument -> {
              if (!COMMON.contains(argument) && !common.contains(argument)) {
                arguments.add(argument);
              }
            });
    var text = new StringBuilder();
    line(text, 0, "@keras.saving.register_keras_serializable(%s)", quoted(registeredName, end));
    line(text, 0, "class %s(%s):", name, kind.base);
    String parameters = String.join("", arguments.stream().map(a -> ", " + a).toList());
    line(text, 1, "def __init__(self%s%s):", parameters, kind.hasOptions ? ", **kwargs" : "");
    line(text, 2, "super().__init__(%s)", kind.hasOptions ? "**kwargs" : "");
    for (String argument : arguments) {
      boolean isObject = config.get(argument).isContainerNode();
      if (isObject) {
        sources.putIfAbsent("read_object", READ_OBJECT);
      }
      line(text, 2, "self.%1$s = " + (isObject ? "read_object(%1$s)" : "%1$s"), argument);
    }
    if (!states.isEmpty()) {
      line(text, 2, "self.state_size = %s", states);
      line(text, 2, "self.output_size = self.state_size[0]  # the width of the output");
    } else if (Layer.class.isAssignableFrom(type)) {
      line(text, 2, "self.supports_masking = True");
    }
    build(text, weights);
    for (String method : kind.methods) {
      line(text, 0, "");
      line(text, 1, "def %s:", method);
      line(
          text,
          2,
          "raise NotImplementedError(\"%s.%s must be written in Python: the equations of %s\")",
          name,
          method.substring(0, method.indexOf('(')),
          registeredName);
    }
    line(text, 0, "");
    line(text, 1, "def get_config(self):");
    String base = kind.hasOptions ? "**super().get_config()" : "";
    List<String> entries = new ArrayList<>(base.isEmpty() ? List.of() : List.of(base));
    arguments.forEach(argument -> entries.add("\"" + argument + "\": self." + argument));
    line(text, 2, "return {%s}", String.join(", ", entries));
    sources.put(name, text.toString());
  }

  private static void build(StringBuilder text, List<Weight> weights) {
    if (weights.isEmpty()) {
      return;
    }
    line(text, 0, "");
    line(text, 1, "def build(self, input_shape):");
    line(text, 2, "# The shapes are those of the model that was saved.");
    for (Weight weight : weights) {
      line(
          text,
          2,
          "self.%s = self.add_weight(shape=%s, name=\"%s\", trainable=%s)",
          weight.name().replaceAll("\\W", "_"),
          weight.shape(),
          weight.name(),
          weight.isVariable() ? "True" : "False");
    }
  }

  private static String quoted(String registeredName, int end) {
    return "\""
        + registeredName.substring(0, end).replace("\\", "\\\\").replace("\"", "\\\"")
        + "\"";
  }

  private static void line(StringBuilder text, int indent, String format, Object... arguments) {
    text.append("    ".repeat(indent)).append(String.format(format, arguments)).append('\n');
  }

  /** Returns the text of the file. */
  @Override
  public String toString() {
    return HEADER + "\n\n" + String.join("\n\n", sources.values());
  }
}
