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
 * Reads the pickle of a NumPy object array whose elements are lists of whole numbers, and nothing
 * else. A pickle is a program; of its instructions only those that build lists, tuples, numbers and
 * short texts are carried out. Of the names it may call, the three that NumPy's arrays are made
 * with stand here for a list; every other one is refused before anything is done with it.
 */
final class ListUnpickler extends Unpickler {
  private static final Set<String> NUMPY =
      Set.of(
          "numpy.ndarray",
          "numpy.dtype",
          "numpy.core.multiarray._reconstruct",
          "numpy._core.multiarray._reconstruct");

  /** The longest text in such a pickle is the name of a module. */
  private static final int MAX_TEXT = 255;

  /** What a name, and what is made by calling it, stand for until the array's state arrives. */
  private record Named(String name) {}

  /** An array with its state: its elements. */
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
        stack.pop(); // the arguments say how NumPy makes an empty array, or a data type
        stack.add((Named) stack.pop());
      }
      case Opcodes.BUILD -> build();
      default ->
          throw new PickleException(
              "the pickle has the instruction 0x"
                  + Integer.toHexString(key)
                  + ", which lists of whole numbers do not need");
    }
    return NO_RETURN_VALUE;
  }

  private static Named named(String name) {
    if (!NUMPY.contains(name)) {
      throw new PickleException(
          "the pickle asks for '"
              + (name.length() > MAX_TEXT ? name.substring(0, MAX_TEXT) + "…" : name)
              + "'; only NumPy's own arrays are read, and nothing is called");
    }
    return new Named(name);
  }

  /** A state follows an array or its data type; that of an array ends with its elements. */
  private void build() {
    Object state = stack.pop();
    if (!(stack.pop() instanceof Named target) || !(state instanceof Object[] values)) {
      throw new PickleException("the pickle gives a state to what is no array");
    }
    Object last = values.length == 0 ? null : values[values.length - 1];
    stack.add(last instanceof List<?> list ? new Elements(list) : target);
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int c = input.read(); c != '\n'; c = input.read()) {
      if (c < 0 || line.length() == MAX_TEXT) {
        throw new PickleException("the pickle ends, or goes on too long, in a name");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private String text() throws IOException {
    int length = PickleUtils.bytes_to_integer(PickleUtils.readbytes(input, 4));
    if (length < 0 || length > MAX_TEXT) {
      throw new PickleException(
          "the pickle has a text of " + Integer.toUnsignedString(length) + " bytes");
    }
    return new String(input.readNBytes(length), StandardCharsets.UTF_8);
  }
}
