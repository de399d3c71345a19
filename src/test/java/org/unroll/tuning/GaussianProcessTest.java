package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Compares Gaussian processes with NumPy (src/test/python/gaussian_process.py). */
class GaussianProcessTest {
  @Test
  void agreesWithNumPy() throws IOException {
    var json = new ObjectMapper();
    JsonNode root = json.readTree(getClass().getResourceAsStream("gaussian_process.json"));
    for (JsonNode recorded : root.get("cases")) {
      double[][] x = json.convertValue(recorded.get("x"), double[][].class);
      double[] y = json.convertValue(recorded.get("y"), double[].class);
      double[] lengths = json.convertValue(recorded.get("lengths"), double[].class);
      double noise = recorded.get("noise").asDouble();
      var process = new GaussianProcess(x, y, lengths, recorded.get("variance").asDouble(), noise);
      near(recorded.get("log likelihood").asDouble(), process.logLikelihood());
      double[][] queries = json.convertValue(recorded.get("queries"), double[][].class);
      for (int i = 0; i < queries.length; i++) {
        near(recorded.get("mean").get(i).asDouble(), process.mean(queries[i]));
        near(recorded.get("deviation squared").get(i).asDouble(), process.variance(queries[i]));
        near(
            recorded.get("expected improvement").get(i).asDouble(),
            process.expectedImprovement(queries[i], recorded.get("best").asDouble()));
      }
      // Far from all observations, the variance is σ².
      double[] far = queries[0].clone();
      far[0] = 1e9;
      near(
          recorded.get("most likely variance").asDouble(),
          new GaussianProcess(x, y, lengths, Double.NaN, noise).variance(far));
    }
    for (JsonNode pair : root.get("normal distribution")) {
      near(pair.get(1).asDouble(), GaussianProcess.normalDistribution(pair.get(0).asDouble()));
    }
  }

  /** The coordinate on which the values depend gets the shorter length scale. */
  @Test
  void fitsShorterLengthsToImportantCoordinates() {
    var random = new Random(3);
    double[][] x = new double[25][];
    double[] y = new double[25];
    for (int i = 0; i < x.length; i++) {
      x[i] = new double[] {random.nextDouble(), random.nextDouble()};
      y[i] = Math.sin(12 * x[i][1]);
    }
    var process = GaussianProcess.fit(x, y, new int[] {0, 1});
    double along = Math.abs(process.mean(new double[] {0.9, 0.4}) - Math.sin(12 * 0.4));
    assertTrue(along < 0.1, "off by " + along);
    // A common length for both coordinates must be wrong for one of them.
    assertTrue(
        process.logLikelihood() > GaussianProcess.fit(x, y, new int[] {0, 0}).logLikelihood());
  }

  private static void near(double expected, double actual) {
    assertEquals(expected, actual, 1e-11 + 1e-9 * Math.abs(expected));
  }
}
