package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import org.unroll.training.FluentOptimizer;
import org.unroll.training.LearningRateSchedule;
import org.unroll.training.Loss;
import org.unroll.training.Losses;
import org.unroll.training.Optimizer;
import org.unroll.training.Optimizers;
import org.unroll.training.Schedules;

/** Optimizers, schedules and losses from their Keras configurations. */
final class TrainingConfigs {
  private TrainingConfigs() {}

  static Optimizer optimizer(JsonNode node) {
    String type = node.path("class_name").asText("");
    Config config = new Config("the optimizer " + type, node.path("config"));
    FluentOptimizer<?> optimizer =
        switch (type) {
          case "SGD" ->
              Optimizers.sgd()
                  .momentum(config.number("momentum", 0))
                  .nesterov(config.flag("nesterov", false));
          case "RMSprop" ->
              Optimizers.rmsprop()
                  .rho(config.number("rho", 0.9))
                  .momentum(config.number("momentum", 0))
                  .epsilon(config.number("epsilon", 1e-7))
                  .centered(config.flag("centered", false));
          case "Adam" ->
              Optimizers.adam()
                  .beta1(config.number("beta_1", 0.9))
                  .beta2(config.number("beta_2", 0.999))
                  .epsilon(config.number("epsilon", 1e-7))
                  .amsgrad(config.flag("amsgrad", false));
          case "AdamW" ->
              Optimizers.adamW()
                  .beta1(config.number("beta_1", 0.9))
                  .beta2(config.number("beta_2", 0.999))
                  .epsilon(config.number("epsilon", 1e-7))
                  .amsgrad(config.flag("amsgrad", false));
          case "Nadam" ->
              Optimizers.nadam()
                  .beta1(config.number("beta_1", 0.9))
                  .beta2(config.number("beta_2", 0.999))
                  .epsilon(config.number("epsilon", 1e-7));
          case "Adamax" ->
              Optimizers.adamax()
                  .beta1(config.number("beta_1", 0.9))
                  .beta2(config.number("beta_2", 0.999))
                  .epsilon(config.number("epsilon", 1e-7));
          case "Adagrad" ->
              Optimizers.adagrad()
                  .initialAccumulatorValue(config.number("initial_accumulator_value", 0.1))
                  .epsilon(config.number("epsilon", 1e-7));
          case "Adadelta" ->
              Optimizers.adadelta()
                  .rho(config.number("rho", 0.95))
                  .epsilon(config.number("epsilon", 1e-7));
          default ->
              throw new IllegalArgumentException(
                  "The optimizer '" + type + "' is not supported: this library does not know it.");
        };
    readCommon(optimizer, config);
    config.finish();
    return optimizer;
  }

  private static void readCommon(FluentOptimizer<?> optimizer, Config config) {
    config.ignore("name", "ema_momentum", "ema_overwrite_frequency", "jit_compile");
    config.refuse("use_ema", "no moving average of the weights is kept.");
    config.refuse("loss_scale_factor", "training is in float32, which needs no scaling.");
    config.refuse("gradient_accumulation_steps", "every batch is a step.");
    if (config.has("learning_rate")) {
      JsonNode rate = config.node("learning_rate");
      if (rate.isNumber()) {
        optimizer.learningRate(rate.doubleValue());
      } else {
        optimizer.learningRate(schedule(rate));
      }
    }
    if (config.has("weight_decay")) {
      optimizer.weightDecay(config.number("weight_decay"));
    }
    if (config.has("clipnorm")) {
      optimizer.clipnorm(config.number("clipnorm"));
    }
    if (config.has("clipvalue")) {
      optimizer.clipvalue(config.number("clipvalue"));
    }
    if (config.has("global_clipnorm")) {
      optimizer.globalClipnorm(config.number("global_clipnorm"));
    }
  }

  private static LearningRateSchedule schedule(JsonNode node) {
    String type = node.path("class_name").asText("");
    Config config = new Config("the schedule " + type, node.path("config"));
    config.ignore("name");
    LearningRateSchedule schedule =
        switch (type) {
          case "ExponentialDecay" ->
              Schedules.exponentialDecay(
                      config.number("initial_learning_rate"),
                      config.integer("decay_steps"),
                      config.number("decay_rate"))
                  .staircase(config.flag("staircase", false));
          case "InverseTimeDecay" ->
              Schedules.inverseTimeDecay(
                      config.number("initial_learning_rate"),
                      config.integer("decay_steps"),
                      config.number("decay_rate"))
                  .staircase(config.flag("staircase", false));
          case "CosineDecay" -> cosineDecay(config);
          case "PiecewiseConstantDecay" ->
              Schedules.piecewiseConstantDecay(
                  longs(config.node("boundaries")), doubles(config.node("values")));
          default ->
              throw new IllegalArgumentException(
                  "The schedule '" + type + "' is not supported: this library does not read it.");
        };
    config.finish();
    return schedule;
  }

  private static LearningRateSchedule cosineDecay(Config config) {
    var cosine =
        Schedules.cosineDecay(config.number("initial_learning_rate"), config.integer("decay_steps"))
            .alpha(config.number("alpha", 0));
    int warmup = config.has("warmup_steps") ? config.integer("warmup_steps") : 0;
    return config.has("warmup_target")
        ? cosine.warmup(config.number("warmup_target"), warmup)
        : cosine;
  }

  private static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asLong();
    }
    return values;
  }

  private static double[] doubles(JsonNode array) {
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asDouble();
    }
    return values;
  }

  static Loss loss(JsonNode node) {
    if (node.isTextual()) {
      return Losses.of(node.asText());
    }
    String type = node.path("class_name").asText("");
    if (type.equals("function")) {
      return Losses.of(node.path("config").asText());
    }
    Config config = new Config("the loss " + type, node.path("config"));
    config.ignore("name", "dtype");
    if (config.has("axis") && config.integer("axis") != -1) {
      throw config.wrong("axis", "-1, the last", config.node("axis"));
    }
    if (config.has("reduction") && !config.text("reduction").equals("sum_over_batch_size")) {
      throw config.wrong("reduction", "sum_over_batch_size", config.node("reduction"));
    }
    boolean logits = config.flag("from_logits", false);
    double smoothing = config.number("label_smoothing", 0);
    Loss loss =
        switch (type) {
          case "BinaryCrossentropy" ->
              Losses.binaryCrossentropy().fromLogits(logits).labelSmoothing(smoothing);
          case "CategoricalCrossentropy" ->
              Losses.categoricalCrossentropy().fromLogits(logits).labelSmoothing(smoothing);
          case "SparseCategoricalCrossentropy" -> {
            config.refuse("ignore_class", "every class counts.");
            yield Losses.sparseCategoricalCrossentropy().fromLogits(logits);
          }
          case "Huber" -> Losses.huber(config.number("delta", 1));
          default -> Losses.of(type);
        };
    config.finish();
    return loss;
  }
}
