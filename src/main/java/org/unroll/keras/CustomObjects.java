package org.unroll.keras;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.unroll.network.Layer;
import org.unroll.optimizers.FluentOptimizer;
import org.unroll.optimizers.Optimizer;

/**
 * Registers your own layers, cells, losses, metrics, initializers, constraints, optimizers and
 * learning rate schedules, so that models with them can be saved and loaded. It is the counterpart
 * of Keras's {@code @keras.saving.register_keras_serializable(package)}.
 *
 * <p>The name of a class in files is {@code package>Name}. Its configuration consists of the
 * arguments from which an equal object can be created: numbers, strings, booleans, null, layers,
 * activations, initializers and other objects of Keras or registered classes, and lists and maps of
 * them. For the loss that is the example of {@link org.unroll.losses.Loss}:
 *
 * <pre>{@code
 * import java.util.Map;
 * import org.unroll.keras.CustomObjects;
 *
 * CustomObjects.register(
 *     "acme>QuantileLoss",
 *     QuantileLoss.class,
 *     loss -> Map.of("q", loss.q()),
 *     config -> new QuantileLoss(config.number("q")));
 * }</pre>
 *
 * <p>Register a class before a model with it is saved, or is trained with a {@code
 * ModelCheckpoint}, and before such a file is loaded. To register a name again replaces the class,
 * as running a notebook cell twice does.
 *
 * <p>An object without arguments, such as an initializer that is a lambda expression, is registered
 * itself:
 *
 * <pre>{@code
 * import org.unroll.network.Initializer;
 *
 * Initializer alternating =
 *     (values, shape, random) -> {
 *       for (int i = 0; i < values.length; i++) {
 *         values[i] = i % 2 == 0 ? 0.1f : -0.1f;
 *       }
 *     };
 * CustomObjects.register("acme>Alternating", alternating);
 * }</pre>
 *
 * <p><b>Layers and cells.</b> The name of a layer, whether it is trainable, and its activity
 * regularizer are saved without being arguments. So is the {@code reduction} of a loss, and the
 * options that all optimizers share. The weights of a layer are saved in the order in which Keras
 * has them: those that are trained first. An inner layer that is an argument is saved under the
 * name of the argument, which must be that of the attribute in Python. Other inner layers are saved
 * under their class, {@code dense} and {@code dense_1}.
 *
 * <p><b>Python.</b> Keras loads the file if a class is registered there under the same name. {@code
 * Model.savePython} writes a Python file with the constructors of the classes of a model.
 */
public final class CustomObjects {
  /** The package of the classes of this library that Keras does not have. */
  static final String OWN_PACKAGE = "unroll";

  private static final String NAME = "[^>]+>[A-Za-z_][A-Za-z0-9_]*";

  private static final Map<String, Entry> REGISTERED = new ConcurrentHashMap<>();

  /**
   * A registered class or object.
   *
   * @param key the class, or the object
   * @param type the class
   * @param format the format of the configuration
   * @param layer the format of a layer; null for other objects
   */
  private record Entry(Object key, Class<?> type, Format<?> format, LayerFormat<?> layer) {}

  private CustomObjects() {}

  /**
   * Registers a class.
   *
   * @param name {@code package>Name}, where {@code Name} is the name of the class in Python
   * @param type the class, not one of its superclasses
   * @param config returns the arguments of an object by name, in snake case as Python has them
   * @param create creates an object from these arguments. An argument that it does not read is an
   *     error
   * @throws IllegalArgumentException if the name does not have this form or its package is {@code
   *     unroll}
   */
  public static <T> void register(
      String name, Class<T> type, Function<T, Map<String, ?>> config, Function<Config, T> create) {
    requireName(name);
    Function<T, Map<String, ?>> ordered = object -> ordered(object, config.apply(object));
    Format<T> format =
        Format.registered(name, object -> object.getClass() == type, create)
            .nodes(object -> ConfigValues.write(name, ordered.apply(object)));
    register(name, type, type, withCommonArguments(format, type), ordered);
  }

  /**
   * Registers an object without arguments, such as a lambda expression.
   *
   * @param name {@code package>Name}
   * @param object the object that every model with this name uses
   * @throws IllegalArgumentException as {@link #register(String, Class, Function, Function)}, and
   *     if the object is a layer or an optimizer, which belongs to one model
   */
  public static void register(String name, Object object) {
    requireName(name);
    if (object instanceof Layer || object instanceof Optimizer) {
      throw new IllegalArgumentException(
          "An object that is registered must be shared by all models, but "
              + object.getClass().getSimpleName()
              + " belongs to one model. Register its class: register(name, class, config, create).");
    }
    Format<?> format = Format.registered(name, object::equals, config -> object);
    register(name, object, object.getClass(), format, other -> Map.of());
  }

  /**
   * Sorts arguments by name, so that files do not depend on the order of a map. Inner layers are
   * last, in their order.
   */
  private static Map<String, ?> ordered(Object object, Map<String, ?> arguments) {
    List<Layer> layers = object instanceof Layer layer ? layer.appliedLayers() : List.of();
    List<String> names = new ArrayList<>(new TreeSet<>(arguments.keySet()));
    names.sort(Comparator.comparingInt(name -> layers.indexOf(first(arguments.get(name)))));
    Map<String, Object> ordered = new LinkedHashMap<>();
    names.forEach(name -> ordered.put(name, arguments.get(name)));
    return ordered;
  }

  private static Object first(Object argument) {
    return argument instanceof List<?> list && !list.isEmpty() ? list.get(0) : argument;
  }

  private static void requireName(String name) {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException(
          "The name of a registered class must have the form package>Name, such as"
              + " acme>QuantileLoss, but was '"
              + name
              + "'.");
    }
    if (name.startsWith(OWN_PACKAGE + ">")) {
      throw new IllegalArgumentException(
          "The package '"
              + OWN_PACKAGE
              + "' is that of the library, so it must not be registered, but the name was '"
              + name
              + "'. Use a package of your own.");
    }
  }

  @SuppressWarnings("unchecked") // the classes are checked
  private static <T> void register(
      String name,
      Object key,
      Class<?> type,
      Format<?> format,
      Function<T, Map<String, ?>> config) {
    LayerFormat<?> layer =
        Layer.class.isAssignableFrom(type)
            ? LayerFormat.registered(
                (Format<Layer>) format, (Function<Layer, Map<String, ?>>) (Function<?, ?>) config)
            : null;
    REGISTERED.values().removeIf(entry -> entry.key.equals(key));
    REGISTERED.put(name, new Entry(key, type, format, layer));
  }

  /** Adds the arguments that all objects of a kind have in Keras. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // the classes are checked
  private static Format<?> withCommonArguments(Format<?> format, Class<?> type) {
    if (Layer.class.isAssignableFrom(type)) {
      return ((Format<Layer>) format)
          .text(
              "name",
              Layer::name,
              (layer, name) -> {
                layer.setName(name);
                return layer;
              });
    }
    return FluentOptimizer.class.isAssignableFrom(type)
        ? OptimizerFormats.common((Format<FluentOptimizer>) format)
        : format;
  }

  /**
   * Returns the format of a registered class.
   *
   * @param kind the class or interface that it must have
   * @throws IllegalArgumentException if no such class is registered under the name
   */
  @SuppressWarnings("unchecked") // the class is checked
  static <F> Format<? extends F> named(Class<F> kind, String name) {
    Entry entry = REGISTERED.get(name);
    if (entry == null) {
      throw new IllegalArgumentException(
          "The custom objects of a file must be registered before it is read, but '"
              + name
              + "' is not"
              + (REGISTERED.isEmpty() ? "" : ", only " + REGISTERED.keySet())
              + ". Call CustomObjects.register(\""
              + name
              + "\", …) with the class of this "
              + kind.getSimpleName()
              + ".");
    }
    if (!kind.isAssignableFrom(entry.type)) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' must be registered as a "
              + kind.getSimpleName()
              + ", but its class is "
              + entry.type.getSimpleName()
              + ".");
    }
    return (Format<? extends F>) entry.format;
  }

  /** Returns the format of an object, or null if its class is not registered. */
  static Format<?> of(Object object) {
    Entry entry = find(object);
    return entry == null ? null : entry.format;
  }

  /** Returns the format of a layer, or null if its class is not registered. */
  static LayerFormat<?> layer(Layer layer) {
    Entry entry = find(layer);
    return entry == null ? null : entry.layer;
  }

  private static Entry find(Object object) {
    for (Entry entry : REGISTERED.values()) {
      if (entry.format.accepts(object)) {
        return entry;
      }
    }
    return null;
  }

  /** Returns the class that is registered under a name, or null. */
  static Class<?> type(String name) {
    Entry entry = REGISTERED.get(name);
    return entry == null ? null : entry.type;
  }

  /** Returns the last sentence of the message of an exception: how to make an object known. */
  static String howToRegister(Object object) {
    Class<?> type = object.getClass();
    String start = "Register it with CustomObjects.register(\"package>";
    return type.isHidden() || type.isSynthetic() || type.isAnonymousClass()
        ? start + "Name\", object), or leave it out."
        : start
            + type.getSimpleName()
            + "\", "
            + type.getSimpleName()
            + ".class, …), or leave it out.";
  }
}
