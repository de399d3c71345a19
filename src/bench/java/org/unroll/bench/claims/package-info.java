/**
 * Measures what the articles claim about recurrent networks. Each class with a {@code main} is one
 * claim. It trains small models with seeds 1, 2 and 3 and prints a table with the mean and the
 * range over the seeds, what the article claims and what was found. The plots go to {@code
 * target/claims}, as SVG and HTML. "Confirmed" means that the claim holds for every seed.
 *
 * <pre>{@code
 * ./mvnw -q -Pbench test-compile
 * java --add-modules jdk.incubator.vector \
 *   -cp "target/classes:target/test-classes:$(cat target/bench.classpath)" \
 *   org.unroll.bench.claims.VanishingWithDepth
 * }</pre>
 *
 * <p>A run takes up to three minutes on two idle cores. The system property {@code seeds} changes
 * the number of seeds. Without times, the results are the same on every run and on any number of
 * threads. {@link org.unroll.bench.claims.TrainingMemory} needs {@code -XX:+UseSerialGC}.
 */
package org.unroll.bench.claims;
