package org.unroll.tuning;

import java.io.Serializable;
import java.util.function.Supplier;
import org.unroll.training.FitOptions;

/**
 * Returns new fit options for each training run of a search. A lambda expression of this type can
 * be serialized, see {@link TrialFunction}.
 */
@FunctionalInterface
public interface TrialOptions extends Supplier<FitOptions>, Serializable {}
