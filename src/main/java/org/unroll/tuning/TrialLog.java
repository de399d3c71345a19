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

/** What a tuner decides by: the trials that were proposed and those of them that have ended. */
final class TrialLog {
  /** How often random values may be those of an earlier trial before all are taken as tried. */
  private static final int MAX_COLLISIONS = 20;

  private final Experiment experiment;
  private final long seed;
  private final SortedMap<Integer, Proposal> proposals = new TreeMap<>();
  private final SortedMap<Integer, Trial> trials = new TreeMap<>();
  private final Set<Integer> skipped = new HashSet<>();
  private final Map<String, String> columns = new HashMap<>(); // by names in lower case
  private final Set<String> names = new HashSet<>(); // of hyperparameters
  private final Map<String, HyperParameter> space = new HashMap<>();
  private final Map<Map<String, Object>, Integer> numbers = new HashMap<>();

  /**
   * An empty log.
   *
   * @param objective a name that no hyperparameter may have
   * @throws IllegalArgumentException if it is one of the results' own
   */
  TrialLog(Experiment experiment, long seed, String objective) {
    this.experiment = experiment;
    this.seed = seed;
    SearchResult.BOOKKEEPING.forEach(this::addColumn);
    addColumn(objective);
  }

  /** Each name is a column of the results, and those do not tell upper from lower case. */
  private void addColumn(String name) {
    String known = columns.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
    if (known != null) {
      throw new IllegalArgumentException(
          "A search has a table of its results, with a column for the objective and for each"
              + " hyperparameter. Received: '"
              + name
              + "', where there is a column '"
              + known
              + "'. Give it another name.");
    }
  }

  /** A seed for an execution, the same for all trials. */
  static long executionSeed(long seed, int execution) {
    return SeededRandom.key(seed, -1, execution);
  }

  long seed() {
    return seed;
  }

  /**
   * Asks the experiment for everything that depends on the values that are chosen.
   *
   * @throws IllegalArgumentException if a name is that of another column of the results
   */
  Proposal prepare(int number, Function<HyperParameter, Object> chooser, Rung rung) {
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
   * A trial with random values that no trial before it has.
   *
   * @return null where there seem to be none left
   */
  Proposal random(int number, Rung rung) {
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

  /** Whether a trial of a lower number has these values. */
  boolean isTried(Map<String, Object> values, int number) {
    Integer first = numbers.get(values);
    return first != null && first < number;
  }

  /**
   * Takes a proposal up.
   *
   * @throws IllegalArgumentException if a name stands for something else in it than before
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

  /** Notes that there is no trial of a number. */
  void skip(int number) {
    skipped.add(number);
  }

  boolean isSkipped(int number) {
    return skipped.contains(number);
  }

  /** Whether it is known what the trial of a number is, if anything. */
  boolean isDecided(int number) {
    return proposals.containsKey(number) || isSkipped(number);
  }

  void add(Trial trial) {
    trials.put(trial.number(), trial);
  }

  /** Null where there is none of this number. */
  Proposal proposal(int number) {
    return proposals.get(number);
  }

  /** Null where there is none of this number, or it has not ended. */
  Trial trial(int number) {
    return trials.get(number);
  }

  /** Those that have ended, by number. */
  SortedMap<Integer, Trial> trials() {
    return trials;
  }

  SortedMap<Integer, Proposal> proposals() {
    return proposals;
  }
}
