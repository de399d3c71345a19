package org.unroll.bench;

import java.util.Random;

/** Draws random values. */
final class Draw {
  private Draw() {}

  /** Returns values from −1 to 1, the same in every run. */
  static float[] floats(int count) {
    var random = new Random(1);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return values;
  }
}
