package org.unroll.keras;

import static org.unroll.keras.LayerFormats.layer;
import static org.unroll.keras.LayerFormats.single;
import static org.unroll.keras.LayerFormats.withWeights;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.function.Function;
import org.unroll.layers.Layers;
import org.unroll.layers.normalization.BatchNormalization;
import org.unroll.layers.normalization.GroupNormalization;
import org.unroll.layers.normalization.LayerNormalization;
import org.unroll.layers.normalization.Normalization;
import org.unroll.layers.normalization.NormalizationLayer;
import org.unroll.layers.normalization.UnitNormalization;

/** The formats of the layers of {@link org.unroll.layers.normalization}. */
final class NormalizationFormats {
  private NormalizationFormats() {}

  /** Returns the formats, one for each layer. */
  static List<LayerFormat<?>> formats() {
    return List.of(
        layerNormalization(),
        batchNormalization(),
        groupNormalization(),
        normalization(),
        unitNormalization());
  }

  private static <L extends NormalizationLayer<L>> Format<L> normalization(
      String className, Class<L> type, Function<Config, L> create) {
    return withWeights(layer(className, type, create))
        .text("name", L::name, L::name)
        .node(
            "axis",
            layer -> JsonNodeFactory.instance.numberNode(layer.axis()),
            (layer, axis) -> layer.axis(single(layer, "axis", axis)))
        .number("epsilon", L::epsilon, L::epsilon)
        .flag("center", L::center, L::center)
        .flag("scale", L::scale, L::scale)
        .initializer("beta_initializer", L::betaInitializer, L::betaInitializer)
        .initializer("gamma_initializer", L::gammaInitializer, L::gammaInitializer)
        .regularizer("beta_regularizer", L::betaRegularizer, L::betaRegularizer)
        .regularizer("gamma_regularizer", L::gammaRegularizer, L::gammaRegularizer)
        .constraint("beta_constraint", L::betaConstraint, L::betaConstraint)
        .constraint("gamma_constraint", L::gammaConstraint, L::gammaConstraint);
  }

  private static LayerFormat<LayerNormalization> layerNormalization() {
    return LayerFormat.of(
        normalization(
                "LayerNormalization",
                LayerNormalization.class,
                config -> Layers.layerNormalization())
            .refuseFlag("rms_scaling", "it is deprecated in Keras."));
  }

  private static LayerFormat<BatchNormalization> batchNormalization() {
    return LayerFormat.of(
        normalization(
                "BatchNormalization",
                BatchNormalization.class,
                config -> Layers.batchNormalization())
            .number("momentum", BatchNormalization::momentum, BatchNormalization::momentum)
            .initializer(
                "moving_mean_initializer",
                BatchNormalization::movingMeanInitializer,
                BatchNormalization::movingMeanInitializer)
            .initializer(
                "moving_variance_initializer",
                BatchNormalization::movingVarianceInitializer,
                BatchNormalization::movingVarianceInitializer)
            .refuseFlag("renorm", "the statistics must be those of the batch.")
            .ignore("synchronized", "renorm_clipping", "renorm_momentum"));
  }

  private static LayerFormat<GroupNormalization> groupNormalization() {
    return LayerFormat.of(
        normalization(
                "GroupNormalization",
                GroupNormalization.class,
                config -> Layers.groupNormalization(config.integer("groups")))
            .integer("groups", GroupNormalization::groups));
  }

  private static LayerFormat<Normalization> normalization() {
    return LayerFormat.of(
        layer("Normalization", Normalization.class, NormalizationFormats::createNormalization)
            .text("name", Normalization::name, Normalization::name)
            .node(
                "axis",
                layer -> single(layer.axis()),
                (layer, axis) -> layer.axis(single(layer, "axis", axis)))
            .flag("invert", Normalization::invert, Normalization::invert)
            .node("mean", layer -> numbers(layer.fixedMean()))
            .node("variance", layer -> numbers(layer.fixedVariance())));
  }

  private static Normalization createNormalization(Config config) {
    if (config.isNull("axis")) {
      throw config.wrong("axis", "the last axis", JsonNodeFactory.instance.nullNode());
    }
    boolean hasVariance = config.has("variance");
    Normalization layer = Layers.normalization();
    return config.has("mean") || hasVariance
        ? layer.statistics(numbers(config, "mean"), numbers(config, "variance"))
        : layer;
  }

  private static JsonNode numbers(double[] values) {
    if (values == null) {
      return JsonNodeFactory.instance.nullNode();
    }
    ArrayNode node = JsonNodeFactory.instance.arrayNode();
    for (double value : values) {
      node.add(value);
    }
    return values.length == 1 ? node.get(0) : node;
  }

  private static double[] numbers(Config config, String name) {
    JsonNode node = config.node(name);
    if (node.isNumber()) {
      return new double[] {node.doubleValue()};
    }
    double[] values = new double[node.size()];
    for (int i = 0; i < values.length; i++) {
      if (!node.path(i).isNumber()) {
        throw config.wrong(name, "a number or a list of numbers", node);
      }
      values[i] = node.get(i).doubleValue();
    }
    return values;
  }

  private static LayerFormat<UnitNormalization> unitNormalization() {
    return LayerFormat.of(
        layer("UnitNormalization", UnitNormalization.class, config -> Layers.unitNormalization())
            .text("name", UnitNormalization::name, UnitNormalization::name)
            .node(
                "axis",
                layer -> JsonNodeFactory.instance.numberNode(layer.axis()),
                (layer, axis) -> layer.axis(single(layer, "axis", axis))));
  }
}
