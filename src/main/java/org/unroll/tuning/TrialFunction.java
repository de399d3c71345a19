package org.unroll.tuning;

import java.io.Serializable;
import java.util.function.Function;

/**
 * A function of the hyperparameters of a trial. A lambda expression of this type can be serialized
 * if all values that it captures can, so a {@link TrialExecutor} can call it in another JVM.
 *
 * @param <T> the type of the result
 */
@FunctionalInterface
public interface TrialFunction<T> extends Function<HyperParameters, T>, Serializable {}
