package org.unroll.tuning;

import java.util.List;
import java.util.Map;

/** What one execution of a trial, or several together, came to; see {@link Trial}. */
record Outcome(List<Double> scores, Map<String, Double> metrics) {}
