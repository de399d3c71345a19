/**
 * Measurements, run by hand on an otherwise idle machine; README.md has the command that compiles
 * them and gives the class path. {@link org.unroll.bench.Workloads}, {@link
 * org.unroll.bench.Scaling} and {@link org.unroll.bench.Book} are programs; the other public classes
 * are benchmarks for JMH:
 *
 * <pre>{@code
 * java --add-modules=jdk.incubator.vector -cp … org.openjdk.jmh.Main LayerSteps -prof gc
 * }</pre>
 *
 * <p>One JVM, one implementation, one vector width: a JVM that has run several has compiled its code
 * for all of them, which is slower than what a program gets. JMH's forks inherit the options of the
 * JVM that starts them, so {@code -Dunroll.compute=scalar} or {@code -Dunroll.vector.bits=256} before
 * {@code -cp} is enough.
 */
package org.unroll.bench;

