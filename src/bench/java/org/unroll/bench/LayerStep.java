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

/** Runs one slice of 32 rows forward and backward through a layer. */
final class LayerStep {
  static final int ROWS = 32;

  private final Network network;
  private final NetworkPass pass;
  private final Gradient[] gradients;
  private final Tensor input = new Tensor();
  private final Tensor outputGradient = new Tensor();
  private final ForwardContext call = new ForwardContext();
  private final float[] gradient;

  /** Creates a network of an input and a layer. The input is random: numbers, or ids if the layer needs them. */
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

  /** Returns the network of the layer. */
  Network network() {
    return network;
  }

  /** Returns the input, one time step after the other. */
  float[] input() {
    return input.values();
  }

  /** Runs the forward pass. */
  Tensor forward() {
    return pass.forward(input, call.training(7, 0, 0));
  }

  /** Runs the forward and the backward pass. */
  Gradient[] run() {
    network.prepareBackward();
    Tensor output = forward();
    Arrays.fill(gradient, 1f);
    outputGradient.set(gradient, 0, ROWS, output.shape(), null);
    pass.backward(outputGradient, false, gradients);
    return gradients;
  }
}
