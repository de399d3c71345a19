package com.example;

import java.util.Arrays;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/** The example in the Javadoc of {@link Layer}, in a package outside the library. */
class ResidualBlock extends Layer {
  private final Layer inner;
  private final double rate;

  ResidualBlock(Layer inner, double rate) {
    super("ResidualBlock");
    this.inner = inner;
    this.rate = requireRate("rate", rate);
  }

  @Override
  protected List<Layer> innerLayers() {
    return List.of(inner);
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    requireSequence(input, previous);
    Shape output = checkInner(inner, input);
    if (!output.equals(input)) {
      String needed = "with " + output.last() + " features, as " + inner.describe() + " returns";
      throw wrongInput(needed, input, previous);
    }
    return output;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    Shape features = Shape.of(input.last());
    factory.inner(inner, input);
    factory.create("gamma", features, Initializers.constant(0.1), null);
    factory.createNonTrainable("center", features, Initializers.zeros());
  }

  @Override
  public Pass newPass() {
    return new ResidualPass();
  }

  private class ResidualPass extends Pass {
    private final Pass innerPass = inner.newPass();
    private final Gradient[] innerGradients = new Gradient[inner.weights().size()];
    private final float[] gamma = weight("gamma").values();
    private final float[] center = weight("center").values();
    private final Tensor centered = new Tensor();
    private final Tensor output = new Tensor();
    private final Tensor innerGradient = new Tensor();
    private float[] c = {};
    private float[] m = {};
    private float[] y = {};
    private float[] dh = {};
    private Tensor h;

    @Override
    public Tensor forward(Tensor x, float[][] state, ForwardContext context) {
      int size = x.size();
      c = atLeast(c, size);
      for (int i = 0; i < size; i++) {
        c[i] = x.values()[x.offset() + i] - center[i % center.length];
      }
      h = innerPass.forward(centered.set(c, 0, x.rows(), x.shape(), x.mask()), null, context);
      m = atLeast(m, size);
      context.fillDropoutMask(ResidualBlock.this, 0, rate, x, m);
      y = atLeast(y, size);
      for (int i = 0; i < size; i++) {
        float change = gamma[i % gamma.length] * m[i] * h.values()[h.offset() + i];
        y[i] = x.values()[x.offset() + i] + change;
      }
      return output.set(y, 0, x.rows(), x.shape(), x.mask());
    }

    @Override
    public Tensor backward(Tensor g, Gradient[] gradients, boolean inputGradientNeeded) {
      System.arraycopy(gradients, 0, innerGradients, 0, innerGradients.length);
      float[] gammaGradient = gradients[innerGradients.length].values();
      Arrays.fill(gammaGradient, 0);
      int size = g.size();
      dh = atLeast(dh, size);
      for (int i = 0; i < size; i++) {
        float kept = g.values()[g.offset() + i] * m[i];
        gammaGradient[i % gamma.length] += kept * h.values()[h.offset() + i];
        dh[i] = kept * gamma[i % gamma.length];
      }
      innerGradient.set(dh, 0, g.rows(), g.shape(), null);
      Tensor dx = innerPass.backward(innerGradient, innerGradients, inputGradientNeeded);
      for (int i = 0; inputGradientNeeded && i < size; i++) {
        dx.values()[dx.offset() + i] += g.values()[g.offset() + i];
      }
      return dx;
    }
  }
}
