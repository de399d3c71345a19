package org.unroll.network;

/**
 * The pass of a layer with several inputs or outputs, for one slice of a batch at a time. What
 * {@link Pass} says about buffers and threads holds here, too.
 */
public abstract class GraphPass extends Pass {
  /** Creates a pass whose buffers are allocated with the first slice. */
  protected GraphPass() {}

  /**
   * Computes the outputs of the layer.
   *
   * @param inputs the values of the slice with their masks, which must not be changed. They stay
   *     unchanged until the backward pass
   * @param context the training flag and the random numbers
   * @return the outputs with their masks, valid until the next forward pass. The array may be used
   *     again
   */
  public abstract Tensor[] forward(Tensor[] inputs, ForwardContext context);

  /**
   * Computes the gradients of the last forward pass.
   *
   * @param gradients the gradient of the loss with respect to each output, which may be
   *     overwritten; null for an output that nothing depends on
   * @param weightGradients one gradient for each of the layer's weights, to be overwritten
   * @param needed for each input, whether its gradient is needed
   * @return the gradient of the loss with respect to each input, valid until the next backward
   *     pass, in separate arrays because each may be overwritten; null where it is not needed. The
   *     array may be used again
   */
  public abstract Tensor[] backward(
      Tensor[] gradients, Gradient[] weightGradients, boolean[] needed);

  /** Computes the first output from a single input. */
  @Override
  public final Tensor forward(Tensor input, float[][] state, ForwardContext context) {
    return forward(new Tensor[] {input}, context)[0];
  }

  /** Computes the gradient of a single input from that of the first output. */
  @Override
  public final Tensor backward(
      Tensor gradient, Gradient[] weightGradients, boolean inputGradientNeeded) {
    boolean[] needed = {inputGradientNeeded};
    return backward(new Tensor[] {gradient}, weightGradients, needed)[0];
  }
}
