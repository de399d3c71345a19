package org.unroll.tuning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Trains many random models for few epochs and goes on with the best of them (Li, Jamieson,
 * DeSalvo, Rostamizadeh and Talwalkar, "Hyperband: a novel bandit-based approach to hyperparameter
 * optimization", JMLR 18, 2018); KerasTuner's {@code Hyperband}.
 *
 * <p>With R = {@code maxEpochs} and η = {@code factor}, s_max is the largest s with ηˢ ≤ R, and
 * bracket s = s_max, …, 0 has rounds i = 0, …, s:
 *
 * <pre>
 * n = ⌈(s_max + 1) ηˢ / (s + 1)⌉       models of the bracket
 * nᵢ = ⌊n / ηⁱ⌋                        models of round i, the best of those before
 * rᵢ = ⌈R / ηˢ⁻ⁱ⌉                      the epoch to which they are trained
 * </pre>
 *
 * <p>These are the numbers of the paper's table. KerasTuner rounds nᵢ up, and begins with ⌈1 +
 * log_η R⌉ in place of s_max + 1, so that its later rounds are a little larger. Training goes on
 * from round to round where it stopped, the optimizer's state included: a model pays only for the
 * epochs that are new. (KerasTuner goes on from the weights of the best epoch, with a new
 * optimizer.) Callbacks begin anew in each round.
 *
 * <p>Each round of a model is a trial. A round begins when the one before it has ended; meanwhile
 * free cores begin the next bracket, whose trials do not depend on it. A failed trial does not come
 * into the next round; where random values run out, or too many trials have failed, a round has
 * fewer models.
 */
public final class Hyperband extends Tuner<Hyperband> {
  private final int maxEpochs;
  private int factor = 3;
  private int hyperbandIterations = 1;
  private List<Slot> slots = List.of();

  /** The place of a trial in the schedule: the {@code index}-th of its round. */
  private record Slot(int iteration, int bracket, int round, int index, int firstOfLastRound) {}

  /**
   * A search for the best model.
   *
   * @param objective by its name in the logs, see {@link Objective#of}
   * @param maxEpochs R, the epochs that the best models are trained for; better a little more than
   *     they need, together with early stopping
   */
  public Hyperband(HyperModel model, String objective, int maxEpochs) {
    this(model, Objective.of(objective), maxEpochs);
  }

  /** A search for the best model. */
  public Hyperband(HyperModel model, Objective objective, int maxEpochs) {
    super(model, objective);
    this.maxEpochs = atLeastOne("maxEpochs", maxEpochs);
    fillSlots();
  }

  @Override
  Hyperband self() {
    return this;
  }

  /** Sets η, by which the number of models is divided in each round; 3 by default, at least 2. */
  public Hyperband factor(int eta) {
    factor = atLeast("factor", 2, eta);
    fillSlots();
    return this;
  }

  /** Sets how often all brackets are run, each time with other models; 1 by default. */
  public Hyperband hyperbandIterations(int iterations) {
    hyperbandIterations = atLeastOne("hyperbandIterations", iterations);
    fillSlots();
    return this;
  }

  private void fillSlots() {
    slots = new ArrayList<>();
    for (int iteration = 0; iteration < hyperbandIterations; iteration++) {
      for (int bracket = brackets() - 1; bracket >= 0; bracket--) {
        int firstOfLastRound = -1;
        for (int round = 0; round <= bracket; round++) {
          int first = slots.size();
          for (int index = 0; index < models(bracket, round); index++) {
            slots.add(new Slot(iteration, bracket, round, index, firstOfLastRound));
          }
          firstOfLastRound = first;
        }
      }
    }
  }

  /** s_max + 1. */
  private int brackets() {
    int brackets = 0;
    for (long power = 1; power <= maxEpochs; power *= factor) {
      brackets++;
    }
    return brackets;
  }

  private long power(int exponent) {
    long power = 1;
    for (int i = 0; i < exponent; i++) {
      power *= factor;
    }
    return power;
  }

  private int models(int bracket, int round) {
    long first = ceilDiv(brackets() * power(bracket), bracket + 1);
    return Math.toIntExact(first / power(round));
  }

  private int epochs(int bracket, int round) {
    return Math.toIntExact(ceilDiv(maxEpochs, power(bracket - round)));
  }

  private static long ceilDiv(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }

  /**
   * The plan of one iteration: a row for each round of each bracket, with the number of models, the
   * epochs to which they are trained, and the epochs that this costs, those of the rounds before
   * not counted again.
   */
  public Table schedule() {
    IntColumn bracketColumn = IntColumn.create("bracket");
    IntColumn rounds = IntColumn.create("round");
    IntColumn models = IntColumn.create("models");
    IntColumn epochs = IntColumn.create("epochs");
    IntColumn costs = IntColumn.create("trained epochs");
    for (int bracket = brackets() - 1; bracket >= 0; bracket--) {
      for (int round = 0; round <= bracket; round++) {
        bracketColumn.append(bracket);
        rounds.append(round);
        models.append(models(bracket, round));
        epochs.append(epochs(bracket, round));
        costs.append(models(bracket, round) * newEpochs(bracket, round));
      }
    }
    return Table.create("Hyperband", bracketColumn, rounds, models, epochs, costs);
  }

  private int newEpochs(int bracket, int round) {
    return epochs(bracket, round) - (round == 0 ? 0 : epochs(bracket, round - 1));
  }

  @Override
  Decision step(int number, TrialLog log) {
    if (number >= slots.size()) {
      return Decision.END;
    }
    Slot slot = slots.get(number);
    if (slot.round == 0) {
      Proposal random = log.random(number, rung(slot, null));
      return random == null ? Decision.SKIP : Decision.run(random);
    }
    int end = slot.firstOfLastRound + models(slot.bracket, slot.round - 1);
    List<Trial> completed = new ArrayList<>();
    for (int before = slot.firstOfLastRound; before < end; before++) {
      Trial trial = log.trial(before);
      if (trial == null && !log.isSkipped(before)) {
        return Decision.WAIT;
      }
      if (trial != null && trial.isCompleted()) {
        completed.add(trial);
      }
    }
    if (slot.index >= completed.size()) {
      return Decision.SKIP;
    }
    completed.sort(
        Comparator.comparingDouble((Trial trial) -> objective().cost(trial.score()))
            .thenComparing(Trial::number));
    Trial from = completed.get(slot.index);
    return Decision.run(
        log.prepare(
            number, definition -> from.values().get(definition.name()), rung(slot, from.number())));
  }

  private Rung rung(Slot slot, Integer from) {
    return new Rung(
        slot.iteration,
        slot.bracket,
        slot.round,
        from,
        slot.round == 0 ? 0 : epochs(slot.bracket, slot.round - 1),
        epochs(slot.bracket, slot.round));
  }

  @Override
  boolean setsEpochs() {
    return true;
  }

  @Override
  boolean mayRunAhead() {
    return true;
  }

  @Override
  double work(int number) {
    Slot slot = slots.get(number);
    return newEpochs(slot.bracket, slot.round);
  }

  @Override
  int plannedTrials() {
    return slots.size();
  }

  @Override
  Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("maxEpochs", maxEpochs);
    settings.put("factor", factor);
    return settings;
  }
}
