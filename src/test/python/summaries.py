"""Writes the summaries that Keras prints for the models of SummaryTest: summaries/NAME.txt."""

import pathlib

import keras
from keras import layers as L

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/summaries"
OUT.mkdir(exist_ok=True)


def audio(cell, **more):
    return [
        L.Input((256, 256)),
        cell(32, return_sequences=True, dropout=0.5, recurrent_dropout=0.5, **more),
        cell(32, return_sequences=True, dropout=0.5, recurrent_dropout=0.5, **more),
        L.TimeDistributed(L.Dense(32, activation="relu")),
        L.Dropout(0.5),
        L.Dense(10, activation="softmax"),
    ]


models = {
    "audio_simple_rnn": lambda: audio(L.SimpleRNN),
    "audio_lstm": lambda: audio(L.LSTM),
    "audio_gru": lambda: audio(L.GRU, reset_after=False),
    "reviews": lambda: [L.Input((None,)), L.Embedding(10000, 32), L.SimpleRNN(32)],
    "small": lambda: [L.Input((3,)), L.RepeatVector(4), L.GRU(2), L.Flatten(), L.Activation("relu")],
    "images": lambda: [
        L.Input((4, 10, 8, 1)),
        L.TimeDistributed(L.Conv2D(3, 3)),
        L.ConvLSTM2D(2, 3, padding="same", return_sequences=True),
        L.ConvLSTM2D(2, 3),
        L.Conv2DTranspose(2, 2, strides=2),
        L.MaxPooling2D(),
        L.GroupNormalization(2, name="groups"),
        L.Conv2D(4, 1, name="pixels"),
        L.GlobalAveragePooling2D(name="means"),
    ],
}
for name, stack in models.items():
    keras.backend.clear_session()  # names are counted from the beginning again
    lines = []
    model = keras.Sequential(stack())
    model.summary(print_fn=lambda text, line_break=True: lines.append(text), line_length=90)
    (OUT / f"{name}.txt").write_text("\n".join(lines).rstrip() + "\n")
    print(name, model.count_params())
