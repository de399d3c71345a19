package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.unroll.optimizers.Adadelta;
import org.unroll.optimizers.Adagrad;
import org.unroll.optimizers.Adam;
import org.unroll.optimizers.Adamax;
import org.unroll.optimizers.FluentOptimizer;
import org.unroll.optimizers.Ftrl;
import org.unroll.optimizers.Lamb;
import org.unroll.optimizers.Lion;
import org.unroll.optimizers.Nadam;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;
import org.unroll.optimizers.RmsProp;
import org.unroll.optimizers.Sgd;

/** The formats of optimizers. */
final class OptimizerFormats {
  private static final String MODULE = "keras.optimizers";

  private static final List<Format<? extends Optimizer>> FORMATS =
      List.of(
          common(Format.of(MODULE, "SGD", Sgd.class, config -> Optimizers.sgd()))
              .number("momentum", Sgd::momentum, Sgd::momentum)
              .flag("nesterov", Sgd::nesterov, Sgd::nesterov),
          common(Format.of(MODULE, "RMSprop", RmsProp.class, config -> Optimizers.rmsprop()))
              .number("rho", RmsProp::rho, RmsProp::rho)
              .number("momentum", RmsProp::momentum, RmsProp::momentum)
              .number("epsilon", RmsProp::epsilon, RmsProp::epsilon)
              .flag("centered", RmsProp::centered, RmsProp::centered),
          adam(Format.of(MODULE, "AdamW", Adam.class, config -> Optimizers.adamW()))
              .when(Adam.class, adam -> adam.name().equals("adamw")),
          adam(Format.of(MODULE, "Adam", Adam.class, config -> Optimizers.adam())),
          common(Format.of(MODULE, "Nadam", Nadam.class, config -> Optimizers.nadam()))
              .number("beta_1", Nadam::beta1, Nadam::beta1)
              .number("beta_2", Nadam::beta2, Nadam::beta2)
              .number("epsilon", Nadam::epsilon, Nadam::epsilon),
          common(Format.of(MODULE, "Adamax", Adamax.class, config -> Optimizers.adamax()))
              .number("beta_1", Adamax::beta1, Adamax::beta1)
              .number("beta_2", Adamax::beta2, Adamax::beta2)
              .number("epsilon", Adamax::epsilon, Adamax::epsilon),
          common(Format.of(MODULE, "Adagrad", Adagrad.class, config -> Optimizers.adagrad()))
              .number(
                  "initial_accumulator_value",
                  Adagrad::initialAccumulatorValue,
                  Adagrad::initialAccumulatorValue)
              .number("epsilon", Adagrad::epsilon, Adagrad::epsilon),
          common(Format.of(MODULE, "Adadelta", Adadelta.class, config -> Optimizers.adadelta()))
              .number("rho", Adadelta::rho, Adadelta::rho)
              .number("epsilon", Adadelta::epsilon, Adadelta::epsilon),
          common(Format.of(MODULE, "Lion", Lion.class, config -> Optimizers.lion()))
              .number("beta_1", Lion::beta1, Lion::beta1)
              .number("beta_2", Lion::beta2, Lion::beta2),
          common(Format.of(MODULE, "Lamb", Lamb.class, config -> Optimizers.lamb()))
              .number("beta_1", Lamb::beta1, Lamb::beta1)
              .number("beta_2", Lamb::beta2, Lamb::beta2)
              .number("epsilon", Lamb::epsilon, Lamb::epsilon),
          common(Format.of(MODULE, "Ftrl", Ftrl.class, config -> Optimizers.ftrl()))
              .number("learning_rate_power", Ftrl::learningRatePower, Ftrl::learningRatePower)
              .number(
                  "initial_accumulator_value",
                  Ftrl::initialAccumulatorValue,
                  Ftrl::initialAccumulatorValue)
              .number("l1_regularization_strength", Ftrl::l1, Ftrl::l1)
              .number("l2_regularization_strength", Ftrl::l2, Ftrl::l2)
              .number("l2_shrinkage_regularization_strength", Ftrl::l2Shrinkage, Ftrl::l2Shrinkage)
              .number("beta", Ftrl::beta, Ftrl::beta));

  private OptimizerFormats() {}

  /** Adds the arguments that all optimizers of Keras have. */
  static <O extends FluentOptimizer<O>> Format<O> common(Format<O> format) {
    return format
        .node("learning_rate", OptimizerFormats::learningRate, OptimizerFormats::learningRate)
        .optionalNumber("weight_decay", O::weightDecay, O::weightDecay)
        .optionalNumber("clipnorm", O::clipnorm, O::clipnorm)
        .optionalNumber("clipvalue", O::clipvalue, O::clipvalue)
        .optionalNumber("global_clipnorm", O::globalClipnorm, O::globalClipnorm)
        .flag("use_ema", O::useEma, O::useEma)
        .number("ema_momentum", O::emaMomentum, O::emaMomentum)
        .optionalInteger(
            "ema_overwrite_frequency", O::emaOverwriteFrequency, O::emaOverwriteFrequency)
        .optionalInteger(
            "gradient_accumulation_steps",
            O::gradientAccumulationSteps,
            O::gradientAccumulationSteps)
        .optionalNumber("loss_scale_factor", O::lossScaleFactor, O::lossScaleFactor)
        // The name of the object, and how a backend compiles; neither changes a step.
        .ignore("name", "jit_compile");
  }

  /** Returns the names of the arguments that Keras's base class has; none for other classes. */
  static Set<String> common(Class<?> type) {
    Set<String> names = new TreeSet<>();
    if (FluentOptimizer.class.isAssignableFrom(type)) {
      JsonNode common =
          common(Format.of(MODULE, "", Sgd.class, config -> null)).write(Optimizers.sgd());
      common.get("config").fieldNames().forEachRemaining(names::add);
    }
    return names;
  }

  private static Format<Adam> adam(Format<Adam> format) {
    return common(format)
        .number("beta_1", Adam::beta1, Adam::beta1)
        .number("beta_2", Adam::beta2, Adam::beta2)
        .number("epsilon", Adam::epsilon, Adam::epsilon)
        .flag("amsgrad", Adam::amsgrad, Adam::amsgrad);
  }

  private static JsonNode learningRate(Optimizer optimizer) {
    return optimizer.schedule() == null
        ? JsonNodeFactory.instance.numberNode(optimizer.learningRate())
        : ScheduleFormats.write(optimizer.schedule());
  }

  private static <O extends FluentOptimizer<O>> O learningRate(O optimizer, JsonNode rate) {
    if (rate.isNumber()) {
      optimizer.learningRate(rate.doubleValue());
      return optimizer;
    }
    return optimizer.learningRate(ScheduleFormats.read(rate));
  }

  /** Reads an optimizer from its configuration or from its name. */
  static Optimizer read(JsonNode node) {
    if (node.isTextual() && Format.registeredName(node) == null) {
      return Optimizers.of(node.asText());
    }
    String type = node.path("class_name").asText("");
    Format<? extends Optimizer> format = Format.named(FORMATS, Optimizer.class, node);
    if (format == null) {
      throw new IllegalArgumentException(
          "The optimizer '"
              + type
              + "' is not supported. Supported: "
              + FORMATS.stream().map(Format::className).toList());
    }
    Config config = new Config("the optimizer " + type, node.path("config"));
    Optimizer optimizer = format.read(config);
    config.finish();
    return optimizer;
  }

  /** Writes an optimizer. */
  static ObjectNode write(Optimizer optimizer) {
    Format<?> format = Format.of(FORMATS, optimizer);
    if (format == null) {
      throw new IllegalArgumentException(
          "The optimizer '"
              + optimizer.name()
              + "' cannot be saved: it must be one of "
              + FORMATS.stream().map(Format::className).toList()
              + " or registered. "
              + CustomObjects.howToRegister(optimizer));
    }
    return format.write(optimizer);
  }
}
