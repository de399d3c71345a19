package org.unroll.tuning;

/**
 * The decision of a {@link Tuner} about the trial with a given number: run it, wait for other
 * trials, or skip it. To run a trial, call {@link TrialLog#run} or {@link TrialLog#random}.
 */
public final class Decision {
  /** The tuner needs the result of a running trial and must be asked again when one has ended. */
  public static final Decision WAIT = new Decision(Kind.WAIT, null);

  /** There is no trial with this number, but there may be trials with higher numbers. */
  public static final Decision SKIP = new Decision(Kind.SKIP, null);

  /** There is no trial with this number or any higher number. */
  public static final Decision END = new Decision(Kind.END, null);

  /** The kinds of decisions. */
  enum Kind {
    RUN,
    WAIT,
    SKIP,
    END
  }

  private final Kind kind;
  private final Proposal proposal;

  private Decision(Kind kind, Proposal proposal) {
    this.kind = kind;
    this.proposal = proposal;
  }

  static Decision run(Proposal proposal) {
    return new Decision(Kind.RUN, proposal);
  }

  Kind kind() {
    return kind;
  }

  /** Returns the trial to run, or null. */
  Proposal proposal() {
    return proposal;
  }
}
