package org.unroll.layers.recurrent;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.data.Shape;
import org.unroll.network.Cell;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.TimeSteps;

/**
 * A stack of cells that acts as one cell, Keras's {@code StackedRNNCells}. At each time step, the
 * first cell receives the input, and each further cell receives the output of the cell before it.
 * The output of the last cell is the output of the stack. States and weights are those of all
 * cells. An upper cell with a depth gate also reads the cell state of the cell below.
 *
 * <p>Without masks and dropout, a stack of layers computes the same and is faster, because each
 * layer projects all time steps at once.
 *
 * <p>Source: Keras 3, {@code keras.layers.StackedRNNCells}.
 */
public final class StackedRnnCells extends Cell {
  /** Separates the random streams of the cells from those of the following layers. */
  private static final int POSITIONS_PER_CELL = 1 << 16;

  private final List<Cell> cells;

  /**
   * Creates a stack.
   *
   * @param cells the cells, starting with the one that receives the input
   * @throws IllegalArgumentException if there is no cell
   */
  public StackedRnnCells(Cell... cells) {
    super("StackedRNNCells");
    if (cells.length == 0) {
      throw new IllegalArgumentException(
          "StackedRNNCells needs at least one cell, but was given none.");
    }
    this.cells = List.of(cells);
    for (int i = 1; i < cells.length; i++) {
      if (cells[i] instanceof UnitsCell<?> upper) {
        upper.stackOn(cells[i - 1]);
      }
    }
  }

  /** Returns the cells, starting with the one that receives the input. */
  public List<Cell> cells() {
    return cells;
  }

  /** Sets the name of the stack. */
  public StackedRnnCells name(String name) {
    setName(name);
    return this;
  }

  @Override
  protected List<Layer> innerLayers() {
    return List.copyOf(cells);
  }

  @Override
  public StackedRnnCells copy() {
    return new StackedRnnCells(cells.stream().map(Cell::copy).toArray(Cell[]::new));
  }

  /** Returns the states of all cells. Each name ends with the number of the cell, from 0. */
  @Override
  public Map<String, Shape> stateShapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (int i = 0; i < cells.size(); i++) {
      int number = i;
      cells.get(i).stateShapes().forEach((name, shape) -> shapes.put(name + "_" + number, shape));
    }
    return shapes;
  }

  @Override
  public int outputState() {
    Cell last = cells.get(cells.size() - 1);
    return stateShapes().size() - last.stateShapes().size() + last.outputState();
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    Shape output = input;
    for (Cell cell : cells) {
      output = cell.stepOutput(output, owner);
      if (output == null) {
        return null;
      }
    }
    return output;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    Shape stepInput = input;
    for (int i = 0; i < cells.size(); i++) {
      factory.inner(cells.get(i), stepInput, i * POSITIONS_PER_CELL);
      stepInput = cells.get(i).outputShape();
    }
  }

  @Override
  public void prepareBackward() {
    cells.forEach(Cell::prepareBackward);
  }

  @Override
  public CellPass newCellPass() {
    return new StackPass();
  }

  /** The pass of one cell of the stack. */
  private static final class Level {
    final Cell cell;
    final CellPass pass;
    final int outputState; // among the states of the cell
    final int cellState; // among the states of the cell, -1 if it has none
    final int firstState; // among the states of the stack
    final TimeSteps[] states;
    final float[][] stateGradients;
    final Gradient[] gradients;
    final TimeSteps input = new TimeSteps();
    final TimeSteps inputGradient = new TimeSteps();
    float[] dx = {};

    Level(Cell cell, int firstState) {
      this.cell = cell;
      this.firstState = firstState;
      pass = cell.newCellPass();
      outputState = cell.outputState();
      cellState = List.copyOf(cell.stateShapes().keySet()).indexOf("c");
      states = new TimeSteps[cell.stateShapes().size()];
      stateGradients = new float[states.length][];
      gradients = new Gradient[cell.weights().size()];
    }
  }

  private final class StackPass extends CellPass {
    private final Kernels kernels = Compute.kernels();
    private final Level[] levels = new Level[cells.size()];

    StackPass() {
      int states = 0;
      for (int i = 0; i < levels.length; i++) {
        levels[i] = new Level(cells.get(i), states);
        states += levels[i].states.length;
      }
    }

    @Override
    public void begin(ForwardContext call) {
      TimeSteps below = input();
      for (int i = 0; i < levels.length; i++) {
        Level level = levels[i];
        for (int s = 0; s < level.states.length; s++) {
          level.states[s] = state(level.firstState + s);
        }
        boolean inAdvance = i == 0 && inputsInAdvance();
        level.pass.attach(level.cell, below, inAdvance, level.states, rows(), timesteps());
        level.pass.begin(call);
        if (i > 0 && level.pass instanceof GatePass upper && levels[i - 1].cellState >= 0) {
          upper.readBelow(levels[i - 1].states[levels[i - 1].cellState]);
        }
        TimeSteps output = level.states[level.outputState];
        if (i < levels.length - 1) {
          // The input of the next cell at step k is this cell's output state after step k.
          below = levels[i + 1].input.set(output.values(), output.at(1), rows(), output.width());
        }
      }
    }

    @Override
    public void inputsReady(int steps) {
      levels[0].pass.inputsReady(steps);
    }

    @Override
    public void forward(int k) {
      for (Level level : levels) {
        level.pass.forward(k);
      }
    }

    @Override
    public void backward(int k, Gradient[] gradients) {
      if (k == timesteps() - 1) {
        beginBackward(gradients);
      }
      for (int i = levels.length - 1; i >= 0; i--) {
        Level level = levels[i];
        int count = level.stateGradients.length;
        for (int s = 0; s < count; s++) {
          level.stateGradients[s] = stateGradient(level.firstState + s);
        }
        level.pass.backward(k, level.gradients);
        for (int s = 0; s < count; s++) {
          setStateGradient(level.firstState + s, level.stateGradients[s]);
        }
        if (i > 0) {
          Level below = levels[i - 1];
          float[] gradient = stateGradient(below.firstState + below.outputState);
          TimeSteps dx = level.inputGradient;
          kernels.add(rows() * dx.width(), dx.values(), dx.at(k), gradient, 0);
          float[] dc = level.pass instanceof GatePass upper ? upper.gradientBelow() : null;
          if (dc != null) {
            float[] sum = stateGradient(below.firstState + below.cellState);
            kernels.add(rows() * below.states[below.cellState].width(), dc, 0, sum, 0);
          }
        }
      }
    }

    private void beginBackward(Gradient[] gradients) {
      int taken = 0;
      for (int i = 0; i < levels.length; i++) {
        Level level = levels[i];
        System.arraycopy(gradients, taken, level.gradients, 0, level.gradients.length);
        taken += level.gradients.length;
        TimeSteps inputGradient = inputGradient();
        if (i > 0) {
          int width = level.input.width();
          level.dx = zeros(level.dx, timesteps() * rows() * width);
          inputGradient = level.inputGradient.set(level.dx, 0, rows(), width);
        }
        level.pass.attachGradients(level.stateGradients, inputGradient);
      }
    }

    @Override
    public void endBackward(Gradient[] gradients) {
      for (Level level : levels) {
        level.pass.endBackward(level.gradients);
      }
    }
  }

  private static float[] zeros(float[] buffer, int length) {
    float[] zeros = Pass.atLeast(buffer, length);
    Arrays.fill(zeros, 0, length, 0f);
    return zeros;
  }
}
