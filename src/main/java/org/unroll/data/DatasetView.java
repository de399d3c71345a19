package org.unroll.data;

import java.io.Serializable;
import java.util.List;

/**
 * The samples of another dataset, except for what a subclass overrides. If the samples differ in
 * length, it must override {@link #forBatch}. It is public only because other packages extend it.
 *
 * @hidden
 */
public abstract class DatasetView implements Dataset, Serializable {
  private static final long serialVersionUID = 1;

  @SuppressWarnings("serial") // serializable if the data are
  private final Dataset base;

  /** Creates a view. */
  protected DatasetView(Dataset base) {
    this.base = base;
  }

  /** Returns the other dataset. */
  protected final Dataset base() {
    return base;
  }

  @Override
  public int size() {
    return base.size();
  }

  @Override
  public Shape inputShape() {
    return base.inputShape();
  }

  @Override
  public Shape targetShape() {
    return base.targetShape();
  }

  @Override
  public Shape weightShape() {
    return base.weightShape();
  }

  @Override
  public List<Dataset> inputParts() {
    return parts(base.inputParts());
  }

  @Override
  public List<Dataset> targetParts() {
    return parts(base.targetParts());
  }

  /** Returns the view of several inputs or outputs; by default, they are those of the base. */
  protected List<Dataset> views(List<Dataset> parts) {
    return parts;
  }

  private List<Dataset> parts(List<Dataset> whole) {
    return whole.size() == 1 && whole.get(0) == base ? List.of(this) : views(whole);
  }

  @Override
  public List<String> inputNames() {
    return base.inputNames();
  }

  @Override
  public List<String> targetNames() {
    return base.targetNames();
  }

  @Override
  public int batchSize() {
    return base.batchSize();
  }

  @Override
  public int[] order(int epoch) {
    return base.order(epoch);
  }

  @Override
  public int trainingSize(int validation) {
    return base.trainingSize(validation);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    base.copyInput(sample, slice, row, rows);
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    base.copyTarget(sample, target, offset);
  }

  @Override
  public void copyWeights(int sample, float[] weights, int offset) {
    base.copyWeights(sample, weights, offset);
  }
}
