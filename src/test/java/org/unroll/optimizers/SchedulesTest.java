package org.unroll.optimizers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.training.References;

/** Learning rate schedules, compared with Keras. */
class SchedulesTest {
  static List<JsonNode> cases() {
    return References.read("schedules.json");
  }

  static LearningRateSchedule schedule(JsonNode reference) {
    JsonNode config = reference.get("config");
    String name = reference.path("schedule").asText(reference.path("name").asText());
    double initial = config.path("initial_learning_rate").asDouble();
    long steps = config.path("decay_steps").asLong();
    double rate = config.path("decay_rate").asDouble();
    boolean stairs = config.path("staircase").asBoolean();
    double alpha = config.path("alpha").asDouble();
    return switch (name) {
      case "ExponentialDecay" -> Schedules.exponentialDecay(initial, steps, rate).staircase(stairs);
      case "InverseTimeDecay" -> Schedules.inverseTimeDecay(initial, steps, rate).staircase(stairs);
      case "PiecewiseConstantDecay" ->
          Schedules.piecewiseConstantDecay(
              StreamSupport.stream(config.get("boundaries").spliterator(), false)
                  .mapToLong(JsonNode::asLong)
                  .toArray(),
              StreamSupport.stream(config.get("values").spliterator(), false)
                  .mapToDouble(JsonNode::asDouble)
                  .toArray());
      case "PolynomialDecay" ->
          Schedules.polynomialDecay(initial, steps)
              .end(config.path("end_learning_rate").asDouble(0.0001))
              .power(config.path("power").asDouble(1))
              .cycle(config.path("cycle").asBoolean());
      case "CosineDecay" -> {
        CosineDecay decay = Schedules.cosineDecay(initial, steps).alpha(alpha);
        yield config.has("warmup_target")
            ? decay.warmup(
                config.get("warmup_target").asDouble(), config.get("warmup_steps").asLong())
            : decay;
      }
      case "CosineDecayRestarts" ->
          Schedules.cosineDecayRestarts(initial, config.get("first_decay_steps").asLong())
              .tMul(config.path("t_mul").asDouble(2))
              .mMul(config.path("m_mul").asDouble(1))
              .alpha(alpha);
      default -> throw new AssertionError(name);
    };
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ratesMatchKeras(JsonNode reference) {
    LearningRateSchedule schedule = schedule(reference);
    for (int i = 0; i < reference.get("steps").size(); i++) {
      long step = reference.get("steps").get(i).asLong();
      double expected = reference.get("rates").get(i).asDouble();
      assertEquals(expected, schedule.at(step), 2e-6 * expected + 1e-8, "step " + step);
    }
  }

  @Test
  void rejectsInvalidParameters() {
    var error = assertThrows(IllegalArgumentException.class, () -> Schedules.cosineDecay(0.1, 0));
    assertEquals("decaySteps of a schedule must be at least 1, but was 0.", error.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> Schedules.piecewiseConstantDecay(new long[] {1}, new double[] {1}));
    assertThrows(
        IllegalArgumentException.class,
        () -> Schedules.piecewiseConstantDecay(new long[] {5, 1}, new double[3]));
    assertThrows(
        IllegalArgumentException.class, () -> Schedules.cosineDecayRestarts(0.1, 5).tMul(0.5));
  }
}
