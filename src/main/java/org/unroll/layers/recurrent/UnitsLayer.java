package org.unroll.layers.recurrent;

import java.util.function.Consumer;

/**
 * The base class of {@link SimpleRnn}, {@link Lstm}, {@link Gru}, {@link ConvLstm1D} and {@link
 * ConvLstm2D}: a {@link RecurrentLayer} around the cell of the same name. The layer and its cell
 * share one set of arguments, documented in {@link RecurrentOptions}.
 *
 * @param <S> the type of the layer itself, returned by the setters
 * @param <C> the type of its cell
 */
public abstract class UnitsLayer<S extends UnitsLayer<S, C>, C extends UnitsCell<C>>
    extends RecurrentLayer<S> implements RecurrentOptions<S> {
  private final C cell;

  UnitsLayer(String type, C cell) {
    super(type);
    this.cell = cell;
  }

  @Override
  public final C cell() {
    return cell;
  }

  /**
   * {@inheritDoc}
   *
   * @hidden
   */
  @Override
  public final RecurrentArguments arguments() {
    return cell.arguments();
  }

  /**
   * {@inheritDoc}
   *
   * @hidden
   */
  @Override
  public final S set(String option, Consumer<RecurrentArguments> change) {
    requireNotBuilt(option);
    cell.set(option, change);
    return self();
  }
}
