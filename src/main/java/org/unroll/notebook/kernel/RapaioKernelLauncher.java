package org.unroll.notebook.kernel;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Starts the rapaio Jupyter kernel (RJK) 3.0.1 so that it always comes up and outlives the stop
 * button.
 *
 * <p>RJK's own {@code Channels.connect} has faults that a notebook meets daily:
 *
 * <ul>
 *   <li>it opens the sockets before it fills the table of handlers, so a request that comes in
 *       between kills the thread that reads requests;
 *   <li>{@code LoopThread.start} starts the thread before it sets the flag on which the thread
 *       runs, so the thread may end at once;
 *   <li>an interrupt shuts down the executor that later cells need, and its handler shares the
 *       parent message and the list of closing actions with the cell that runs;
 *   <li>a cell that was stopped is answered at once, and the next one begins while the first is
 *       still in its last batch.
 * </ul>
 *
 * <p>This class keeps RJK's kernel, message format and cell handling and replaces only the loops
 * around them. The publishing socket is bound first, then the kernel (its JShell) is made, and the
 * sockets that take requests are bound when everything is there to answer them. The control socket
 * is answered on its own, beside a running cell and without touching its state.
 *
 * <p>All access is by reflection: the library neither compiles against a kernel nor brings one. The
 * kernel's jar has to be on the class path; {@code notebooks/start} sees to it.
 */
final class RapaioKernelLauncher {

  private static final String ARTIFACT = "io.github.padreati:rapaio-jupyter-kernel:3.0.1";
  private static final String ROOT = "org.rapaio.jupyter.kernel.";

  /** The terminal of Jupyter; while a cell runs, System.err itself leads into the notebook. */
  private static final PrintStream TERMINAL = System.err;

  /** How long the last reply gets to leave before the process ends, in milliseconds. */
  private static final long FAREWELL_MILLIS = 100;

  /** How often a stop looks whether the cell has come to run, or has ended, in milliseconds. */
  private static final long RETRY_MILLIS = 10;

  /** How long the next cell waits for one that was stopped but goes on, in milliseconds. */
  private static final long LEAVE_MILLIS = 10_000;

  /** The kernel's method for each request on the shell socket. */
  private static final Map<String, String> SHELL_HANDLERS =
      Map.ofEntries(
          Map.entry("execute_request", "handleExecuteRequest"),
          Map.entry("inspect_request", "handleInspectRequest"),
          Map.entry("complete_request", "handleCompleteRequest"),
          Map.entry("history_request", "handleHistoryRequest"),
          Map.entry("is_complete_request", "handleIsCompleteRequest"),
          Map.entry("kernel_info_request", "handleKernelInfoRequest"),
          Map.entry("comm_open", "handleCommOpenCommand"),
          Map.entry("comm_msg", "handleCommMsgCommand"),
          Map.entry("comm_close", "handleCommCloseCommand"),
          Map.entry("comm_info_request", "handleCommInfoRequest"));

  private final Object channels;
  private final Object iopub;
  private final Object shell;
  private final Object control;
  private final Object kernel;

  /** The request whose cell runs, null between cells; written by the shell's thread only. */
  private volatile Object runningCell;

  /** Whether a stop has come since the shell's last request. */
  private volatile boolean stopped;

  private RapaioKernelLauncher(Path connectionFile)
      throws IOException, ReflectiveOperationException {
    Object connection =
        callStatic(
            type("core.Transform"),
            "fromJson",
            Files.readString(connectionFile),
            type("core.ConnectionProperties"));
    channels = construct(type("channels.Channels"), connection);
    iopub = get(channels, "iopub");
    shell = get(channels, "shell");
    control = get(channels, "control");

    // The subscription of a front end arrives some tenths of a second after the socket is bound;
    // what is published before is lost. Making the kernel takes longer than that.
    bind(iopub, connection, "iopubPort");
    bind(get(channels, "stdin"), connection, "stdinPort");
    Object heartbeat = bind(get(channels, "heartbeat"), connection, "hbPort");

    kernel = type("MainApp").getField("kernel").get(null);
    call(kernel, "registerChannels", channels);
    publishStatus(null, "STARTING");
    bind(shell, connection, "shellPort");
    bind(control, connection, "controlPort");

    // Last: a thread that is running would keep a kernel alive that failed to come up.
    loop("unroll-heartbeat", () -> call(heartbeat, "send", call(heartbeat, "recv")));
    loop("unroll-shell", this::answerShell);
    loop("unroll-control", this::answerControl);
  }

  /**
   * Brings the kernel up; it then runs until Jupyter shuts it down.
   *
   * @param args the connection file that Jupyter passes
   * @throws IllegalArgumentException if there is not exactly one argument
   * @throws IllegalStateException if RJK 3.0.1 is not on the class path
   * @throws IOException if the connection file cannot be read
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      throw new IllegalArgumentException(
          "The kernel takes one argument, the connection file that Jupyter writes. Received: "
              + List.of(args)
              + ". Jupyter starts it; for a notebook run notebooks/start.");
    }
    try {
      new RapaioKernelLauncher(Path.of(args[0]));
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("The kernel failed to start: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "The launcher needs " + ARTIFACT + ", and just that, on the class path. Missing: " + e,
          e);
    }
  }

  /** One request that runs code or asks about code, in the order in which they come. */
  private void answerShell() throws ReflectiveOperationException {
    Object message = call(shell, "readMessage");
    String request = request(message);
    if (request.equals("shutdown_request")) {
      shutdown(shell, message);
    }
    String handler = SHELL_HANDLERS.get(request);
    if (handler == null) {
      TERMINAL.println("The kernel has no answer to a message of type " + request);
      return;
    }
    call(channels, "setMsgId", call(message, "getId"));
    stopped = false;
    runningCell = request.equals("execute_request") ? message : null;
    try {
      call(kernel, handler, message);
    } finally {
      runningCell = null;
      call(channels, "runAfterActions");
    }
    if (stopped) {
      awaitCells();
    }
  }

  /** Waits until no thread runs a cell any more; one that ignores its interrupt is given up. */
  private void awaitCells() throws ReflectiveOperationException {
    var threads = (ThreadPoolExecutor) get(executionControl(), "executor");
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LEAVE_MILLIS);
    while (threads.getActiveCount() > 0 && System.nanoTime() < end) {
      pause(RETRY_MILLIS);
    }
  }

  /** One request on the control socket: answered at once, while a cell may be running. */
  private void answerControl() throws ReflectiveOperationException {
    Object message = call(control, "readMessage");
    Object id = call(message, "getId");
    publishStatus(id, "BUSY");
    try {
      String request = request(message);
      switch (request) {
        case "interrupt_request" -> {
          send(control, id, construct(type("message.messages.ControlInterruptReply")));
          interrupt();
        }
        case "kernel_info_request" -> send(control, id, call(kernel, "kernelInfo"));
        case "shutdown_request" -> shutdown(control, message);
        default ->
            TERMINAL.println("The kernel has no answer to a control message of type " + request);
      }
    } finally {
      publishStatus(id, "IDLE");
    }
  }

  /**
   * Cancels the running cell: its thread is interrupted and its front end told so. RJK goes on to
   * stop the execution control and the shell, after which no cell runs any more; and it cancels
   * nothing when the cell is still being compiled, so this waits until there is something to cancel
   * or the cell has ended.
   */
  private void interrupt() throws ReflectiveOperationException {
    var snippets = (Map<?, ?>) get(executionControl(), "running");
    Object cell = runningCell;
    stopped = true;
    boolean cancelled = false;
    while (!cancelled && cell != null && cell == runningCell) {
      for (Object snippet : snippets.values()) {
        cancelled |= ((Future<?>) snippet).cancel(true);
      }
      if (!cancelled) {
        pause(RETRY_MILLIS);
      }
    }
  }

  /** What runs the cells, each in a thread of its own. */
  private Object executionControl() throws ReflectiveOperationException {
    Object engine = call(kernel, "javaEngine");
    return call(get(engine, "controlProvider"), "getRegisteredControl", get(engine, "executionId"));
  }

  /**
   * Replies and ends the process. RJK closes its sockets instead, from another thread than the one
   * that reads them, and then waits for its idle threads.
   */
  private void shutdown(Object channel, Object message) throws ReflectiveOperationException {
    Object id = call(message, "getId");
    Object restart = call(call(message, "content"), "restart");
    send(channel, id, construct(type("message.messages.ControlShutdownReply"), restart));
    publishStatus(id, "IDLE");
    pause(FAREWELL_MILLIS);
    System.exit(0);
  }

  private void publishStatus(Object parentId, String state) throws ReflectiveOperationException {
    Class<?> status = type("message.messages.IOPubStatus");
    send(iopub, parentId, status.getField(state).get(null));
  }

  private void send(Object channel, Object parentId, Object content)
      throws ReflectiveOperationException {
    Object message = construct(type("message.Message"), parentId, call(content, "type"), content);
    call(channel, "sendMessage", message);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      // Nobody interrupts the threads of this class; a cell runs in one of the kernel's.
      Thread.currentThread().interrupt();
    }
  }

  private static String request(Object message) throws ReflectiveOperationException {
    return (String) call(call(call(message, "header"), "type"), "name");
  }

  private static Object bind(Object channel, Object connection, String port)
      throws ReflectiveOperationException {
    Object socket = get(channel, "socket");
    call(socket, "bind", call(connection, "formatAddress", call(connection, port)));
    return socket;
  }

  /** One turn of a loop that answers messages. */
  private interface Turn {
    void run() throws ReflectiveOperationException;
  }

  /** Runs turns for ever; a message that fails is reported and must not end the loop. */
  private static void loop(String name, Turn turn) {
    Runnable turns =
        () -> {
          while (true) {
            try {
              turn.run();
            } catch (InvocationTargetException e) {
              TERMINAL.println("A message to the kernel failed:");
              e.getCause().printStackTrace(TERMINAL);
            } catch (ReflectiveOperationException e) {
              throw new IllegalStateException("The kernel differs from " + ARTIFACT, e);
            }
          }
        };
    new Thread(turns, name).start();
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    // Not initialized here: the initializer of MainApp starts the JShell.
    return Class.forName(ROOT + name, false, RapaioKernelLauncher.class.getClassLoader());
  }

  private static Object get(Object target, String name) throws ReflectiveOperationException {
    for (Class<?> c = target.getClass(); c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (field.getName().equals(name)) {
          field.setAccessible(true);
          return field.get(target);
        }
      }
    }
    throw new NoSuchFieldException(target.getClass().getName() + "." + name);
  }

  private static Object call(Object target, String name, Object... arguments)
      throws ReflectiveOperationException {
    return invoke(target.getClass(), target, name, arguments);
  }

  private static Object callStatic(Class<?> type, String name, Object... arguments)
      throws ReflectiveOperationException {
    return invoke(type, null, name, arguments);
  }

  private static Object invoke(Class<?> type, Object target, String name, Object... arguments)
      throws ReflectiveOperationException {
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (Method method : c.getDeclaredMethods()) {
        if (method.getName().equals(name) && takes(method, arguments)) {
          method.setAccessible(true);
          return method.invoke(target, arguments);
        }
      }
    }
    throw new NoSuchMethodException(type.getName() + "." + name);
  }

  private static Object construct(Class<?> type, Object... arguments)
      throws ReflectiveOperationException {
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (takes(constructor, arguments)) {
        constructor.setAccessible(true);
        return constructor.newInstance(arguments);
      }
    }
    throw new NoSuchMethodException("constructor of " + type.getName());
  }

  private static boolean takes(Executable executable, Object... arguments) {
    Class<?>[] parameters = executable.getParameterTypes();
    if (parameters.length != arguments.length) {
      return false;
    }
    for (int i = 0; i < parameters.length; i++) {
      // wrap() turns int into Integer, which is how reflection passes it.
      Class<?> parameter = MethodType.methodType(parameters[i]).wrap().returnType();
      if (arguments[i] != null && !parameter.isInstance(arguments[i])) {
        return false;
      }
    }
    return true;
  }
}
