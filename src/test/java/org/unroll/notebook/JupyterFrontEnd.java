package org.unroll.notebook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ.Socket;

/**
 * A front end that sends cells to a kernel and reads what the kernel publishes, in version 5.3 of
 * Jupyter's messaging protocol.
 */
final class JupyterFrontEnd implements AutoCloseable {

  private static final String KEY = "a key of this test";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_MILLIS = 20_000;

  /** A message that a kernel published. */
  record Message(String type, String parent, JsonNode content) {}

  private final int[] ports = new int[5];
  private final ZContext context = new ZContext();
  private Socket shell;
  private Socket iopub;

  JupyterFrontEnd() throws IOException {
    List<ServerSocket> taken = new ArrayList<>();
    for (int i = 0; i < ports.length; i++) {
      taken.add(new ServerSocket(0));
      ports[i] = taken.get(i).getLocalPort();
    }
    for (ServerSocket socket : taken) {
      socket.close();
    }
  }

  /** Returns the content of the connection file, which contains the ports of the kernel. */
  String connectionFile() {
    return JSON.createObjectNode()
        .put("ip", "127.0.0.1")
        .put("transport", "tcp")
        .put("shell_port", ports[0])
        .put("iopub_port", ports[1])
        .put("stdin_port", ports[2])
        .put("control_port", ports[3])
        .put("hb_port", ports[4])
        .put("signature_scheme", "hmac-sha256")
        .put("key", KEY)
        .toString();
  }

  /** Connects to a running kernel and subscribes to its messages. */
  void connect() throws IOException {
    iopub = context.createSocket(SocketType.SUB);
    iopub.subscribe(new byte[0]);
    iopub.connect("tcp://127.0.0.1:" + ports[1]);
    shell = context.createSocket(SocketType.DEALER);
    shell.connect("tcp://127.0.0.1:" + ports[0]);
    // A subscription takes a moment, and earlier messages are lost.
    iopub.setReceiveTimeOut(200);
    for (int attempt = 0; attempt < 100; attempt++) {
      String id = send("kernel_info_request", "{}");
      Message message = read();
      while (message != null && !isIdle(message, id)) {
        message = read();
      }
      if (message != null) {
        iopub.setReceiveTimeOut(PATIENCE_MILLIS);
        return;
      }
    }
    throw new IOException("The kernel publishes nothing.");
  }

  /** Runs a cell and returns the messages published meanwhile, without status messages. */
  List<Message> execute(String code) throws IOException {
    String id =
        send(
            "execute_request",
            JSON.createObjectNode()
                .put("code", code)
                .put("silent", false)
                .put("store_history", true)
                .put("allow_stdin", false)
                .put("stop_on_error", true)
                .set("user_expressions", JSON.createObjectNode())
                .toString());
    List<Message> published = new ArrayList<>();
    while (true) {
      Message message = read();
      assertTrue(message != null, "The kernel fell silent after " + published);
      if (isIdle(message, id)) {
        return published;
      }
      if (id.equals(message.parent())
          && !message.type().equals("status")
          && !message.type().equals("execute_input")) {
        published.add(message);
      }
    }
  }

  private static boolean isIdle(Message message, String parent) {
    return message.type().equals("status")
        && message.content().path("execution_state").asText().equals("idle")
        && parent.equals(message.parent());
  }

  private String send(String type, String content) {
    String id = UUID.randomUUID().toString();
    String header =
        JSON.createObjectNode()
            .put("msg_id", id)
            .put("msg_type", type)
            .put("username", "test")
            .put("session", "test")
            .put("date", "2026-01-01T00:00:00.000000Z")
            .put("version", "5.3")
            .toString();
    shell.sendMore("<IDS|MSG>");
    shell.sendMore(signature(header, "{}", "{}", content));
    shell.sendMore(header);
    shell.sendMore("{}");
    shell.sendMore("{}");
    shell.send(content);
    return id;
  }

  private static String signature(String... parts) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(KEY.getBytes(UTF_8), "HmacSHA256"));
      for (String part : parts) {
        mac.update(part.getBytes(UTF_8));
      }
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no HMAC: " + e, e);
    }
  }

  /** Returns the next message, or null if none arrives in time. */
  private Message read() throws IOException {
    String part = iopub.recvStr();
    if (part == null) {
      return null;
    }
    while (!part.equals("<IDS|MSG>")) {
      part = iopub.recvStr();
    }
    iopub.recvStr(); // the signature
    JsonNode header = JSON.readTree(iopub.recvStr());
    JsonNode parent = JSON.readTree(iopub.recvStr());
    iopub.recvStr(); // metadata
    JsonNode content = JSON.readTree(iopub.recvStr());
    return new Message(header.path("msg_type").asText(), parent.path("msg_id").asText(), content);
  }

  @Override
  public void close() {
    context.close();
  }
}
