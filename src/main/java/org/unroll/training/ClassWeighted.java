package org.unroll.training;

import java.util.List;
import java.util.Map;
import org.unroll.data.Dataset;
import org.unroll.data.DatasetView;
import org.unroll.data.Shape;
import org.unroll.metrics.MatchMetric;

/** A dataset whose samples are weighted by their class. */
final class ClassWeighted extends DatasetView {
  private static final long serialVersionUID = 1;

  private final float[] weights;

  /**
   * Creates a dataset from another one. As in Keras, the class of a sample with one target is this
   * target, rounded; otherwise it is the index of the largest target, the first of equal ones.
   *
   * @param byClass the weight of each class; a class that is missing has the weight 1
   */
  ClassWeighted(Dataset base, Map<Integer, Double> byClass) {
    super(base);
    weights = new float[base.size()];
    float[] target = new float[base.targetShape().size()];
    for (int i = 0; i < weights.length; i++) {
      base.copyTarget(i, target, 0);
      int label =
          target.length == 1
              ? (int) Math.rint(target[0])
              : MatchMetric.argmax(target.length, target, 0);
      weights[i] = byClass.getOrDefault(label, 1.0).floatValue();
    }
  }

  private ClassWeighted(Dataset base, float[] weights) {
    super(base);
    this.weights = weights;
  }

  /** The weights are those of this dataset, even if the targets are those of a part of the base. */
  @Override
  public List<Dataset> targetParts() {
    return List.of(this);
  }

  @Override
  public Shape weightShape() {
    return Shape.of(1);
  }

  @Override
  public Dataset forBatch(int[] order, int first, int rows) {
    Dataset batch = base().forBatch(order, first, rows);
    return batch == base() ? this : new ClassWeighted(batch, weights);
  }

  @Override
  public void copyWeights(int sample, float[] copy, int offset) {
    copy[offset] = weights[sample];
  }
}
