import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * DL4J with nd4j-native. Its sequences are batch × features × timesteps, and its dropout draws a mask
 * for every timestep. The measured time is that of {@code fit(x, y)} and {@code output(x)} of a
 * network with the default workspaces.
 */
final class Dl4j implements Peer {
  public static void main(String[] args) {
    Peer.run(new Dl4j(), args);
  }

  @Override
  public String name() {
    return "dl4j";
  }

  @Override
  public String version() {
    return "1.0.0-M2.1";
  }

  @Override
  public String unsupported(Workload.Recurrent layer) {
    if (layer.cell().equals("gru")) {
      return "no GRU";
    }
    return layer.recurrentDropout() > 0 ? "no recurrent dropout" : null;
  }

  @Override
  public Runnable step(Workload workload, boolean train) {
    MultiLayerNetwork network = network(workload);
    INDArray inputs = Nd4j.create(workload.inputs());
    INDArray x =
        workload.features() == 0
            ? inputs.reshape(workload.batch(), 1, workload.timesteps())
            : inputs
                .reshape(workload.batch(), workload.timesteps(), workload.features())
                .permute(0, 2, 1)
                .dup('f');
    if (!train) {
      return () -> network.output(x, false);
    }
    INDArray targets = Nd4j.create(workload.targets());
    INDArray y =
        workload.hasSequenceOutput()
            ? targets.reshape(workload.batch(), 1, workload.timesteps())
            : targets.reshape(workload.batch(), workload.outputs());
    return () -> network.fit(x, y);
  }

  private static MultiLayerNetwork network(Workload workload) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .dataType(DataType.FLOAT)
            .updater(workload.optimizer().equals("adam") ? new Adam(0.001) : new RmsProp(0.001))
            .list();
    int size = workload.features();
    for (Workload.Layer layer : workload.layers()) {
      if (layer instanceof Workload.Embedding embedding) {
        list.layer(
            new EmbeddingSequenceLayer.Builder()
                .nIn(embedding.vocabulary())
                .nOut(embedding.units())
                .inputLength(workload.timesteps())
                .build());
        size = embedding.units();
      } else if (layer instanceof Workload.Recurrent recurrent) {
        BaseRecurrentLayer.Builder<?> builder =
            recurrent.cell().equals("lstm") ? new LSTM.Builder() : new SimpleRnn.Builder();
        builder.nIn(size).nOut(recurrent.units()).activation(activation(recurrent.activation()));
        if (recurrent.dropout() > 0) {
          builder.dropOut(1 - recurrent.dropout()); // DL4J expects the share to keep
        }
        org.deeplearning4j.nn.conf.layers.Layer built = builder.build();
        size = recurrent.units();
        if (recurrent.bidirectional()) {
          built = new Bidirectional(Bidirectional.Mode.CONCAT, built);
          size *= 2;
        }
        list.layer(recurrent.returnSequences() ? built : new LastTimeStep(built));
      } else if (layer instanceof Workload.Dense dense) {
        Activation activation = activation(dense.activation());
        list.layer(
            workload.hasSequenceOutput()
                ? new RnnOutputLayer.Builder(loss(workload.loss()))
                    .dataFormat(RNNFormat.NCW)
                    .nIn(size)
                    .nOut(dense.units())
                    .activation(activation)
                    .build()
                : new OutputLayer.Builder(loss(workload.loss()))
                    .nIn(size)
                    .nOut(dense.units())
                    .activation(activation)
                    .build());
      }
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  private static Activation activation(String name) {
    return name.equals("linear") ? Activation.IDENTITY : Activation.fromString(name);
  }

  private static LossFunction loss(String name) {
    return switch (name) {
      case "mae" -> LossFunction.MEAN_ABSOLUTE_ERROR;
      case "mse" -> LossFunction.MSE;
      case "binary_crossentropy" -> LossFunction.XENT;
      default -> LossFunction.SPARSE_MCXENT;
    };
  }
}
