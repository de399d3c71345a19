package org.unroll;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mse;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;

/**
 * A program with a small heap, which it fills completely while a chosen thread gathers a sample.
 * The heap stays full until the call has ended. Then the same call must give the right result.
 */
final class FullHeap {
  private static final Samples SAMPLES =
      Samples.of(new double[256][8][4]).targets(new double[256]).batchSize(64);

  private static volatile boolean armed;
  private static volatile Object garbage; // fills the heap

  private record Node(Node next, Object content) {}

  /** Fills the heap to the last byte, and throws the error that then occurs. */
  private static void fill() {
    for (int size = 1 << 20; size > 2; size /= 2) {
      try {
        while (true) {
          garbage = new Node((Node) garbage, new long[size]);
        }
      } catch (OutOfMemoryError e) {
        // Continue with smaller pieces.
      }
    }
    while (true) {
      garbage = new Node((Node) garbage, null);
    }
  }

  private static final class Data implements Dataset {
    private final boolean onHelper;

    Data(boolean onHelper) {
      this.onHelper = onHelper;
    }

    @Override
    public int size() {
      return SAMPLES.size();
    }

    @Override
    public Shape inputShape() {
      return SAMPLES.inputShape();
    }

    @Override
    public Shape targetShape() {
      return SAMPLES.targetShape();
    }

    @Override
    public int batchSize() {
      return SAMPLES.batchSize();
    }

    @Override
    public void copyInput(int sample, float[] slice, int row, int rows) {
      if (armed && onHelper == Thread.currentThread().getName().startsWith("unroll-worker")) {
        armed = false;
        fill();
      }
      SAMPLES.copyInput(sample, slice, row, rows);
    }

    @Override
    public void copyTarget(int sample, float[] target, int offset) {
      SAMPLES.copyTarget(sample, target, offset);
    }
  }

  private static Sequential model() {
    Sequential model = Sequential.of(input(8, 4), gru(8), dense(1));
    model.compile(adam(), mse());
    return model;
  }

  private static String run(String call, Sequential model, Dataset data) {
    return switch (call) {
      case "fit" -> model.fit(data, epochs(2).verbose(0).threads(3)).get("loss").toString();
      case "evaluate" -> model.evaluate(data).toString();
      case "predict" -> String.valueOf(model.predict(data).get(200)[0]);
      default -> throw new IllegalArgumentException(call);
    };
  }

  /** Prints what the call throws, and "right" if the next call gives the expected result. */
  public static void main(String[] arguments) {
    String call = arguments[0];
    var data = new Data(arguments[1].equals("helper"));
    if (arguments[2].equals("warm")) {
      String warm = run(call, model(), data);
      System.out.println("warm " + warm.length());
    }
    Sequential model = model();
    armed = true;
    Throwable thrown = null;
    while (thrown == null) { // a helper may be late for a short call
      try {
        run(call, model, data);
      } catch (Throwable e) {
        thrown = e;
        garbage = null;
      }
    }
    System.out.println(thrown);
    if (call.equals("fit")) {
      model = model(); // training has changed the weights
    }
    String expected = run(call, model(), data);
    System.out.println(run(call, model, data).equals(expected) ? "right" : "wrong");
  }
}
