/**
 * Benchmarks, which are run by hand on an otherwise idle machine. README.md documents how to compile
 * them and how to get the class path. {@link org.unroll.bench.Workloads}, {@link
 * org.unroll.bench.Scaling} and {@link org.unroll.bench.Book} are programs; the other public classes
 * are benchmarks for JMH:
 *
 * <pre>{@code
 * java --add-modules=jdk.incubator.vector -cp … org.openjdk.jmh.Main LayerSteps -prof gc
 * }</pre>
 *
 * <p>Use a separate JVM for each implementation and vector width. A JVM that has run several of them
 * has compiled the code for all of them, which makes it slower than in a real program. JMH's forks
 * inherit the options of the JVM that starts them, so it is enough to put {@code
 * -Dunroll.compute=scalar} or {@code -Dunroll.vector.bits=256} before {@code -cp}.
 */
package org.unroll.bench;

