import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.GRU;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.nn.recurrent.RNN;
import ai.djl.nn.recurrent.RecurrentBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import java.util.List;
import java.util.stream.IntStream;

/**
 * DJL on its PyTorch engine. The measured time is that of forward, backward and {@code Trainer.step},
 * or of the block's forward without gradients. Each step has a manager, which frees its arrays.
 */
final class Djl implements Peer {
  public static void main(String[] args) {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(THREADS));
    System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    Peer.run(new Djl(), args);
  }

  @Override
  public String name() {
    return "djl";
  }

  @Override
  public String version() {
    return Engine.getDjlVersion() + ", PyTorch " + Engine.getInstance().getVersion();
  }

  @Override
  public String unsupported(Workload.Recurrent layer) {
    if (layer.recurrentDropout() > 0) {
      return "no recurrent dropout";
    }
    if (!layer.activation().equals("tanh")) {
      return "no " + layer.activation() + " in the " + layer.cell();
    }
    if (layer.bidirectional()) {
      return "bidirectional LSTM fails in the engine (wrong size of the initial state)";
    }
    // All workloads with dropout masks also have activations that are rejected above.
    return layer.dropout() > 0 ? "no dropout of a sequence's inputs" : null;
  }

  @Override
  public Runnable step(Workload workload, boolean train) {
    NDManager manager = NDManager.newBaseManager();
    boolean ids = workload.features() == 0;
    Shape shape =
        ids
            ? new Shape(workload.batch(), workload.timesteps())
            : new Shape(workload.batch(), workload.timesteps(), workload.features());
    NDArray x = manager.create(workload.inputs()).reshape(shape);
    if (ids) {
      x = x.toType(DataType.INT64, false);
    }
    Shape targets =
        workload.hasSequenceOutput()
            ? new Shape(workload.batch(), workload.timesteps())
            : new Shape(workload.batch(), workload.outputs());
    NDArray y = manager.create(workload.targets()).reshape(targets);

    Block block = block(workload);
    Model model = Model.newInstance("peer");
    model.setBlock(block);
    // Adam for all workloads because the PyTorch engine has no RMSprop. The extra cost is small.
    Optimizer adam = Optimizer.adam().optLearningRateTracker(Tracker.fixed(0.001f)).build();
    Trainer trainer =
        model.newTrainer(new DefaultTrainingConfig(loss(workload.loss())).optOptimizer(adam));
    trainer.initialize(shape);
    return train ? training(trainer, x, y) : prediction(workload, manager, block, x);
  }

  private static Runnable training(Trainer trainer, NDArray x, NDArray y) {
    Loss loss = trainer.getLoss();
    return () -> {
      try (NDManager step = trainer.getManager().newSubManager();
          GradientCollector collector = trainer.newGradientCollector()) {
        NDArray xs = x.duplicate();
        xs.attach(step);
        NDArray value = loss.evaluate(new NDList(y), trainer.forward(new NDList(xs)));
        value.attach(step);
        collector.backward(value);
      }
      trainer.step();
    };
  }

  private static Runnable prediction(Workload workload, NDManager manager, Block block, NDArray x) {
    ParameterStore parameters = new ParameterStore(manager, false);
    boolean softmax = workload.loss().startsWith("sparse");
    boolean sigmoid = workload.loss().startsWith("binary");
    return () -> {
      try (NDManager step = manager.newSubManager()) {
        NDArray xs = x.duplicate();
        xs.attach(step);
        NDArray output = block.forward(parameters, new NDList(xs), false).singletonOrThrow();
        output = softmax ? output.softmax(-1) : sigmoid ? Activation.sigmoid(output) : output;
        output.toFloatArray();
      }
    };
  }

  /** Builds the model up to the logits, which are the input of the losses. */
  private static Block block(Workload workload) {
    SequentialBlock block = new SequentialBlock();
    for (Workload.Layer layer : workload.layers()) {
      if (layer instanceof Workload.Embedding embedding) {
        List<String> ids =
            IntStream.range(0, embedding.vocabulary()).mapToObj(Integer::toString).toList();
        block.add(
            TrainableWordEmbedding.builder()
                .setEmbeddingSize(embedding.units())
                .setVocabulary(DefaultVocabulary.builder().add(ids).optUnknownToken().build())
                .build());
      } else if (layer instanceof Workload.Recurrent recurrent) {
        block.add(recurrent(recurrent));
        if (!recurrent.returnSequences()) {
          block.add(new LambdaBlock(xs -> new NDList(xs.head().get(":, -1")), "last"));
        }
      } else if (layer instanceof Workload.Dense dense) {
        block.add(Linear.builder().setUnits(dense.units()).build());
      }
    }
    return block;
  }

  private static RecurrentBlock recurrent(Workload.Recurrent recurrent) {
    RecurrentBlock.BaseBuilder<?> builder =
        switch (recurrent.cell()) {
          case "lstm" -> LSTM.builder();
          case "gru" -> GRU.builder();
          default -> RNN.builder().setActivation(RNN.Activation.TANH);
        };
    builder.setStateSize(recurrent.units()).setNumLayers(1).optBatchFirst(true);
    return builder instanceof LSTM.Builder lstm
        ? lstm.build()
        : builder instanceof GRU.Builder gru ? gru.build() : ((RNN.Builder) builder).build();
  }

  private static Loss loss(String name) {
    return switch (name) {
      case "mae" -> Loss.l1Loss();
      case "mse" -> Loss.l2Loss();
      case "binary_crossentropy" -> Loss.sigmoidBinaryCrossEntropyLoss();
      default -> Loss.softmaxCrossEntropyLoss("loss", 1, -1, true, true);
    };
  }
}
