package org.unroll.bench;

import java.util.Arrays;
import java.util.List;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;

/** One slice of 32 rows on its way forward and backward through a layer, again and again. */
final class LayerStep {
  static final int ROWS = 32;

  private final Network network;
  private final NetworkPass pass;
  private final Gradient[] gradients;
  private final Tensor input = new Tensor();
  private final Tensor outputGradient = new Tensor();
  private final ForwardContext call = new ForwardContext();
  private final float[] gradient;

  /** A layer behind an input, which is filled at random; of whole numbers where it takes ids. */
  LayerStep(Input shape, Layer layer) {
    network = new Network(List.of(shape, layer), 1);
    pass = network.newPass();
    gradients = network.newGradients();
    float[] values = Draw.floats(ROWS * network.inputShape().size());
    if (network.inputShape().rank() == 1) {
      for (int i = 0; i < values.length; i++) {
        values[i] = (int) (5_000 * (values[i] + 1));
      }
    }
    input.set(values, 0, ROWS, network.inputShape(), null);
    gradient = new float[ROWS * network.outputShape().size()];
  }

  /** The network of the layer. */
  Network network() {
    return network;
  }

  /** What goes in, time step by time step. */
  float[] input() {
    return input.values();
  }

  /** Forward alone. */
  Tensor forward() {
    return pass.forward(input, call.training(7, 0, 0));
  }

  /** Forward and backward. */
  Gradient[] run() {
    network.prepareBackward();
    Tensor output = forward();
    Arrays.fill(gradient, 1f);
    outputGradient.set(gradient, 0, ROWS, output.shape(), null);
    pass.backward(outputGradient, false, gradients);
    return gradients;
  }
}
