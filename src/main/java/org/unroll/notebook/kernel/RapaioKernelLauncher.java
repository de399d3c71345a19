package org.unroll.notebook.kernel;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Starts the rapaio Jupyter kernel (RJK) 3.0.1 so that it starts reliably and survives the stop
 * button.
 *
 * <p>RJK's {@code Channels.connect} has faults that affect everyday use:
 *
 * <ul>
 *   <li>it opens the sockets before it fills the table of handlers, so an early request kills the
 *       thread that reads requests;
 *   <li>{@code LoopThread.start} starts the thread before it sets the flag that keeps the thread
 *       running, so the thread may end at once;
 *   <li>an interrupt shuts down the executor that later cells need, and its handler shares the
 *       parent message and the list of closing actions with the running cell;
 *   <li>a stopped cell is answered at once, and the next one begins while the first still computes
 *       its last batch;
 *   <li>a stopped cell shows an exception and its code.
 * </ul>
 *
 * <p>This class keeps RJK's kernel, message format and cell handling, and replaces only the loops
 * around them. It binds the publishing socket first, then creates the kernel with its JShell, and
 * binds the request sockets when all handlers exist. A separate thread answers the control socket
 * while a cell runs, without touching the cell's state.
 *
 * <p>All access is by reflection: the library neither compiles against a kernel nor contains one.
 * The kernel's jar must be on the class path; {@code notebooks/start} sets this up.
 */
final class RapaioKernelLauncher {

  private static final String ARTIFACT = "io.github.padreati:rapaio-jupyter-kernel:3.0.1";
  private static final String ROOT = "org.rapaio.jupyter.kernel.";

  private static final String STOPPED =
      "This cell was stopped. What it has computed so far can be used.";

  /** The terminal of Jupyter; while a cell runs, System.err writes into the notebook. */
  private static final PrintStream TERMINAL = System.err;

  /** The time that the last reply has to leave before the process ends, in milliseconds. */
  private static final long FAREWELL_MILLIS = 100;

  /** The interval at which a stop checks whether the cell has started or ended, in milliseconds. */
  private static final long RETRY_MILLIS = 10;

  /**
   * The time that the next cell waits for a stopped cell that is still running, in milliseconds.
   */
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

  /** The request whose cell is running, null between cells; written only by the shell's thread. */
  private volatile Object runningCell;

  /** Whether a stop has arrived since the shell's last request. */
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
    // messages published earlier are lost. Creating the kernel takes longer than that.
    bind(iopub, connection, "iopubPort");
    bind(get(channels, "stdin"), connection, "stdinPort");
    Object heartbeat = bind(get(channels, "heartbeat"), connection, "hbPort");

    kernel = type("MainApp").getField("kernel").get(null);
    call(kernel, "registerChannels", channels);
    shortenStops();
    publishStatus(null, "STARTING");
    bind(shell, connection, "shellPort");
    bind(control, connection, "controlPort");

    // Last, because a running thread would keep a kernel alive that failed to start.
    loop("unroll-heartbeat", () -> call(heartbeat, "send", call(heartbeat, "recv")));
    loop("unroll-shell", this::answerShell);
    loop("unroll-control", this::answerControl);
  }

  /**
   * Starts the kernel, which runs until Jupyter shuts it down.
   *
   * @param args the connection file, which Jupyter passes
   * @throws IllegalArgumentException if there is not exactly one argument
   * @throws IllegalStateException if RJK 3.0.1 is not on the class path
   * @throws IOException if the connection file cannot be read
   */
  public static void main(String[] args) throws IOException {
    if (args.length != 1) {
      throw new IllegalArgumentException(
          "There must be exactly one argument, the connection file that Jupyter writes, but the arguments are "
              + List.of(args)
              + ". Run notebooks/start to open a notebook.");
    }
    try {
      new RapaioKernelLauncher(Path.of(args[0]));
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("The kernel failed to start: " + e.getCause(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "The launcher needs "
              + ARTIFACT
              + ", and no other version, on the class path. Missing: "
              + e,
          e);
    }
  }

  /** Lets a stopped cell end in one sentence. RJK would show an exception and the cell's code. */
  private static void shortenStops() throws ReflectiveOperationException {
    Class<?> formatter = type("core.format.ErrorFormatter");
    InvocationHandler sentence = (proxy, method, arguments) -> List.of(STOPPED);
    callStatic(
        type("core.format.ErrorFormatters"),
        "register",
        type("core.java.EvaluationInterruptedException"),
        Proxy.newProxyInstance(formatter.getClassLoader(), new Class<?>[] {formatter}, sentence));
  }

  /** Handles one request that runs code or asks about code, in the order of arrival. */
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

  /** Waits until no thread runs a cell. A cell that ignores its interrupt is abandoned. */
  private void awaitCells() throws ReflectiveOperationException {
    var threads = (ThreadPoolExecutor) get(executionControl(), "executor");
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LEAVE_MILLIS);
    while (threads.getActiveCount() > 0 && System.nanoTime() < end) {
      pause(RETRY_MILLIS);
    }
  }

  /** Answers one request on the control socket, while a cell may be running. */
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
   * Cancels the running cell: interrupts its thread and informs the front end. RJK would also stop
   * the execution control and the shell, after which no cell could run, and it would cancel nothing
   * while the cell is still being compiled. Therefore this method waits until there is something to
   * cancel or the cell has ended.
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

  /** Returns the executor that runs each cell in a separate thread. */
  private Object executionControl() throws ReflectiveOperationException {
    Object engine = call(kernel, "javaEngine");
    return call(get(engine, "controlProvider"), "getRegisteredControl", get(engine, "executionId"));
  }

  /**
   * Replies and ends the process. RJK would close its sockets from a thread that does not read
   * them, and then wait for its idle threads.
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
      // The threads of this class are never interrupted; cells run in threads of the kernel.
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

  /** One iteration of a loop that answers messages. */
  private interface Turn {
    void run() throws ReflectiveOperationException;
  }

  /** Runs the loop forever. A message that fails is reported and must not end the loop. */
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
    // Not initialized here because the initializer of MainApp starts the JShell.
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
      // wrap() converts int to Integer, as reflection passes it.
      Class<?> parameter = MethodType.methodType(parameters[i]).wrap().returnType();
      if (arguments[i] != null && !parameter.isInstance(arguments[i])) {
        return false;
      }
    }
    return true;
  }
}
