package org.unroll.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;
import org.unroll.compute.Activation;
import org.unroll.layers.Layers;
import org.unroll.layers.cells.LstmVariantCell;
import org.unroll.layers.cells.MinGruCell;
import org.unroll.layers.cells.MinLstmCell;
import org.unroll.layers.cells.SlstmCell;
import org.unroll.network.Cell;
import org.unroll.network.Constraint;
import org.unroll.network.Constraints;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Padding;
import org.unroll.network.Regularizer;

/**
 * Sets every option of every recurrent layer and cell, found by reflection over the setters, to a
 * value other than its default, and checks that copies and files contain it.
 */
class RecurrentOptionsTest {
  /** For each type of parameter, values of which at least one is not the default of any option. */
  private static final Map<Class<?>, List<Object>> VALUES =
      Map.of(
          boolean.class, List.of(true, false),
          double.class, List.of(0.25),
          int.class, List.of(2),
          String.class, List.of("relu", "same"),
          Activation.class, List.of(Activation.RELU),
          Padding.class, List.of(Padding.SAME),
          Initializer.class, List.of(Initializers.constant(0.5)),
          Regularizer.class, List.of(new Regularizer(0.25, 0.5)),
          Constraint.class, List.of(Constraints.nonNeg()));

  /** Methods that return the layer or cell but set no argument. */
  private static final Set<String> NO_OPTIONS = Set.of("set", "name", "copy", "trainable");

  /** Constructor arguments, which no setter changes. */
  private static final Set<String> CONSTRUCTOR_ARGUMENTS = Set.of("units", "kernelSize");

  @TempDir private static Path folder;

  private static List<Supplier<RecurrentLayer<?>>> layers() {
    return List.of(
        () -> Layers.simpleRnn(3),
        () -> Layers.lstm(3),
        () -> Layers.gru(3),
        () -> Layers.convLstm2D(3, 3),
        () -> Layers.rnn(Layers.simpleRnnCell(3)));
  }

  private static List<Supplier<UnitsCell<?>>> cells() {
    return List.of(
        () -> Layers.simpleRnnCell(3),
        () -> Layers.lstmCell(3),
        () -> Layers.gruCell(3),
        () -> new ConvLstm2DCell(3, 3, 3),
        () -> Layers.lstmVariantCell(3),
        () -> Layers.minimalGatedUnitCell(3),
        () -> Layers.mut1Cell(2),
        () -> Layers.minGruCell(3),
        () -> Layers.minLstmCell(3),
        () -> Layers.slstmCell(3),
        () -> Layers.clockworkCell(4, 1, 2),
        () -> Layers.gridLstmCell(3, 2));
  }

  /** The public methods that take arguments and return the layer or cell itself. */
  private static List<Method> setters(Layer layer) {
    return Arrays.stream(layer.getClass().getMethods())
        .filter(method -> !method.isBridge() && !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getParameterCount() > 0)
        .filter(method -> method.getReturnType().isInstance(layer))
        .filter(method -> !NO_OPTIONS.contains(method.getName()))
        .filter(method -> !refuses(layer, method.getName()))
        .toList();
  }

  /** Returns whether a layer has no recurrent kernel and refuses an option of it. */
  private static boolean refuses(Layer layer, String option) {
    boolean isLinear = layer instanceof MinGruCell || layer instanceof MinLstmCell;
    return isLinear && option.startsWith("recurrent");
  }

  /** All arguments of a layer and its cell by name. */
  private static Map<String, Object> arguments(Layer layer) {
    try {
      Map<String, Object> values = new TreeMap<>();
      Cell cell = layer instanceof Cell self ? self : ((RecurrentLayer<?>) layer).cell();
      if (cell instanceof UnitsCell<?> units) {
        collect(units.arguments(), values);
        if (cell instanceof SlstmCell slstm) {
          values.put("exponentialForgetGate", slstm.exponentialForgetGate());
        }
        if (cell instanceof LstmVariantCell) {
          Field parts = LstmVariantCell.class.getDeclaredField("parts");
          parts.setAccessible(true);
          collect(parts.get(cell), values);
        }
      }
      if (layer instanceof RecurrentLayer<?>) {
        Field sequence = RecurrentLayer.class.getDeclaredField("arguments");
        sequence.setAccessible(true);
        collect(sequence.get(layer), values);
        values.put("activityRegularizer", layer.activityRegularizer());
      }
      return values;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }

  private static void collect(Object owner, Map<String, Object> values)
      throws IllegalAccessException {
    for (Field field : owner.getClass().getDeclaredFields()) {
      field.setAccessible(true);
      Object value = field.get(owner);
      boolean array = value instanceof int[];
      values.put(field.getName(), array ? Arrays.toString((int[]) value) : value);
    }
  }

  /** Calls a setter with a value that changes an argument. */
  private static void change(Layer layer, Method setter) {
    Map<String, Object> defaults = arguments(layer);
    List<Object> candidates = VALUES.get(setter.getParameterTypes()[0]);
    assertTrue(candidates != null, "add a value to VALUES for " + setter);
    for (Object value : candidates) {
      Object[] values = new Object[setter.getParameterCount()];
      Arrays.fill(values, value);
      try {
        setter.setAccessible(true);
        assertEquals(layer, setter.invoke(layer, values));
      } catch (InvocationTargetException e) {
        continue; // "same" is no activation, "relu" is no padding
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
      if (!arguments(layer).equals(defaults)) {
        return;
      }
    }
    fail(setter + " changes no argument with " + candidates);
  }

  private static String label(Layer layer, Method setter) {
    String types = Arrays.toString(setter.getParameterTypes());
    return layer.type() + "." + setter.getName() + types.replaceAll("[\\w.]+\\.(\\w+)", "$1");
  }

  private static void addTests(Supplier<? extends Layer> factory, List<DynamicTest> tests) {
    for (Method setter : setters(factory.get())) {
      tests.add(
          DynamicTest.dynamicTest(
              label(factory.get(), setter),
              () -> {
                Layer layer = factory.get();
                change(layer, setter);
                checkCopies(layer);
              }));
    }
  }

  @TestFactory
  Stream<DynamicTest> copiesAndFilesContainEveryOption() {
    List<DynamicTest> tests = new ArrayList<>();
    layers().forEach(factory -> addTests(factory, tests));
    cells().forEach(factory -> addTests(factory, tests));
    assertTrue(tests.size() > 100, "setters found: " + tests.size());
    return tests.stream();
  }

  private static void checkCopies(Layer changed) throws IOException {
    boolean isLayer = changed instanceof RecurrentLayer<?>;
    RecurrentLayer<?> layer =
        isLayer ? (RecurrentLayer<?>) changed : Layers.rnn((UnitsCell<?>) changed);
    Map<String, Object> expected = arguments(layer);
    if (!isLayer) {
      assertEquals(arguments(changed), arguments(((UnitsCell<?>) changed).copy()), "copy of cell");
    }
    assertEquals(expected, arguments(layer.copy()), "copy of layer");

    Map<String, Object> backward = arguments(new Bidirectional(layer).backwardLayer());
    assertEquals(!layer.goBackwards(), backward.put("goBackwards", layer.goBackwards()));
    assertEquals(expected, backward, "backward copy");

    boolean isInStack = changed instanceof LstmVariantCell variant && variant.depthGate();
    boolean isSaved = !isInStack && !changed.type().equals("ConvLSTMCell");
    if (isSaved) {
      Path file = Files.createTempFile(folder, "option", ".keras");
      boolean images = layer instanceof ConvLstm2D;
      var input = images ? Layers.input(2, 6, 6, 2) : Layers.input(2, 2);
      Sequential.of(input.batchSize(1), layer).save(file);
      Layer loaded = Sequential.load(file).layers().get(0);
      assertEquals(expected, arguments(loaded), "read from a file");
    }
  }

  @Test
  void everyArgumentHasASetter() {
    Set<String> changed = new HashSet<>(CONSTRUCTOR_ARGUMENTS);
    Set<String> all = new HashSet<>();
    List<Supplier<? extends Layer>> factories = new ArrayList<>(layers());
    factories.addAll(cells());
    for (Supplier<? extends Layer> factory : factories) {
      for (Method setter : setters(factory.get())) {
        Layer layer = factory.get();
        Map<String, Object> before = arguments(layer);
        change(layer, setter);
        arguments(layer)
            .forEach(
                (name, value) -> {
                  all.add(name);
                  if (value != null && !value.equals(before.get(name))) {
                    changed.add(name);
                  }
                });
      }
    }
    assertEquals(all, changed);
  }

  @Test
  void rejectsValuesThatNoCellCanUse() {
    assertEquals(
        "recurrentActivation must return a value for each unit, but was glu, which returns half as"
            + " many. Use another activation, or put activation(\"glu\") after the layer.",
        error(() -> Layers.gru(3).recurrentActivation("glu")));
    assertTrue(
        error(() -> Layers.simpleRnn(4).activation("glu")).startsWith("activation must return"));
    assertEquals(
        "padding must be valid or same, but was causal, which is for sequences.",
        error(() -> Layers.convLstm2D(3, 3).padding(Padding.CAUSAL)));
    error(() -> Layers.lstm(3).dropout(1));
    error(() -> Layers.lstmCell(3).recurrentDropout(-0.1));
  }

  private static String error(Executable call) {
    return assertThrows(IllegalArgumentException.class, call).getMessage();
  }

  @Test
  void aBuiltLayerCannotBeChanged() {
    Lstm layer = Layers.lstm(3);
    Sequential.of(Layers.input(2, 2), layer);
    for (Method setter : setters(layer)) {
      if (setter.getDeclaringClass().isInterface()) {
        Class<?> type = setter.getParameterTypes()[0];
        Object value = type == String.class ? "relu" : VALUES.get(type).get(0);
        var error =
            assertThrows(InvocationTargetException.class, () -> setter.invoke(layer, value));
        String message = error.getCause().getMessage();
        assertTrue(message.contains("LSTM 'lstm'"), message);
        assertTrue(message.contains(setter.getName()), message);
      }
    }
  }
}
