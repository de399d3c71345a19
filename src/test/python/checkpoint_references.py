"""Writes which files Keras's ModelCheckpoint saves for a synthetic history: callbacks/checkpoints.json."""

import json
import pathlib
import types

from keras import callbacks as C

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/callbacks/checkpoints.json"

EPOCHS = [
    {"loss": 3.25, "mae": 0.04, "val_loss": 5.0},
    {"loss": 2.5, "mae": 12.5, "val_loss": 4.125},
    {"loss": 2.125, "mae": 0.0001, "val_loss": 4.5},
    {"loss": 1.0, "mae": 1e-7, "val_loss": 1234.5678},
    {"loss": 0.5, "mae": 1.0, "val_loss": 4.0},
    {"loss": 0.25, "mae": 2.0, "val_loss": float("nan")},
    {"loss": 0.125, "mae": 3.0, "val_loss": 3.999},
]
BATCHES = 5


def case(file, **options):
    saved = []
    model = types.SimpleNamespace(
        save=lambda path, overwrite: saved.append(path), metrics=[], _compile_metrics=None, built=True
    )
    callback = C.ModelCheckpoint(file, **options)
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, logs in enumerate(EPOCHS):
        callback.on_epoch_begin(epoch)
        for batch in range(BATCHES):
            callback.on_train_batch_end(batch, {"loss": logs["loss"] + BATCHES - batch, "mae": 1.0})
        callback.on_epoch_end(epoch, logs)
    callback.on_train_end()
    return {"file": file, "options": options, "saved": saved}


def cases():
    yield case("m.keras")
    yield case("{epoch}.keras")
    yield case("m-{epoch:02d}-{val_loss:.2f}.keras")
    yield case("{epoch:4d}_{loss:8.3f}_{mae:e}.keras")
    yield case("{epoch:03d}_{mae:.1e}_{mae:09.4f}_{val_loss:f}.keras")
    yield case("{loss}.keras")
    yield case("{epoch}.keras", save_best_only=True)
    yield case("{epoch}.keras", save_best_only=True, monitor="loss")
    yield case("{epoch}.keras", save_best_only=True, mode="max")
    yield case("{epoch}.keras", save_best_only=True, initial_value_threshold=4.0)
    yield case("{epoch}.keras", save_best_only=True, mode="max", initial_value_threshold=100.0)
    for freq in (1, 2, 3, 7, 11):
        yield case("{epoch:02d}-{batch:02d}.keras", save_freq=freq)


lines = ",\n".join(json.dumps(c).replace("NaN", '"NaN"') for c in cases())
history = json.dumps(EPOCHS).replace("NaN", '"NaN"')
OUT.write_text('{"epochs": ' + history + f', "batches": {BATCHES}, "cases": [\n' + lines + "\n]}\n")
