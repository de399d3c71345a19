package org.unroll.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.data.Shape;

class SparkModelTest {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void predictsTheBitsOfLocalPredictions() {
    Model model = Sequential.of(input(SparkScale.STEPS, 1), gru(8), dense(1));
    int count = 20_000;
    Dataset<Row> predicted =
        SparkModel.of(model).setInputCol("window").transform(SparkScale.windows(spark, count, 5));
    assertEquals(List.of("id", "window", "prediction"), List.of(predicted.columns()));
    double[] actual = new double[count];
    for (Row row : predicted.select("id", "prediction").collectAsList()) {
      actual[(int) row.getLong(0)] = row.getDouble(1);
    }
    double[][] expected = model.predict(SparkScale.windows(0, count)).toArray();
    for (int id = 0; id < count; id++) {
      assertEquals(expected[id][0], actual[id]);
    }
  }

  @Test
  void readsArraysOfStepsAndOfAnyNumericType() {
    Model model = Sequential.of(input(2, 3), lstm(4), dense(2));
    Dataset<Row> rows =
        spark
            .range(3)
            .selectExpr(
                "array(array(id, 2, 3), array(4, 5, id)) as nested",
                "array(cast(id as float), 2f, 3f, 4f, 5f, cast(id as float)) as flat");
    List<Row> nested = SparkModel.of(model).setInputCol("nested").transform(rows).collectAsList();
    List<Row> flat = SparkModel.of(model).setInputCol("flat").transform(rows).collectAsList();
    for (int i = 0; i < 3; i++) {
      double[] expected = model.predictOne(new double[][] {{i, 2, 3}, {4, 5, i}});
      assertEquals(List.of(expected[0], expected[1]), nested.get(i).getList(2));
      assertEquals(List.of(expected[0], expected[1]), flat.get(i).getList(2));
    }
  }

  @Test
  void predictsSequencesOfAnyLength() {
    Model model = Sequential.of(input(Shape.ANY, 1), gru(4), dense(1));
    Dataset<Row> rows =
        spark
            .range(0, 50, 1, 2)
            .selectExpr("id", "transform(sequence(0, id % 3), t -> t / 2) as features");
    for (Row row : SparkModel.of(model).transform(rows).collectAsList()) {
      double[][] sequence = new double[(int) (row.getLong(0) % 3) + 1][1];
      for (int t = 0; t < sequence.length; t++) {
        sequence[t][0] = t / 2.0;
      }
      assertEquals(model.predictOne(sequence)[0], row.getDouble(2));
    }
  }

  @Test
  void pipelineSavesAndLoadsTheModel(@TempDir Path folder) throws Exception {
    Model model = Sequential.of(input(2), dense(3, "tanh"), dense(1));
    Dataset<Row> rows =
        spark.range(10).selectExpr("id * 0.1D as a", "1 - id * 0.2D as b", "id * 1D as label");
    PipelineModel pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new VectorAssembler().setInputCols(new String[] {"a", "b"}).setOutputCol("x"),
                  SparkModel.of(model).setInputCol("x").setOutputCol("y")
                })
            .fit(rows);
    String path = folder.resolve("pipeline").toString();
    pipeline.write().save(path);
    PipelineModel loaded = PipelineModel.load(path);
    assertEquals(pipeline.stages()[1].uid(), loaded.stages()[1].uid());
    Dataset<Row> predicted = loaded.transform(rows);
    for (Row row : predicted.select("a", "b", "y").collectAsList()) {
      double[] x = {row.getDouble(0), row.getDouble(1)};
      assertEquals(model.predictOne(x)[0], row.getDouble(2));
    }
    double error =
        new RegressionEvaluator().setPredictionCol("y").setMetricName("mae").evaluate(predicted);
    assertTrue(Double.isFinite(error));
    String alone = folder.resolve("model").toString();
    ((SparkModel) loaded.stages()[1]).save(alone);
    SparkModel again = SparkModel.load(alone);
    assertEquals("y", again.getOutputCol());
    assertThrows(Exception.class, () -> again.save(alone)); // exists
    SparkModel copy = again.copy(new ParamMap().put(again.outputCol(), "z"));
    assertEquals("z", copy.getOutputCol());
    assertEquals("x", copy.getInputCol());
    assertEquals("y", again.getOutputCol());
  }

  @Test
  void loadsAKerasFile(@TempDir Path folder) {
    Model model = Sequential.of(input(2), dense(1));
    Path file = folder.resolve("model.keras");
    model.save(file);
    assertArrayEquals(
        model.predictOne(new double[] {1, 2}),
        SparkModel.load(file.toString()).model().predictOne(new double[] {1, 2}));
    var e =
        assertThrows(
            UncheckedIOException.class,
            () -> SparkModel.load(folder.resolve("no.keras").toString()));
    assertTrue(e.getMessage().endsWith("no.keras cannot be read: there is no such file or folder"));
  }

  @Test
  void executorReadsAModelOnce() {
    ModelFile.forget();
    Model model = Sequential.of(input(SparkScale.STEPS, 1), gru(4), dense(1));
    for (int i = 0; i < 2; i++) {
      SparkModel.of(model)
          .setInputCol("window")
          .transform(SparkScale.windows(spark, 100, 4))
          .collectAsList();
    }
    assertEquals(1, ModelFile.loads());
  }

  @Test
  void rowsThatCannotBePredictedAreErrorsOrNull() {
    Model model = Sequential.of(input(2, 1), gru(4), dense(1));
    Dataset<Row> rows =
        spark.sql(
            "select * from values (0, array(0.5D, 1D)), (1, null), (2, array(1D)),"
                + " (3, array(1D, double('NaN'))), (4, array(1D, null)), (5, array(2D, 1D)),"
                + " (6, array(1D, 1e300D)) as t(id, features)");
    SparkModel transformer = SparkModel.of(model);
    var e =
        assertThrows(
            Exception.class, () -> transformer.transform(rows.coalesce(1)).collectAsList());
    String message =
        "Each input in the column 'features' must have the shape (2, 1) of the model, and finite"
            + " values in the range of float, but one is null (partition 0). Filter such rows, or"
            + " call setHandleInvalid(\"keep\").";
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    assertTrue(String.valueOf(cause.getMessage()).contains(message), cause.getMessage());
    List<Row> kept =
        transformer.setHandleInvalid("keep").transform(rows).orderBy("id").collectAsList();
    for (Row row : kept) {
      boolean valid = row.getInt(0) == 0 || row.getInt(0) == 5;
      assertEquals(!valid, row.isNullAt(2), row.toString());
    }
    assertEquals(model.predictOne(new double[][] {{2}, {1}})[0], kept.get(5).getDouble(2));
  }

  @Test
  void messagesNameColumnsTypesAndShapes() {
    SparkModel model = SparkModel.of(Sequential.of(input(2, 1), gru(4), dense(1)));
    Dataset<Row> rows = spark.range(1).selectExpr("id", "array(1, 2) as features");
    requireMessage(
        "The name of the column must be one of [id, features], but was 'feature'. Did you mean"
            + " 'features'?",
        () -> model.copy(ParamMap.empty()).setInputCol("feature").transform(rows));
    requireMessage(
        "The column 'id' must contain inputs of the shape (2, 1) as array<double>,"
            + " array<array<double>> or a vector, but has the type bigint. Collect columns with"
            + " functions.array(…) or VectorAssembler, or choose another column with setInputCol."
            + " The columns are 'id' (bigint), 'features' (array<int>).",
        () -> model.copy(ParamMap.empty()).setInputCol("id").transform(rows));
    requireMessage(
        "The dataset must not have the column 'prediction', to which the result is written. Drop"
            + " or rename it.",
        () -> model.transform(rows.withColumn("prediction", functions.lit(1))));
    requireMessage(
        "handleInvalid must be 'error' or 'keep', but was 'skip'.",
        () -> model.copy(ParamMap.empty()).setHandleInvalid("skip"));
    requireMessage(
        "A model must not be stateful to predict the rows of a dataset, whose order is not known,"
            + " but this one is. Build it without stateful(true); step(…) keeps its state by key.",
        () -> SparkModel.of(statefulModel()));
    requireMessage(
        "There must be one column for each of the 1 features of a time step of the model, but"
            + " these were given: [id, id].",
        () -> model.step(rows, "id", "id", "id", "id"));
    requireMessage(
        "The columns of the values must be numeric, but 'features' has the type array<int>. Cast"
            + " it, for example to double.",
        () -> model.step(rows, "id", "id", "features"));
  }

  private static Model statefulModel() {
    return Sequential.of(input(2, 1).batchSize(1), gru(4).stateful(true), dense(1));
  }

  private static void requireMessage(String message, Executable code) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, code).getMessage());
  }
}
