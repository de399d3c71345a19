/**
 * Measurements, run by hand on an otherwise idle machine; README.md has the command that compiles
 * them and gives the class path. {@code java -cp … org.unroll.bench.Workloads} and {@code Scaling}
 * are programs of their own, the benchmarks run in {@code org.openjdk.jmh.Main}: {@code java -cp …
 * org.openjdk.jmh.Main Products -prof gc -jvmArgsAppend --add-modules=jdk.incubator.vector}.
 *
 * <p>One JVM, one implementation, one vector width: a JVM that has run several has compiled code
 * for all of them, which is slower than what a program gets. So JMH's forks get {@code
 * -jvmArgsAppend -Dunroll.compute=scalar} or {@code -Dunroll.vector.bits=256}, run by run.
 */
package org.unroll.bench;
