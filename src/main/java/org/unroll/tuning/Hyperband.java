package org.unroll.tuning;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Trains many random models for a few epochs and continues with the best of them, as KerasTuner's
 * {@code Hyperband} (Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, "Hyperband: a novel
 * bandit-based approach to hyperparameter optimization", JMLR 18, 2018).
 *
 * <p>Let R = {@code maxEpochs}, η = {@code factor} and s_max the largest s with ηˢ ≤ R. Bracket s =
 * s_max, …, 0 has the rounds i = 0, …, s:
 *
 * <pre>
 * n = ⌈(s_max + 1) ηˢ / (s + 1)⌉       number of models of the bracket
 * nᵢ = ⌊n / ηⁱ⌋                        number of models of round i, the best of the previous round
 * rᵢ = ⌈R / ηˢ⁻ⁱ⌉                      number of epochs at the end of round i
 * </pre>
 *
 * <p>These numbers equal the table of the paper. KerasTuner rounds nᵢ up and uses ⌈1 + log_η R⌉
 * instead of s_max + 1, so its later rounds are slightly larger. In each round, training continues
 * with the weights and the optimizer's state of the previous round, so only new epochs are trained.
 * (KerasTuner continues with the weights of the best epoch and a new optimizer.) Each round has new
 * callbacks.
 *
 * <p>Each round of a model is a trial. A round starts after the previous round has ended. In the
 * meantime, free threads start the next bracket, which does not depend on it. A failed trial does
 * not advance to the next round. A round has fewer models if there are no new random values left or
 * too many trials failed.
 */
public final class Hyperband extends Tuner<Hyperband> {
  private final int maxEpochs;
  private int factor = 3;
  private int hyperbandIterations = 1;
  private List<Slot> slots = List.of();

  /** The place of a trial in the schedule, with its index in the round. */
  private record Slot(int iteration, int bracket, int round, int index, int firstOfPreviousRound) {}

  /**
   * Creates a tuner.
   *
   * @param model builds the model of a trial
   * @param objective the name of a loss or metric in the logs; see {@link Objective#of}
   * @param maxEpochs R, the number of epochs of the best models. Set it slightly higher than needed
   *     and use early stopping
   */
  public Hyperband(HyperModel model, String objective, int maxEpochs) {
    this(model, Objective.of(objective), maxEpochs);
  }

  /**
   * Creates a tuner.
   *
   * @param model builds the model of a trial
   * @param objective the value to minimize or maximize
   * @param maxEpochs R, the number of epochs of the best models
   */
  public Hyperband(HyperModel model, Objective objective, int maxEpochs) {
    super(model, objective);
    this.maxEpochs = atLeastOne("maxEpochs", maxEpochs);
    fillSlots();
  }

  @Override
  protected Hyperband self() {
    return this;
  }

  /** Sets η, the factor by which the number of models decreases per round; 3 by default. */
  public Hyperband factor(int eta) {
    factor = atLeast("factor", 2, eta);
    fillSlots();
    return this;
  }

  /** Sets how many times all brackets are run, each time with new models; 1 by default. */
  public Hyperband hyperbandIterations(int iterations) {
    hyperbandIterations = atLeastOne("hyperbandIterations", iterations);
    fillSlots();
    return this;
  }

  private void fillSlots() {
    slots = new ArrayList<>();
    for (int iteration = 0; iteration < hyperbandIterations; iteration++) {
      for (int bracket = brackets() - 1; bracket >= 0; bracket--) {
        int firstOfPreviousRound = -1;
        for (int round = 0; round <= bracket; round++) {
          int first = slots.size();
          for (int index = 0; index < models(bracket, round); index++) {
            slots.add(new Slot(iteration, bracket, round, index, firstOfPreviousRound));
          }
          firstOfPreviousRound = first;
        }
      }
    }
  }

  /** Returns the number of brackets, s_max + 1. */
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
   * Returns the schedule of one iteration, with a row for each round of each bracket. The columns
   * are the number of models, their number of epochs at the end of the round, and the number of
   * epochs trained in this round.
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
  protected Decision decide(int number, TrialLog log) {
    if (number >= slots.size()) {
      return Decision.END;
    }
    Slot slot = slots.get(number);
    if (slot.round == 0) {
      Proposal random = log.random(number, rung(slot, null));
      return random == null ? Decision.SKIP : Decision.run(random);
    }
    int end = slot.firstOfPreviousRound + models(slot.bracket, slot.round - 1);
    List<Trial> completed = new ArrayList<>();
    for (int before = slot.firstOfPreviousRound; before < end; before++) {
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

  /**
   * The place of a trial in the schedule.
   *
   * @param iteration the index of the iteration, from 0
   * @param bracket s, the number of rounds after the first
   * @param round i, from 0
   * @param from the trial whose training continues; null in round 0
   * @param initialEpoch the number of epochs trained in earlier rounds
   * @param epochs the number of epochs at the end of this round
   */
  public record Rung(
      int iteration, int bracket, int round, Integer from, int initialEpoch, int epochs)
      implements Serializable {
    private static final long serialVersionUID = 1;


    boolean isLast() {
      return round == bracket;
    }
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
  protected int plannedTrials() {
    return slots.size();
  }

  @Override
  protected Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("maxEpochs", maxEpochs);
    settings.put("factor", factor);
    return settings;
  }
}
