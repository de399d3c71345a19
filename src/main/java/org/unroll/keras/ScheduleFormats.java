package org.unroll.keras;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.unroll.optimizers.CosineDecay;
import org.unroll.optimizers.CosineDecayRestarts;
import org.unroll.optimizers.ExponentialDecay;
import org.unroll.optimizers.InverseTimeDecay;
import org.unroll.optimizers.LearningRateSchedule;
import org.unroll.optimizers.PiecewiseConstantDecay;
import org.unroll.optimizers.PolynomialDecay;
import org.unroll.optimizers.Schedules;

/** The formats of learning rate schedules. */
final class ScheduleFormats {
  private static final String MODULE = "keras.optimizers.schedules";

  private static final List<Format<? extends LearningRateSchedule>> FORMATS =
      List.of(
          Format.of(
                  MODULE,
                  "ExponentialDecay",
                  ExponentialDecay.class,
                  config ->
                      Schedules.exponentialDecay(
                          config.number("initial_learning_rate"),
                          config.whole("decay_steps"),
                          config.number("decay_rate")))
              .number("initial_learning_rate", ExponentialDecay::initial)
              .node("decay_steps", schedule -> number(schedule.decaySteps()))
              .number("decay_rate", ExponentialDecay::decayRate)
              .flag("staircase", ExponentialDecay::staircase, ExponentialDecay::staircase),
          Format.of(
                  MODULE,
                  "InverseTimeDecay",
                  InverseTimeDecay.class,
                  config ->
                      Schedules.inverseTimeDecay(
                          config.number("initial_learning_rate"),
                          config.whole("decay_steps"),
                          config.number("decay_rate")))
              .number("initial_learning_rate", InverseTimeDecay::initial)
              .node("decay_steps", schedule -> number(schedule.decaySteps()))
              .number("decay_rate", InverseTimeDecay::decayRate)
              .flag("staircase", InverseTimeDecay::staircase, InverseTimeDecay::staircase),
          Format.of(
                  MODULE,
                  "PolynomialDecay",
                  PolynomialDecay.class,
                  config ->
                      Schedules.polynomialDecay(
                          config.number("initial_learning_rate"), config.whole("decay_steps")))
              .number("initial_learning_rate", PolynomialDecay::initial)
              .node("decay_steps", schedule -> number(schedule.decaySteps()))
              .number("end_learning_rate", PolynomialDecay::end, PolynomialDecay::end)
              .number("power", PolynomialDecay::power, PolynomialDecay::power)
              .flag("cycle", PolynomialDecay::cycle, PolynomialDecay::cycle),
          Format.of(MODULE, "CosineDecay", CosineDecay.class, ScheduleFormats::cosineDecay)
              .number("initial_learning_rate", CosineDecay::initial)
              .node("decay_steps", schedule -> number(schedule.decaySteps()))
              .number("alpha", CosineDecay::alpha, CosineDecay::alpha)
              .node("warmup_target", schedule -> number(schedule.warmupTarget()))
              .node("warmup_steps", schedule -> number(schedule.warmupSteps())),
          Format.of(
                  MODULE,
                  "CosineDecayRestarts",
                  CosineDecayRestarts.class,
                  config ->
                      Schedules.cosineDecayRestarts(
                          config.number("initial_learning_rate"),
                          config.whole("first_decay_steps")))
              .number("initial_learning_rate", CosineDecayRestarts::initial)
              .node("first_decay_steps", schedule -> number(schedule.firstDecaySteps()))
              .number("t_mul", CosineDecayRestarts::tMul, CosineDecayRestarts::tMul)
              .number("m_mul", CosineDecayRestarts::mMul, CosineDecayRestarts::mMul)
              .number("alpha", CosineDecayRestarts::alpha, CosineDecayRestarts::alpha),
          Format.of(
                  MODULE,
                  "PiecewiseConstantDecay",
                  PiecewiseConstantDecay.class,
                  config ->
                      Schedules.piecewiseConstantDecay(
                          longs(config.node("boundaries")), doubles(config.node("values"))))
              .node("boundaries", schedule -> array(schedule.boundaries()))
              .node("values", schedule -> array(schedule.values())));

  private ScheduleFormats() {}

  private static CosineDecay cosineDecay(Config config) {
    CosineDecay cosine =
        Schedules.cosineDecay(config.number("initial_learning_rate"), config.whole("decay_steps"));
    long warmup = config.has("warmup_steps") ? config.whole("warmup_steps") : 0;
    return config.has("warmup_target")
        ? cosine.warmup(config.number("warmup_target"), warmup)
        : cosine;
  }

  /** Reads a schedule. */
  static LearningRateSchedule read(JsonNode node) {
    String type = node.path("class_name").asText("");
    Format<? extends LearningRateSchedule> format =
        Format.named(FORMATS, LearningRateSchedule.class, node);
    if (format == null) {
      throw new IllegalArgumentException(
          "The schedule '"
              + type
              + "' is not supported. Supported: "
              + FORMATS.stream().map(Format::className).toList());
    }
    Config config = new Config("the schedule " + type, node.path("config"));
    config.ignore("name");
    LearningRateSchedule schedule = format.read(config);
    config.finish();
    return schedule;
  }

  /** Writes a schedule. */
  static ObjectNode write(LearningRateSchedule schedule) {
    Format<?> format = Format.of(FORMATS, schedule);
    if (format == null) {
      throw new IllegalArgumentException(
          "The learning rate schedule "
              + schedule
              + " cannot be saved: it must be one of "
              + FORMATS.stream().map(Format::className).toList()
              + " or registered. "
              + CustomObjects.howToRegister(schedule));
    }
    return format.write(schedule);
  }

  private static JsonNode number(long value) {
    return JsonNodeFactory.instance.numberNode(value);
  }

  private static JsonNode number(Double value) {
    return JsonNodeFactory.instance.numberNode(value);
  }

  private static ArrayNode array(long[] values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (long value : values) {
      array.add(value);
    }
    return array;
  }

  private static ArrayNode array(double[] values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (double value : values) {
      array.add(value);
    }
    return array;
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
}
