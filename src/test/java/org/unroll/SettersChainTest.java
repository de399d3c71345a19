package org.unroll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.optimizers.Optimizers.adam;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.optimizers.Adam;
import org.unroll.training.FitOptions;
import org.unroll.tuning.Tuner;

/** Checks by reflection that every setter returns its object. */
class SettersChainTest {

  @Test
  void optimizerIsSetInOneExpression() {
    Adam optimizer = adam().learningRate(0.005).clipnorm(1).iterations(3).weightDecay(0.1);
    assertEquals(0.005, optimizer.learningRate());
  }

  /** A setter has one parameter and a getter of its name, or belongs to options of one call. */
  @Test
  void everySetterReturnsItsObject() {
    List<String> broken = new ArrayList<>();
    int setters = 0;
    var importer = new ClassFileImporter(List.of(new DoNotIncludeTests()));
    for (JavaClass found :
        importer.importPackages(
            "org.unroll.optimizers",
            "org.unroll.layers",
            "org.unroll.network",
            "org.unroll.callbacks",
            "org.unroll.losses",
            "org.unroll.metrics",
            "org.unroll.training",
            "org.unroll.tuning")) {
      Class<?> type = found.reflect();
      if (!Modifier.isPublic(type.getModifiers())) {
        continue;
      }
      for (Method method : type.getDeclaredMethods()) {
        if (isSetter(type, method)) {
          setters++;
          if (!method.getReturnType().isAssignableFrom(type)) {
            broken.add(method.toString());
          }
        }
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(setters > 100, setters + " setters found");
  }

  private static boolean isSetter(Class<?> type, Method method) {
    if (method.isBridge()
        || !Modifier.isPublic(method.getModifiers())
        || Modifier.isStatic(method.getModifiers())
        || method.getParameterCount() != 1) {
      return false;
    }
    boolean hasGetter =
        Arrays.stream(type.getMethods())
            .anyMatch(
                other ->
                    other.getName().equals(method.getName())
                        && other.getParameterCount() == 0
                        && other.getReturnType().equals(method.getParameterTypes()[0])
                        && !method.getReturnType().equals(other.getReturnType()));
    boolean isOption = type == FitOptions.class || type == Tuner.class;
    return hasGetter
        || (isOption && !method.getName().matches("search|crossValidate|scoreFolds|decide|work"));
  }
}
