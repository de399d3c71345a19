package org.unroll.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Compares the numbers with those of src/test/python/split_mix.py. */
class SplitMix64Test {
  @Test
  void followsTheAlgorithmOfThePaper() {
    var random = new SplitMix64(1234567);
    assertEquals(6457827717110365317L, random.nextLong());
    assertEquals(3203168211198807973L, random.nextLong());
    assertEquals(Long.parseUnsignedLong("9817491932198370423"), random.nextLong());
    var uniform = new SplitMix64(42);
    assertEquals(0.7415648787718233, uniform.nextDouble());
    assertEquals(0.1599103928769201, uniform.nextDouble());
  }

  /** The JDK's generator gives the same numbers today, which keeps uniform weights unchanged. */
  @Test
  void uniformNumbersEqualThoseOfTheJdk() {
    var ours = new SplitMix64(-7);
    var theirs = new SplittableRandom(-7);
    for (int i = 0; i < 100; i++) {
      assertEquals(theirs.nextDouble(), ours.nextDouble());
    }
  }

  @Test
  void normalNumbersFollowThePolarMethod() {
    double[] expected = {
      0.49295065581737485,
      -0.6940056672160174,
      -1.2810773478777024,
      -0.901557193497174,
      -0.6018779810957331,
      0.6425676289796471
    };
    var random = new SplitMix64(42);
    for (double number : expected) {
      assertEquals(number, random.nextGaussian(), 1e-15);
    }
  }

  /** Checks the first four moments of 200,000 numbers within four standard deviations. */
  @Test
  void momentsMatchTheNormalDistribution() {
    int n = 200_000;
    double[] sums = new double[4];
    var random = new SplitMix64(3);
    for (int i = 0; i < n; i++) {
      double z = random.nextGaussian();
      double power = 1;
      for (int k = 0; k < 4; k++) {
        power *= z;
        sums[k] += power / n;
      }
    }
    double four = 4 / Math.sqrt(n);
    assertEquals(0, sums[0], four);
    assertEquals(1, sums[1], four * Math.sqrt(2));
    assertEquals(0, sums[2], four * Math.sqrt(15));
    assertEquals(3, sums[3], four * Math.sqrt(96));
  }
}
