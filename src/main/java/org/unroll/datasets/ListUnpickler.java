package org.unroll.datasets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import net.razorvine.pickle.Opcodes;
import net.razorvine.pickle.PickleException;
import net.razorvine.pickle.PickleUtils;
import net.razorvine.pickle.Unpickler;

/**
 * Reads the pickle of a NumPy object array whose elements are lists of integers, and nothing else.
 * A pickle is a program. Only the instructions that build lists, tuples, integers and short strings
 * are executed. The names with which NumPy constructs arrays are replaced by a placeholder; every
 * other name is rejected before anything is done with it.
 */
final class ListUnpickler extends Unpickler {
  private static final Set<String> NUMPY =
      Set.of(
          "numpy.ndarray",
          "numpy.dtype",
          "numpy.core.multiarray._reconstruct",
          "numpy._core.multiarray._reconstruct");

  /** The maximum length of a string. The longest one in such a pickle is the name of a module. */
  private static final int MAX_TEXT = 255;

  /**
   * A placeholder for a name, and for what is constructed by calling it, until the state of the
   * array arrives.
   */
  private record Named(String name) {}

  /** The elements of an array. */
  record Elements(List<?> list) {}

  @Override
  protected Object dispatch(short key) throws IOException {
    switch (key) {
      case Opcodes.PROTO,
          Opcodes.FRAME,
          Opcodes.STOP,
          Opcodes.MARK,
          Opcodes.NONE,
          Opcodes.NEWTRUE,
          Opcodes.NEWFALSE,
          Opcodes.BININT,
          Opcodes.BININT1,
          Opcodes.BININT2,
          Opcodes.LONG1,
          Opcodes.TUPLE,
          Opcodes.TUPLE1,
          Opcodes.TUPLE2,
          Opcodes.TUPLE3,
          Opcodes.EMPTY_TUPLE,
          Opcodes.EMPTY_LIST,
          Opcodes.APPEND,
          Opcodes.APPENDS,
          Opcodes.BINPUT,
          Opcodes.LONG_BINPUT,
          Opcodes.MEMOIZE,
          Opcodes.BINGET,
          Opcodes.LONG_BINGET,
          Opcodes.SHORT_BINUNICODE,
          Opcodes.SHORT_BINSTRING,
          Opcodes.SHORT_BINBYTES -> {
        return super.dispatch(key);
      }
      case Opcodes.BINUNICODE -> stack.add(text());
      case Opcodes.GLOBAL -> stack.add(named(line() + "." + line()));
      case Opcodes.STACK_GLOBAL -> {
        String name = (String) stack.pop();
        String module = (String) stack.pop();
        stack.add(named(module + "." + name));
      }
      case Opcodes.REDUCE -> {
        stack.pop(); // the arguments of an empty array or a data type
        stack.add((Named) stack.pop());
      }
      case Opcodes.BUILD -> build();
      default ->
          throw new PickleException(
              "the pickle has the instruction 0x"
                  + Integer.toHexString(key)
                  + ", which is not allowed because lists of integers do not require it");
    }
    return NO_RETURN_VALUE;
  }

  private static Named named(String name) {
    if (!NUMPY.contains(name)) {
      throw new PickleException(
          "the pickle must refer only to NumPy arrays, but refers to '"
              + (name.length() > MAX_TEXT ? name.substring(0, MAX_TEXT) + "…" : name)
              + "'");
    }
    return new Named(name);
  }

  /**
   * Handles the state of an array or its data type. The state of an array ends with its elements.
   */
  private void build() {
    Object state = stack.pop();
    if (!(stack.pop() instanceof Named target) || !(state instanceof Object[] values)) {
      throw new PickleException("the pickle must set the state of arrays only");
    }
    Object last = values.length == 0 ? null : values[values.length - 1];
    stack.add(last instanceof List<?> list ? new Elements(list) : target);
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int c = input.read(); c != '\n'; c = input.read()) {
      if (c < 0 || line.length() == MAX_TEXT) {
        throw new PickleException(
            "a name in the pickle must end within " + MAX_TEXT + " characters");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private String text() throws IOException {
    int length = PickleUtils.bytes_to_integer(PickleUtils.readbytes(input, 4));
    if (length < 0 || length > MAX_TEXT) {
      throw new PickleException(
          "a string in the pickle must not exceed "
              + MAX_TEXT
              + " bytes, but has "
              + Integer.toUnsignedString(length));
    }
    return new String(input.readNBytes(length), StandardCharsets.UTF_8);
  }
}
