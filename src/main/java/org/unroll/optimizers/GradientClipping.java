package org.unroll.optimizers;

import org.unroll.network.Gradient;

/** The options by which an optimizer limits its gradients. At most one of them is set. */
final class GradientClipping {
  private Double clipnorm;
  private Double clipvalue;
  private Double globalClipnorm;

  Double clipnorm() {
    return clipnorm;
  }

  Double clipvalue() {
    return clipvalue;
  }

  Double globalClipnorm() {
    return globalClipnorm;
  }

  void clipnorm(double norm) {
    check("clipnorm", norm, clipvalue, globalClipnorm);
    clipnorm = norm;
  }

  void clipvalue(double value) {
    check("clipvalue", value, clipnorm, globalClipnorm);
    clipvalue = value;
  }

  void globalClipnorm(double norm) {
    check("globalClipnorm", norm, clipnorm, clipvalue);
    globalClipnorm = norm;
  }

  private void check(String option, double value, Double other, Double another) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(
          option + " must be greater than 0, but was " + value + ".");
    }
    if (other != null || another != null) {
      throw new IllegalArgumentException(
          option
              + " cannot be combined with another kind of clipping, but was set to "
              + value
              + " in addition to clipnorm="
              + clipnorm
              + ", clipvalue="
              + clipvalue
              + ", globalClipnorm="
              + globalClipnorm
              + ". Create a new optimizer with one of them.");
    }
  }

  /**
   * Clips the gradients in place.
   *
   * @param rows the sums over the rows of the gradients of embeddings, or null for a dense
   *     gradient; set to null if the gradient is dense after clipping
   */
  void clip(float[][] gradients, Gradient.Rows[] rows) {
    if (clipnorm != null) {
      for (int i = 0; i < gradients.length; i++) {
        double norm = Math.sqrt(squaredNorm(gradients[i], rows[i]));
        double factor = clipnorm / Math.max(norm, clipnorm);
        scale(gradients[i], (float) factor);
        if (rows[i] != null) {
          scale(rows[i].squares(), (float) (factor * factor));
          scale(rows[i].magnitudes(), (float) factor);
        }
      }
    } else if (globalClipnorm != null) {
      double sum = 0;
      for (int i = 0; i < gradients.length; i++) {
        sum += squaredNorm(gradients[i], rows[i]);
      }
      double norm = Math.sqrt(sum);
      // As in Keras, an infinite norm makes the gradients NaN; scaling by 0 would hide it.
      double factor =
          Double.isInfinite(norm) ? Double.NaN : globalClipnorm / Math.max(norm, globalClipnorm);
      for (int i = 0; i < gradients.length; i++) {
        scale(gradients[i], (float) factor);
        rows[i] = null; // in Keras the factor turns the sparse gradient into a dense one
      }
    } else if (clipvalue != null) {
      for (int i = 0; i < gradients.length; i++) {
        if (rows[i] == null) { // otherwise each row was clipped before the rows were added
          clamp(gradients[i], clipvalue.floatValue());
        }
      }
    }
  }

  private static double squaredNorm(float[] gradient, Gradient.Rows rows) {
    double sum = 0;
    if (rows != null) {
      for (float square : rows.squares()) {
        sum += square;
      }
      return sum;
    }
    for (float value : gradient) {
      sum += (double) value * value;
    }
    return sum;
  }

  private static void scale(float[] values, float factor) {
    if (factor != 1) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= factor;
      }
    }
  }

  private static void clamp(float[] values, float limit) {
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.max(-limit, Math.min(limit, values[i]));
    }
  }
}
