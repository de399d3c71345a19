package org.unroll.tuning;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The trials of a running search, from which a {@link Tuner} decides what to try next.
 *
 * <p>For the same trials with any number of {@link Tuner#parallelTrials}, a tuner must wait for
 * each result that it uses: if {@link #trial} returns null, it must return {@link Decision#WAIT}.
 */
public final class TrialLog {
  /** The number of random samples that may be tried values before all values count as tried. */
  private static final int MAX_COLLISIONS = 20;

  private final Experiment experiment;
  private final long seed;
  private final SortedMap<Integer, Proposal> proposals = new TreeMap<>();
  private final SortedMap<Integer, Trial> trials = new TreeMap<>();
  private final Set<Integer> skipped = new HashSet<>();
  private final Map<String, String> columns = new HashMap<>(); // by lower-case name
  private final Set<String> names = new HashSet<>(); // of hyperparameters
  private final Map<String, HyperParameter> space = new HashMap<>();
  private final Map<Map<String, Object>, Integer> numbers = new HashMap<>();

  /**
   * Creates an empty log.
   *
   * @param objective a name that no hyperparameter may have
   * @throws IllegalArgumentException if {@code objective} is the name of another column
   */
  TrialLog(Experiment experiment, long seed, String objective) {
    this.experiment = experiment;
    this.seed = seed;
    SearchResult.BOOKKEEPING.forEach(this::addColumn);
    addColumn(objective);
  }

  /** Adds a column of the results, whose names must differ in more than upper and lower case. */
  private void addColumn(String name) {
    String known = columns.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
    if (known != null) {
      throw new IllegalArgumentException(
          "The objective and the hyperparameters must have names that differ from all other columns"
              + " of the results, but there is already a column '"
              + known
              + "'. Received: '"
              + name
              + "'. Rename it.");
    }
  }

  /** Returns the seed of an execution, which is the same for all trials. */
  static long executionSeed(long seed, int execution) {
    return SeededRandom.key(seed, -1, execution);
  }

  /** Returns the seed of the search, from which random decisions must follow. */
  public long seed() {
    return seed;
  }

  /**
   * Returns the decision to run a trial.
   *
   * @param number the number of the trial
   * @param values returns a value for each hyperparameter that the trial requests, such as {@code
   *     HyperParameter::defaultValue}
   * @throws IllegalArgumentException if {@code values} returns an impossible value, or the name of
   *     a hyperparameter is the name of another column of the results
   */
  public Decision run(int number, Function<HyperParameter, Object> values) {
    return Decision.run(prepare(number, values, null));
  }

  /**
   * Returns the decision to run a trial with random values that no earlier trial has, or {@link
   * Decision#END} if no such values were found.
   *
   * @param number the number of the trial
   */
  public Decision random(int number) {
    Proposal proposal = random(number, null);
    return proposal == null ? Decision.END : Decision.run(proposal);
  }

  /**
   * Creates a proposal with the values that {@code chooser} returns.
   *
   * @throws IllegalArgumentException if a name is the name of another column of the results
   */
  Proposal prepare(int number, Function<HyperParameter, Object> chooser, Hyperband.Rung rung) {
    var hp = new HyperParameters(chooser, executionSeed(seed, 0));
    Experiment.Prepared prepared = null;
    RuntimeException failure = null;
    try {
      prepared = experiment.prepare(hp);
    } catch (RuntimeException e) {
      failure = e;
    }
    for (Dimension asked : hp.space()) {
      if (names.add(asked.name())) {
        addColumn(asked.name());
      }
    }
    var values = Collections.unmodifiableMap(new LinkedHashMap<>(hp.values()));
    return new Proposal(number, values, hp.space(), hp.askedForSeed(), rung, prepared, failure);
  }

  /**
   * Creates a proposal with random values that no earlier trial has.
   *
   * @return the proposal, or null if no such values were found
   */
  Proposal random(int number, Hyperband.Rung rung) {
    for (int attempt = 0; attempt <= MAX_COLLISIONS; attempt++) {
      int a = attempt;
      Proposal proposal =
          prepare(
              number,
              definition ->
                  definition.valueAt(SeededRandom.uniform(seed, number, a, definition.name())),
              rung);
      if (!isTried(proposal.values(), number)) {
        return proposal;
      }
    }
    return null;
  }

  /**
   * Returns whether a trial with a lower number has these values.
   *
   * @param values the values by name
   * @param number the number of a trial
   */
  public boolean isTried(Map<String, Object> values, int number) {
    Integer first = numbers.get(values);
    return first != null && first < number;
  }

  /**
   * Adds a proposal.
   *
   * @throws IllegalArgumentException if a name identified another hyperparameter before
   */
  void add(Proposal proposal) {
    for (Dimension asked : proposal.space()) {
      HyperParameter known = space.putIfAbsent(asked.name(), asked.definition());
      if (known != null && !known.equals(asked.definition())) {
        throw HyperParameters.different(asked.name(), known, asked.definition());
      }
    }
    proposals.put(proposal.number(), proposal);
    numbers.merge(proposal.values(), proposal.number(), Math::min);
  }

  /** Records that there is no trial with a number. */
  void skip(int number) {
    skipped.add(number);
  }

  /** Returns whether the tuner decided to {@link Decision#SKIP} the trial with a number. */
  public boolean isSkipped(int number) {
    return skipped.contains(number);
  }

  /** Returns whether the trial with a number was proposed or skipped. */
  boolean isDecided(int number) {
    return proposals.containsKey(number) || isSkipped(number);
  }

  /** Adds a trial that has ended. */
  void add(Trial trial) {
    trials.put(trial.number(), trial);
  }

  /** Returns the proposal with a number, or null if there is none. */
  Proposal proposal(int number) {
    return proposals.get(number);
  }

  /** Returns the trial with a number, or null if it has not ended or does not exist. */
  public Trial trial(int number) {
    return trials.get(number);
  }

  /** Returns the trials that have ended, by number. */
  SortedMap<Integer, Trial> trials() {
    return trials;
  }

  /** Returns all proposals by number. */
  SortedMap<Integer, Proposal> proposals() {
    return proposals;
  }
}
