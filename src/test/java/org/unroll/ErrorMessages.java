package org.unroll;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** Assertions about the messages of exceptions that report a wrong argument. */
public final class ErrorMessages {
  private ErrorMessages() {}

  /**
   * Asserts that code throws an {@link IllegalArgumentException} and that its message contains a
   * text.
   */
  public static void assertMessageContains(String expected, Executable code) {
    String message = assertThrows(IllegalArgumentException.class, code).getMessage();
    assertTrue(
        message.contains(expected),
        () -> "Expected a message that contains <" + expected + "> but was: " + message);
  }
}
