package org.unroll.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.unroll.Model;
import org.unroll.data.Shape;

/**
 * Predicts the rows of a Spark dataset with a model. It is a {@code Transformer} of Spark ML, so it
 * can be a stage of a {@code Pipeline}, and it runs on batch and on streaming datasets.
 *
 * <pre>
 * SparkModel model = SparkModel.load("gru.keras").setInputCol("window");
 * Dataset&lt;Row&gt; predicted = model.transform(windows); // with the column "prediction"
 * </pre>
 *
 * <p><b>Input.</b> One column of numbers in the shape of the model's input: {@code array<double>}
 * or a {@code Vector} of Spark ML with all values of a window in row-major order, or {@code
 * array<array<double>>} with an array for each time step. Other numeric types are converted. If the
 * model takes sequences of any length, the number of steps is that of each row; consecutive rows of
 * the same length are predicted together.
 *
 * <p><b>Output.</b> The column {@code prediction}: a {@code double} if the output of the model is
 * one value, else an {@code array<double>} in row-major order. All other columns are kept. The
 * values are those of {@code Model.predict}, to the bit.
 *
 * <p><b>Execution.</b> The model is sent to each executor once, is read once per JVM, and is shared
 * by its tasks. Rows are predicted in batches whose buffers are reused, on {@code spark.task.cpus}
 * threads, 1 by default. A row whose input is null, has the wrong size or contains a value that is
 * not finite is an error, which fails the job; set {@code handleInvalid} to {@code keep} to get
 * null as its prediction.
 *
 * <p>For values that arrive one by one, {@link #step} keeps the state of the model for each key.
 *
 * <p>The dataset must have what the model was trained on. If the windows were normalized, they must
 * be normalized here by the same means and standard deviations; {@link SparkForecasts#forecaster}
 * does this with raw rows.
 */
public final class SparkModel extends Transformer implements MLWritable {
  private static final long serialVersionUID = 1;
  private static final String MODEL = "model.keras";
  private static final String METADATA = "metadata";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String uid;
  private final ModelFile file;
  private final Param<String> inputCol;
  private final Param<String> outputCol;
  private final Param<String> handleInvalid;
  private transient Model loaded;

  private SparkModel(String uid, ModelFile file) {
    this.uid = uid;
    this.file = file;
    inputCol = new Param<>(uid, "inputCol", "the column of the inputs");
    outputCol = new Param<>(uid, "outputCol", "the column of the predictions");
    handleInvalid =
        new Param<>(uid, "handleInvalid", "error, or keep for null as the prediction of such rows");
    setDefault(inputCol, "features");
    setDefault(outputCol, "prediction");
    setDefault(handleInvalid, "error");
  }

  private static SparkModel of(String uid, ModelFile file) {
    SparkModel model = new SparkModel(uid, file);
    model.requirePredictable();
    return model;
  }

  private static String newUid() {
    return Identifiable$.MODULE$.randomUID("unroll");
  }

  /**
   * Loads a model.
   *
   * @param path a {@code .keras} or {@code .h5} file, or a folder that {@link #write()} has
   *     written, on any file system of Hadoop, such as {@code hdfs:///models/gru.keras}
   * @throws UncheckedIOException if the path does not exist, cannot be read or is damaged
   * @throws IllegalArgumentException if the model is not supported, is stateful, or has several
   *     inputs or outputs
   * @throws IllegalStateException if no Spark session is active
   */
  public static SparkModel load(String path) {
    SparkSession spark = SparkSession.active();
    try {
      Path place = new Path(path);
      FileSystem files = place.getFileSystem(spark.sessionState().newHadoopConf());
      if (!files.exists(place)) {
        throw new FileNotFoundException("there is no such file or folder");
      }
      return files.getFileStatus(place).isDirectory()
          ? read().load(path)
          : of(newUid(), ModelFile.read(path, spark));
    } catch (IOException e) {
      throw new UncheckedIOException("The model " + path + " cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Creates a transformer from a model of this program, of which it has a copy.
   *
   * @throws IllegalArgumentException if the model cannot be saved, is stateful, or has several
   *     inputs or outputs
   */
  public static SparkModel of(Model model) {
    try {
      return of(newUid(), ModelFile.of(model::save));
    } catch (IOException e) {
      throw new UncheckedIOException("The model cannot be saved: " + e.getMessage(), e);
    }
  }

  /** Returns a copy of the model on this JVM. */
  public Model model() {
    if (loaded == null) {
      try {
        loaded = ModelFile.load(file.bytes(), each -> Model.load(each, false));
      } catch (IOException e) {
        throw new UncheckedIOException("The model cannot be read: " + e.getMessage(), e);
      }
    }
    return loaded;
  }

  private void requirePredictable() {
    List<Shape> inputs = model().network().inputShapes();
    if (inputs.size() != 1 || model().network().outputs().size() != 1) {
      throw new IllegalArgumentException(
          "A model must have one input and one output to predict the rows of a dataset, but has"
              + " inputs of the shapes "
              + inputs
              + " and "
              + model().network().outputs().size()
              + " outputs. Build a model with one input and one output, or use"
              + " SparkForecasts.forecaster for a model with a known future.");
    }
    if (model().network().isStateful()) {
      throw new IllegalArgumentException(
          "A model must not be stateful to predict the rows of a dataset, whose order is not known,"
              + " but this one is. Build it without stateful(true); step(…) keeps its state by"
              + " key.");
    }
    Shape shape = inputs.get(0);
    if (!shape.dropFirst().isKnown() && shape.rank() > 1) {
      throw new IllegalArgumentException(
          "All axes of the input but the first must have a fixed length, but the shape is "
              + shape
              + ".");
    }
  }

  /** Returns the parameter with the name of the column of the inputs, {@code features}. */
  public Param<String> inputCol() {
    return inputCol;
  }

  /** Returns the parameter with the name of the column of the predictions, {@code prediction}. */
  public Param<String> outputCol() {
    return outputCol;
  }

  /** Returns the parameter for rows that cannot be predicted: {@code error} or {@code keep}. */
  public Param<String> handleInvalid() {
    return handleInvalid;
  }

  /** Returns the name of the column of the inputs. */
  public String getInputCol() {
    return getOrDefault(inputCol);
  }

  /** Sets the name of the column of the inputs; {@code features} by default. */
  public SparkModel setInputCol(String column) {
    set(inputCol, Objects.requireNonNull(column, "column"));
    return this;
  }

  /** Returns the name of the column of the predictions. */
  public String getOutputCol() {
    return getOrDefault(outputCol);
  }

  /** Sets the name of the column of the predictions; {@code prediction} by default. */
  public SparkModel setOutputCol(String column) {
    set(outputCol, Objects.requireNonNull(column, "column"));
    return this;
  }

  /** Returns what happens to rows that cannot be predicted. */
  public String getHandleInvalid() {
    return getOrDefault(handleInvalid);
  }

  /**
   * Sets what happens to rows whose input is null, has the wrong size or contains a value that is
   * not finite: {@code error}, the default, or {@code keep}, which predicts null.
   *
   * @throws IllegalArgumentException if the value is another one
   */
  public SparkModel setHandleInvalid(String value) {
    if (!List.of("error", "keep").contains(value)) {
      throw new IllegalArgumentException(
          "handleInvalid must be 'error' or 'keep', but was '" + value + "'.");
    }
    set(handleInvalid, value);
    return this;
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public SparkModel copy(ParamMap extra) {
    return copyValues(new SparkModel(uid, file), extra);
  }

  /**
   * Returns the columns of the result.
   *
   * @throws IllegalArgumentException if the input column is missing or has another type, or if the
   *     dataset already has the output column
   */
  @Override
  public StructType transformSchema(StructType schema) {
    int input = ColumnTypes.index(schema, getInputCol());
    DataType type = schema.fields()[input].dataType();
    if (!isInput(type)) {
      throw new IllegalArgumentException(
          "The column '"
              + getInputCol()
              + "' must contain inputs of the shape "
              + model().network().inputShapes().get(0)
              + " as array<double>, array<array<double>> or a vector, but has the type "
              + type.simpleString()
              + ". Collect columns with functions.array(…) or VectorAssembler, or choose another"
              + " column with setInputCol. The columns are "
              + ColumnTypes.described(schema)
              + ".");
    }
    List<Shape> shapes = model().network().outputShapes(model().network().inputShapes());
    return withOutput(schema, isOneValue(shapes.get(0)));
  }

  private StructType withOutput(StructType schema, boolean oneValue) {
    requireNew(schema, getOutputCol());
    return schema.add(
        getOutputCol(),
        oneValue ? DataTypes.DoubleType : DataTypes.createArrayType(DataTypes.DoubleType, false),
        true);
  }

  private static void requireNew(StructType schema, String name) {
    for (String field : schema.fieldNames()) {
      if (field.equalsIgnoreCase(name)) {
        throw new IllegalArgumentException(
            "The dataset must not have the column '"
                + name
                + "', to which the result is written. Drop or rename it.");
      }
    }
  }

  static boolean isOneValue(Shape output) {
    return output.isKnown() && output.size() == 1;
  }

  private static boolean isInput(DataType type) {
    if (type instanceof ArrayType array) {
      DataType element = array.elementType();
      return ColumnTypes.isNumber(element)
          || (element instanceof ArrayType inner && ColumnTypes.isNumber(inner.elementType()));
    }
    return type.equals(SQLDataTypes.VectorType());
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    StructType result = transformSchema(dataset.schema());
    var predictions =
        new PredictPartition(
            file.share(dataset.sparkSession()),
            getInputCol(),
            ColumnTypes.index(dataset.schema(), getInputCol()),
            getHandleInvalid().equals("keep"));
    return dataset.toDF().mapPartitions(predictions, Encoders.row(result));
  }

  /**
   * Runs the model one time step at a time for each key of a stream: each row is one step of the
   * sequence of its key, and gets the output after this step. Spark keeps the states of the
   * recurrent layers by key in its state store, so a query that is started again from its
   * checkpoint continues where it ended. The cost of a row does not depend on the length of its
   * sequence.
   *
   * <pre>
   * Dataset&lt;Row&gt; forecasts =
   *     SparkModel.load("gru.keras").step(readings, "sensor", "time", "temperature");
   * forecasts.writeStream().format("parquet").option("path", "forecasts")
   *     .option("checkpointLocation", "checkpoint").start();
   * </pre>
   *
   * <p>The result has the columns of the stream and {@code prediction}, the output of the model
   * after the step, a {@code double} or an {@code array<double>}; {@code step}, the number of the
   * row in the sequence of its key, from 1; and {@code error}. The rows of a key in a micro-batch
   * are ordered by time. A row has an error instead of a prediction, and leaves the state as it
   * was, if a value is null or not finite, or if its time is null or not later than that of the
   * last step of its key. The states of all keys are kept: 4 bytes for each value of a state and
   * about 100 bytes for each key. A dataset that is not a stream is processed as one micro-batch.
   *
   * <p>The output mode of the query must be {@code append}. The states belong to one model: a query
   * that continues with another model fails, and needs a new checkpoint.
   *
   * @param rows the stream
   * @param key the column that names the sequence
   * @param time the column of the times: timestamps, dates or whole numbers
   * @param values the numeric columns with the features of a time step, in the order of the model
   * @throws IllegalArgumentException if a column is missing or has another type, if the number of
   *     columns is not that of the features, or if the model cannot be run step by step
   */
  public Dataset<Row> step(Dataset<Row> rows, String key, String time, String... values) {
    StructType schema = rows.schema();
    int timeIndex = ColumnTypes.index(schema, time);
    DataType timeType = schema.fields()[timeIndex].dataType();
    if (!ColumnTypes.isTime(timeType) && !ColumnTypes.isInteger(timeType)) {
      throw new IllegalArgumentException(
          "The column of the times must have timestamps, dates or whole numbers, but '"
              + time
              + "' has the type "
              + timeType.simpleString()
              + ". Cast it, for example with to_timestamp.");
    }
    int[] indices = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      indices[i] = ColumnTypes.index(schema, values[i]);
      DataType type = schema.fields()[indices[i]].dataType();
      if (!ColumnTypes.isNumber(type)) {
        throw new IllegalArgumentException(
            "The columns of the values must be numeric, but '"
                + values[i]
                + "' has the type "
                + type.simpleString()
                + ". Cast it, for example to double.");
      }
    }
    int features = model().network().inputShapes().get(0).dropFirst().size();
    if (values.length != features) {
      throw new IllegalArgumentException(
          "There must be one column for each of the "
              + features
              + " features of a time step of the model, but these were given: "
              + List.of(values)
              + ".");
    }
    // Fails if the model needs the whole sequence.
    int width = model().stepper().step(new double[features]).length;
    StructType result =
        withOutput(schema, width == 1)
            .add("step", DataTypes.LongType, true)
            .add("error", DataTypes.StringType, true);
    requireNew(schema, "step");
    requireNew(schema, "error");
    StructType keySchema = new StructType().add(schema.fields()[ColumnTypes.index(schema, key)]);
    return StepFunction.apply(
        new StepFunction(file.share(rows.sparkSession()), timeIndex, indices),
        rows,
        key,
        keySchema,
        result);
  }

  /** Returns a writer for {@link #load} and for the {@code save} of a pipeline. */
  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  /** Returns a reader of what {@link #write()} has written. */
  public static MLReader<SparkModel> read() {
    return new Reader();
  }

  /** Writes the metadata in the format of Spark ML, and the model. */
  private static final class Writer extends MLWriter {
    private final SparkModel model;

    Writer(SparkModel model) {
      this.model = model;
    }

    @Override
    public void saveImpl(String path) {
      ObjectNode metadata = JSON.createObjectNode();
      metadata.put("class", SparkModel.class.getName());
      metadata.put("timestamp", System.currentTimeMillis());
      metadata.put("sparkVersion", sparkSession().version());
      metadata.put("uid", model.uid);
      ObjectNode params = metadata.putObject("paramMap");
      params.put("inputCol", model.getInputCol());
      params.put("outputCol", model.getOutputCol());
      params.put("handleInvalid", model.getHandleInvalid());
      metadata.putObject("defaultParamMap");
      sparkSession()
          .createDataset(List.of(metadata.toString()), Encoders.STRING())
          .coalesce(1)
          .write()
          .mode(SaveMode.ErrorIfExists)
          .text(new Path(path, METADATA).toString());
      Path target = new Path(path, MODEL);
      try {
        FileSystem files = target.getFileSystem(sparkSession().sessionState().newHadoopConf());
        try (var out = files.create(target, true)) {
          out.write(model.file.bytes());
        }
      } catch (IOException e) {
        throw new UncheckedIOException("The model cannot be saved to " + path + ": " + e, e);
      }
    }
  }

  private static final class Reader extends MLReader<SparkModel> {
    @Override
    public SparkModel load(String path) {
      try {
        JsonNode metadata =
            JSON.readTree(
                sparkSession().read().textFile(new Path(path, METADATA).toString()).first());
        if (!metadata.path("class").asText().equals(SparkModel.class.getName())) {
          throw new IllegalArgumentException(
              "The folder "
                  + path
                  + " must contain a model of the class "
                  + SparkModel.class.getName()
                  + ", but contains one of the class "
                  + metadata.path("class").asText()
                  + ".");
        }
        ModelFile file = ModelFile.read(new Path(path, MODEL).toString(), sparkSession());
        JsonNode params = metadata.path("paramMap");
        return of(metadata.path("uid").asText(), file)
            .setInputCol(params.path("inputCol").asText())
            .setOutputCol(params.path("outputCol").asText())
            .setHandleInvalid(params.path("handleInvalid").asText());
      } catch (IOException e) {
        throw new UncheckedIOException(
            "The model " + path + " cannot be read: " + e.getMessage(), e);
      }
    }
  }
}
