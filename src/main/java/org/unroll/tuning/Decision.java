package org.unroll.tuning;

/** What a tuner decides about the trial of a number. */
record Decision(Kind kind, Proposal proposal) {
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

  static final Decision WAIT = new Decision(Kind.WAIT, null);
  static final Decision SKIP = new Decision(Kind.SKIP, null);
  static final Decision END = new Decision(Kind.END, null);

  static Decision run(Proposal proposal) {
    return new Decision(Kind.RUN, proposal);
  }
}
