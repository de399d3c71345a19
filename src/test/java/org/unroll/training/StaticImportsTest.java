package org.unroll.training;

import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.unroll.callbacks.Callbacks;
import org.unroll.layers.Layers;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metrics;
import org.unroll.optimizers.Optimizers;
import org.unroll.optimizers.Schedules;

/** A notebook imports all of these statically, so no call may be ambiguous. */
class StaticImportsTest {
  private static final List<Class<?>> IMPORTED =
      List.of(
          Layers.class,
          Losses.class,
          Metrics.class,
          Optimizers.class,
          Schedules.class,
          Callbacks.class,
          FitOptions.class);

  @Test
  void factoryMethodsWithOneNameHaveDifferentParameters() {
    Map<String, Class<?>> owners = new HashMap<>();
    for (Class<?> type : IMPORTED) {
      for (Method method : type.getDeclaredMethods()) {
        int modifiers = method.getModifiers();
        // of(name) is always called with the name of its class.
        if (Modifier.isPublic(modifiers)
            && Modifier.isStatic(modifiers)
            && !method.getName().equals("of")) {
          String call = method.getName() + Arrays.toString(method.getParameterTypes());
          assertNull(owners.put(call, type), () -> call + " is in two classes");
        }
      }
    }
  }
}
