"""Trains the models of the article for IMDB reviews in Keras, for comparison with RealImdbTest.

    KERAS_BACKEND=tensorflow python imdb_reference.py FOLDER [simplernn,lstm] [SEEDS] [EPOCHS]

The models are Embedding(10000, 32), SimpleRNN(32) or LSTM(32), and Dense(1, sigmoid). They are trained with RMSprop,
binary cross-entropy, 10 epochs, and batches of 128. The last fifth of the training reviews is the validation set, and
reviews are truncated and padded to 500 words. FOLDER contains imdb.npz, which keras.datasets.imdb.load_data reads.
Prints a line for each epoch and, for each seed, the best validation accuracy.
"""

import os
import sys
import time

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
from keras.src.datasets import imdb  # noqa: E402

LAYERS = {
    "simplernn": lambda: keras.layers.SimpleRNN(32),
    "lstm": lambda: keras.layers.LSTM(32),
    "gru": lambda: keras.layers.GRU(32),
    "bilstm": lambda: keras.layers.Bidirectional(keras.layers.LSTM(32)),
}


class Lines(keras.callbacks.Callback):
    def __init__(self, name, seed):
        super().__init__()
        self.name, self.seed = name, seed

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.time()

    def on_epoch_end(self, epoch, logs=None):
        values = " ".join(f"{key} {value:.4f}" for key, value in logs.items())
        seconds = time.time() - self.began
        print(f"{self.name} seed {self.seed} epoch {epoch + 1}: {values} ({seconds:.0f} s)", flush=True)


def main():
    folder = sys.argv[1]
    names = (sys.argv[2] if len(sys.argv) > 2 else "simplernn,lstm").split(",")
    seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    epochs = int(sys.argv[4]) if len(sys.argv) > 4 else 10
    # load_data as it is, but with the file where it lies and without the check of its sum.
    imdb.get_file = lambda fname, **_: os.path.join(folder, fname)
    (x, y), _ = imdb.load_data(num_words=10000)
    x = keras.utils.pad_sequences(x, maxlen=500)
    print(f"keras {keras.__version__} on {keras.backend.backend()}, {x.shape}", flush=True)
    for name in names:
        for seed in range(seeds):
            keras.utils.set_random_seed(seed)
            model = keras.Sequential(
                [
                    keras.Input((500,)),
                    keras.layers.Embedding(10000, 32),
                    LAYERS[name](),
                    keras.layers.Dense(1, activation="sigmoid"),
                ]
            )
            model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
            history = model.fit(
                x,
                y,
                batch_size=128,
                epochs=epochs,
                validation_split=0.2,
                verbose=0,
                callbacks=[Lines(name, seed)],
            ).history["val_accuracy"]
            print(f"{name} seed {seed}: best {max(history):.4f}, last {history[-1]:.4f}", flush=True)


if __name__ == "__main__":
    main()
