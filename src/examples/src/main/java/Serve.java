import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.unroll.Sequential;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * Serves the model of {@link Train} over HTTP:
 *
 * <pre>curl --data-binary @power.csv http://localhost:8080/forecast</pre>
 *
 * <p>Returns the forecast as CSV. The argument {@code check} makes one request and ends.
 */
public class Serve {
  private final Sequential model;
  private final Table scaling;

  Serve(Path folder) {
    model = Sequential.load(folder.resolve("power.keras"));
    scaling = Table.read().csv(folder.resolve("scaling.csv").toFile());
  }

  public static void main(String[] arguments) throws Exception {
    boolean check = arguments.length > 0 && arguments[0].equals("check");
    Serve service = new Serve(Path.of("target", "model"));
    // Without an executor, one thread handles all requests; a model must not be used by two.
    HttpServer server = HttpServer.create(new InetSocketAddress("localhost", check ? 0 : 8080), 0);
    server.createContext("/forecast", service::answer);
    server.start();
    System.out.println("Listening on " + server.getAddress());
    if (check) {
      URI address = URI.create("http://localhost:" + server.getAddress().getPort() + "/forecast");
      HttpRequest request =
          HttpRequest.newBuilder(address)
              .POST(HttpRequest.BodyPublishers.ofFile(Path.of("power.csv")))
              .build();
      HttpResponse<String> response =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      System.out.println(response.body());
      server.stop(0);
      System.exit(response.statusCode() == 200 ? 0 : 1);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    int status = 200;
    String text;
    try {
      Table measured = Table.read().usingOptions(CsvReadOptions.builder(exchange.getRequestBody()));
      text = Forecast.forecast(model, scaling, measured).write().toString("csv");
    } catch (RuntimeException e) {
      status = 400; // the message says what the table must contain
      text = e.getMessage();
    }
    byte[] body = String.valueOf(text).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }
}
