package org.unroll.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.unroll.data.Shape;

/**
 * Runs a network one time step of one input at a time. Whatever does not depend on this input is
 * computed once, from the other inputs. All other values are those of the sequence so far: of a
 * sequence only the last time step, of a layer that returns its last output the whole value. So a
 * layer that reads a sequence must work step by step, and carries its states from step to step.
 *
 * @hidden
 */
public final class SteppedPass {
  /** What is known of a value after each step. */
  private enum Kind {
    /** All of it, from the beginning. */
    FIXED,
    /** The last time step. */
    SEQUENCE,
    /** All of it, for the sequence so far. */
    SUMMARY,
    /** An output of a layer for the last time step, in which time is not the first axis. */
    OTHER
  }

  /** What a network is analyzed for, with the words for the message of an exception. */
  private enum Use {
    STEPS("run step by step", "Call predict"),
    STRETCHES("trained with truncatedBackpropagation(…)", "Remove this option");

    private final String done;
    private final String fix;

    Use(String done, String fix) {
      this.done = done;
      this.fix = fix;
    }
  }

  private final int input;
  private final Kind[] kinds; // of each value
  private final Step[] steps;
  private final boolean[] carries; // for each step, whether it carries states
  private final NetworkPass pass;
  private final NetworkState state; // of the steps that carry states
  private final float[][][] stepStates; // of each step, buffers for the pass
  private final ForwardContext context = new ForwardContext();
  private final int rows;
  private float[][] outputs; // of the steps that carry states, before the current one, or null

  /**
   * Creates a pass.
   *
   * @param input the index of the input that is given step by step
   * @param rows the number of sequences
   * @throws IllegalArgumentException if a layer needs the whole sequence; the message names it and
   *     the path from the input
   */
  public SteppedPass(Network network, int input, int rows) {
    this.input = input;
    this.rows = rows;
    steps = network.steps().toArray(Step[]::new);
    carries = new boolean[steps.length];
    boolean[] stepped = new boolean[network.inputs().size()];
    stepped[input] = true;
    kinds = new Analysis(network, stepped, carries, Use.STEPS).kinds();
    pass = network.newPass();
    List<Step> carrying = new ArrayList<>();
    stepStates = new float[steps.length][][];
    for (int i = 0; i < steps.length; i++) {
      if (carries[i]) {
        carrying.add(steps[i]);
      }
      stepStates[i] = new float[steps[i].layer().stateShapes().size()][0];
    }
    state = new NetworkState(carrying, network::path, rows);
  }

  /**
   * Checks that a network can be trained on stretches of the time steps of all its inputs, one
   * stretch after another, with the states of its layers carried from one to the next.
   *
   * @throws IllegalArgumentException if a layer needs the whole sequence, or an output is not one
   *     for each time step; the message names the layer
   */
  public static void requireStretches(Network network) {
    boolean[] carries = new boolean[network.steps().size()];
    boolean[] stepped = new boolean[network.inputs().size()];
    Arrays.fill(stepped, true);
    new Analysis(network, stepped, carries, Use.STRETCHES).kinds();
    Set<Layer> carrying = new HashSet<>();
    for (int i = 0; i < carries.length; i++) {
      Layer layer = network.steps().get(i).layer();
      if (carries[i] && !carrying.add(layer)) {
        throw new IllegalArgumentException(
            layer.describe()
                + " is applied more than once, so it has no single state to carry from stretch to"
                + " stretch. "
                + Use.STRETCHES.fix
                + ", or use a layer for each application.");
      }
    }
  }

  /**
   * Lets recurrent layers repeat their output at masked time steps, as in a prediction of the whole
   * sequence. By default it is zeros, as in a stateful model of Keras.
   */
  public SteppedPass repeatsMasked() {
    outputs = new float[steps.length][0];
    return this;
  }

  /** Returns the number of sequences. */
  public int rows() {
    return rows;
  }

  /**
   * Lets each sequence continue another one.
   *
   * @param from for each sequence, the number of the one to continue
   */
  public void select(int... from) {
    state.set(state.select(from));
    for (int i = 0; outputs != null && i < outputs.length; i++) {
      float[] before = outputs[i].clone();
      int width = before.length / rows;
      for (int r = 0; r < rows; r++) {
        System.arraycopy(before, from[r] * width, outputs[i], r * width, width);
      }
    }
  }

  /** Returns the states that are carried from step to step, of all sequences. */
  public NetworkState state() {
    return state;
  }

  /**
   * Starts new sequences: computes what depends only on the other inputs, and sets the states.
   *
   * @param inputs the inputs of the network, of which the one that is given step by step is not
   *     read. A row of the others belongs to the same number of neighboring sequences each, for
   *     example to those of a beam search
   */
  public void begin(Tensor[] inputs) {
    state.reset();
    if (outputs != null) {
      outputs = new float[steps.length][0];
    }
    context.inference(0);
    for (int v = 0; v < inputs.length; v++) {
      pass.value(v, inputs[v]);
    }
    for (int i = 0; i < steps.length; i++) {
      if (kinds[steps[i].firstOutput()] == Kind.FIXED) {
        pass.forwardStep(i, null, false, context);
      }
    }
    repeatFixed();
    for (int i = 0, carrying = 0; i < steps.length; i++) {
      if (carries[i]) {
        start(i, carrying++);
      }
    }
  }

  /** Repeats the rows of all values that the steps will read. */
  private void repeatFixed() {
    for (Step step : steps) {
      for (int v : step.inputs()) {
        boolean isRead = kinds[step.firstOutput()] != Kind.FIXED && kinds[v] == Kind.FIXED;
        if (isRead && pass.value(v).rows() != rows) {
          pass.value(v, repeated(pass.value(v), rows / pass.value(v).rows()));
        }
      }
    }
  }

  private static Tensor repeated(Tensor value, int times) {
    int width = value.width();
    int positions = value.rows() * value.timesteps();
    float[] values = new float[positions * times * width];
    boolean[] mask = value.mask() == null ? null : new boolean[positions * times];
    for (int p = 0; p < positions * times; p++) {
      System.arraycopy(
          value.values(), value.offset() + p / times * width, values, p * width, width);
      if (mask != null) {
        mask[p] = value.mask()[p / times];
      }
    }
    return new Tensor().set(values, 0, value.rows() * times, value.shape(), mask);
  }

  /** Sets the initial states of a step that are values of the network. */
  private void start(int i, int carrying) {
    if (!steps[i].hasInitialStates()) {
      return;
    }
    Shape[] shapes = steps[i].layer().stateShapes().values().toArray(Shape[]::new);
    float[][] own = state.load(carrying, 0, rows, stepStates[i]);
    for (int s = 0; s < shapes.length; s++) {
      StatePass.toRows(pass.value(steps[i].inputs().get(1 + s)), shapes[s], own[s]);
    }
    state.store(carrying, 0, rows, own);
  }

  /**
   * Runs one time step.
   *
   * @param values the time step of all sequences
   * @return the first output of the network for this step, valid until the next one
   */
  public Tensor step(Tensor values) {
    pass.value(input, values);
    for (int i = 0, carrying = 0; i < steps.length; i++) {
      if (carries[i]) {
        float[][] own = state.load(carrying, 0, rows, stepStates[i]);
        pass.forwardStep(i, own, true, context);
        state.store(carrying++, 0, rows, own);
        if (outputs != null && !steps[i].hasInitialStates()) {
          repeatMasked(i);
        }
      } else if (kinds[steps[i].firstOutput()] != Kind.FIXED) {
        pass.forwardStep(i, null, false, context);
      }
    }
    return pass.output(0);
  }

  private void repeatMasked(int i) {
    boolean[] mask = pass.value(steps[i].inputs().get(0)).mask();
    Tensor y = pass.value(steps[i].firstOutput());
    int width = y.shape().size();
    outputs[i] = Pass.atLeast(outputs[i], rows * width);
    for (int r = 0; r < rows && mask != null; r++) {
      if (!mask[r]) {
        System.arraycopy(outputs[i], r * width, y.values(), y.offset() + r * width, width);
      }
    }
    System.arraycopy(y.values(), y.offset(), outputs[i], 0, rows * width);
  }

  /** Finds the kinds of all values, and whether the layers can be run step by step. */
  private static final class Analysis {
    private final Network network;
    private final boolean[] carries;
    private final Kind[] kinds;
    private final Shape[] shapes;
    private final String[] paths; // from the input that is given step by step
    private final Use use;

    Analysis(Network network, boolean[] stepped, boolean[] carries, Use use) {
      this.network = network;
      this.carries = carries;
      this.use = use;
      shapes = network.valueShapes().toArray(new Shape[0]);
      kinds = new Kind[shapes.length];
      paths = new String[shapes.length];
      Arrays.fill(kinds, Kind.FIXED);
      for (int i = 0; i < stepped.length; i++) {
        kinds[i] = stepped[i] ? Kind.SEQUENCE : Kind.FIXED;
        paths[i] = stepped[i] ? network.inputs().get(i).name() : null;
      }
    }

    Kind[] kinds() {
      List<Step> steps = network.steps();
      for (int i = 0; i < steps.size(); i++) {
        mark(i, steps.get(i));
      }
      requireOutput();
      return kinds;
    }

    private void mark(int i, Step step) {
      boolean isFixed = true;
      boolean[] stepped = new boolean[step.inputs().size()];
      boolean isSequence = false;
      boolean isOther = false;
      String path = null;
      for (int j = 0; j < stepped.length; j++) {
        Kind kind = kinds[step.inputs().get(j)];
        isFixed &= kind == Kind.FIXED;
        stepped[j] = kind == Kind.SEQUENCE;
        isSequence |= stepped[j];
        isOther |= kind == Kind.OTHER;
        path = path == null ? paths[step.inputs().get(j)] : path;
      }
      if (isFixed) {
        return;
      }
      Kind kind = isSequence ? Kind.SEQUENCE : Kind.SUMMARY;
      if (isOther || (isSequence && !worksStepByStep(step, stepped))) {
        throw needsSequence(step, path);
      }
      carries[i] = isSequence && !step.layer().stateShapes().isEmpty();
      Shape in = shapes[step.inputs().get(0)];
      for (int o = 0; o < step.outputs(); o++) {
        int value = step.firstOutput() + o;
        paths[value] = path + " → " + step.layer().name();
        if (isSequence && o > 0 && !carries[i]) {
          kinds[value] = Kind.OTHER;
        } else if (carries[i] && (o > 0 || shapes[value].rank() < in.rank())) {
          kinds[value] = Kind.SUMMARY;
        } else {
          kinds[value] = kind;
        }
      }
    }

    private boolean worksStepByStep(Step step, boolean[] stepped) {
      List<Shape> in = step.inputs().stream().map(value -> shapes[value]).toList();
      for (int j = 0; j < stepped.length; j++) {
        Kind kind = kinds[step.inputs().get(j)];
        // A summary changes from step to step, so it would change earlier time steps, too.
        if (kind == Kind.SUMMARY) {
          return false;
        }
      }
      if (step.hasInitialStates()) {
        if (use == Use.STRETCHES) {
          return false; // every stretch would begin with them again
        }
        return step.layer().worksStepByStep() && stepped[0];
      }
      // A sequence of numbers, such as ids, has no axis of features that a layer could read.
      boolean isIds = in.get(0).rank() == 1 && shapes[step.firstOutput()].rank() == 1;
      return !isIds && step.layer().worksStepByStep(in, stepped);
    }

    private IllegalArgumentException needsSequence(Step step, String path) {
      return new IllegalArgumentException(
          step.layer().describe()
              + (step.hasInitialStates() && use == Use.STRETCHES
                  ? " has initial states that are inputs"
                  : " needs the whole sequence")
              + ", so this model cannot be "
              + use.done
              + ". "
              + use.fix
              + ", or build a model without it."
              + (network.isChain() ? "" : " Path: " + path + " → " + step.layer().name() + "."));
    }

    private void requireOutput() {
      Kind output = kinds[network.outputs().get(0)];
      if (use == Use.STRETCHES) {
        requireSequences();
      } else if (output == Kind.FIXED || output == Kind.OTHER) {
        throw new IllegalArgumentException(
            "The first output of a model must depend on the sequence to be run step by step, but"
                + " the one of "
                + network.outputLayer(0).describe()
                + (output == Kind.FIXED
                    ? " does not."
                    : " has the scores of an attention layer, whose first axis is not time.")
                + " Call predict instead.");
      }
      boolean carriesAny = false;
      for (boolean one : carries) {
        carriesAny |= one;
      }
      if (!carriesAny && (network.inputs().size() == 1 || use == Use.STRETCHES)) {
        throw new IllegalArgumentException(
            "A model must have a recurrent layer to be "
                + use.done
                + ", but its layers are "
                + network.layers().stream().map(Layer::describe).toList()
                + ". "
                + use.fix
                + (use == Use.STEPS ? " instead." : "."));
      }
    }

    private void requireSequences() {
      for (int o = 0; o < network.outputs().size(); o++) {
        if (kinds[network.outputs().get(o)] != Kind.SEQUENCE) {
          throw new IllegalArgumentException(
              "A model must return an output for each time step to be "
                  + use.done
                  + ", but "
                  + network.outputLayer(o).describe()
                  + " returns one for the whole sequence. Set returnSequences(true) on the last"
                  + " recurrent layer and give a target for each time step, or remove this option.");
        }
      }
    }
  }
}
