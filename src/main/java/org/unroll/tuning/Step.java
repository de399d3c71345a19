package org.unroll.tuning;

/** What a tuner decides about the trial of a number. */
record Step(Kind kind, Proposal proposal) {
  enum Kind {
    /** Run the proposal. */
    RUN,
    /** Ask again when another trial has ended. */
    WAIT,
    /** There is no trial of this number, but there may be later ones. */
    SKIP,
    /** There is no trial of this number, nor any later one. */
    END
  }

  static final Step WAIT = new Step(Kind.WAIT, null);
  static final Step SKIP = new Step(Kind.SKIP, null);
  static final Step END = new Step(Kind.END, null);

  static Step run(Proposal proposal) {
    return new Step(Kind.RUN, proposal);
  }
}
