package org.unroll.spark;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.ml.linalg.DenseVector;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.unroll.Model;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.training.Predictor;
import scala.collection.Seq;
import scala.collection.mutable.ArraySeq;

/**
 * Predicts the rows of a partition in batches.
 *
 * @param file the model
 * @param column the name of the column of inputs
 * @param index the index of this column
 * @param keepInvalid whether invalid rows have null as their prediction
 */
record PredictPartition(ModelFile.Shared file, String column, int index, boolean keepInvalid)
    implements MapPartitionsFunction<Row, Row> {
  /** The largest number of rows of a batch. */
  private static final int ROWS = 1024;

  /** The largest number of values of a batch of large inputs: 4 MiB. */
  private static final int VALUES = 1 << 20;

  @Override
  public Iterator<Row> call(Iterator<Row> rows) throws IOException {
    Model model = file.get(Model.class, path -> Model.load(path, false));
    return new Batches(model, rows);
  }

  /** The current batch, whose values are those of the valid rows, one after another. */
  private final class Batches implements Iterator<Row>, Dataset {
    private final Predictor predictor;
    private final Shape inputShape;
    private final int width; // of the values of a time step
    private final Iterator<Row> rows;
    private final Row[] batch = new Row[ROWS];
    private final boolean[] valid = new boolean[ROWS];
    private float[] values = {};
    private float[] current = {}; // the values of one row
    private int currentSize;
    private boolean waiting; // whether the current row belongs to the next batch
    private Row waitingRow;
    private Shape shape;
    private int size; // the number of valid rows
    private int count; // the number of rows
    private int next; // the row to return next
    private int nextOutput;
    private boolean oneValue;
    private float[] outputs;
    private int outputSize;

    Batches(Model model, Iterator<Row> rows) {
      predictor = new Predictor(model.network());
      inputShape = model.network().inputShapes().get(0);
      width = inputShape.rank() > 1 ? inputShape.dropFirst().size() : 1;
      oneValue = SparkModel.isOneValue(model.network().outputShapes(List.of(inputShape)).get(0));
      this.rows = rows;
    }

    @Override
    public boolean hasNext() {
      return next < count || waiting || rows.hasNext();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (next == count) {
        fill();
        if (size > 0) {
          predict();
        }
      }
      Row row = batch[next];
      batch[next] = null;
      Object prediction = valid[next++] ? output(nextOutput++) : null;
      int length = row.length();
      Object[] result = new Object[length + 1];
      for (int i = 0; i < length; i++) {
        result[i] = row.get(i);
      }
      result[length] = prediction;
      return RowFactory.create(result);
    }

    private void predict() {
      try {
        outputs = SparkTask.run(() -> predictor.predict(this, WorkerPool.defaultThreads()))[0];
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      outputSize = outputs.length / size;
    }

    private Object output(int sample) {
      if (oneValue) {
        return (double) outputs[sample];
      }
      double[] output = new double[outputSize];
      for (int i = 0; i < outputSize; i++) {
        output[i] = outputs[sample * outputSize + i];
      }
      return new ArraySeq.ofDouble(output);
    }

    /** Reads rows until the batch is full, or until a row has another length. */
    private void fill() {
      next = 0;
      nextOutput = 0;
      count = 0;
      size = 0;
      shape = null;
      while (count < ROWS && (waiting || rows.hasNext())) {
        Row row = waiting ? waitingRow : rows.next();
        String error = waiting ? null : read(row);
        waiting = false;
        if (error != null && !keepInvalid) {
          throw new IllegalArgumentException(error);
        }
        if (error == null) {
          int steps = currentSize / width;
          Shape own = inputShape.isKnown() ? inputShape : inputShape.withFirst(steps);
          boolean differs = shape != null && !own.equals(shape);
          if (differs || (size > 0 && (size + 1L) * currentSize > VALUES)) {
            waiting = true;
            waitingRow = row;
            return;
          }
          shape = own;
          append();
        }
        valid[count] = error == null;
        batch[count++] = row;
      }
    }

    private void append() {
      int from = size * currentSize;
      if (values.length < from + currentSize) {
        values = java.util.Arrays.copyOf(values, Math.max(2 * values.length, from + currentSize));
      }
      System.arraycopy(current, 0, values, from, currentSize);
      size++;
    }

    /** Reads the input of a row, and returns what is wrong with it, or null. */
    private String read(Row row) {
      currentSize = 0;
      Object input = row.get(index);
      if (input == null) {
        return invalid("is null");
      }
      if (input instanceof Vector vector) {
        double[] numbers = vector instanceof DenseVector dense ? dense.values() : vector.toArray();
        for (double number : numbers) {
          add(number);
        }
      } else {
        Seq<?> steps = (Seq<?>) input;
        for (int t = 0; t < steps.size(); t++) {
          Object element = steps.apply(t);
          if (element instanceof Seq<?> step) {
            if (step.size() != width) {
              return invalid("has " + step.size() + " values in time step " + t);
            }
            for (int i = 0; i < width; i++) {
              add(number(step.apply(i)));
            }
          } else {
            add(number(element));
          }
        }
      }
      for (int i = 0; i < currentSize; i++) {
        if (!Float.isFinite(current[i])) {
          return invalid("has the value " + current[i] + " at index " + i);
        }
      }
      boolean fits =
          inputShape.isKnown()
              ? currentSize == inputShape.size()
              : currentSize > 0 && currentSize % width == 0;
      return fits ? null : invalid("has " + currentSize + " values");
    }

    private static double number(Object element) {
      return element instanceof Number number
          ? number.doubleValue()
          : Double.NaN; // null is missing
    }

    private void add(double number) {
      if (currentSize == current.length) {
        current = java.util.Arrays.copyOf(current, Math.max(16, 2 * currentSize));
      }
      current[currentSize++] = (float) number;
    }

    private String invalid(String received) {
      TaskContext context = TaskContext.get();
      return "Each input in the column '"
          + column
          + "' must have the shape "
          + inputShape
          + " of the model, and finite values in the range of float, but one "
          + received
          + (context == null ? "" : " (partition " + context.partitionId() + ")")
          + ". Filter such rows, or call setHandleInvalid(\"keep\").";
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public Shape inputShape() {
      return shape;
    }

    @Override
    public Shape targetShape() {
      return null;
    }

    @Override
    public void copyInput(int sample, float[] slice, int row, int rows) {
      int from = sample * shape.size();
      int steps = shape.rank() > 1 ? shape.axis(0) : 1;
      int values = shape.size() / steps;
      for (int t = 0; t < steps; t++) {
        System.arraycopy(this.values, from + t * values, slice, (t * rows + row) * values, values);
      }
    }

    @Override
    public void copyTarget(int sample, float[] target, int offset) {
      throw new UnsupportedOperationException("Rows to predict have no targets.");
    }
  }
}
