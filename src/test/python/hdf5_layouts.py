"""Writes HDF5 files with every storage layout that h5py offers, and a model with many layers: keras/hdf5/*.zip.

Each array has the values 0.25 · i − 3 in row-major order, which float16 represents exactly. many_layers.zip contains a
model that Keras saved as .h5 after one step of Adam. The files are packed because HDF5 needs much space for its groups.
"""
import io
import json
import pathlib
import tempfile
import zipfile

import h5py
import keras
import numpy as np

OUT = pathlib.Path(__file__).parent.parent / "resources/org/unroll/keras/hdf5"


def values(shape):
    return (np.arange(np.prod(shape, dtype=int)) * 0.25 - 3).reshape(shape)


def write_layouts(path, libver):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", libver=libver) as f:
        arrays = f.create_group("arrays")
        for dtype in ("float16", "float32", "float64", ">f4", "int32"):
            arrays.create_dataset(f"plain {dtype}", data=values((5, 7, 3)).astype(dtype))
        arrays.create_dataset("scalar", data=np.float64(2.5))
        arrays.create_dataset("whole", data=np.int32(-7))
        arrays.create_dataset("unsigned", data=np.uint8(200))
        for name, options in {
            "chunks": {},
            "gzip": {"compression": "gzip"},
            "shuffle": {"compression": "gzip", "shuffle": True},
            "checksum": {"compression": "gzip", "fletcher32": True},
            "shuffle alone": {"shuffle": True},
        }.items():
            for dtype in ("float16", "float32", "float64"):
                data = values((5, 7, 3)).astype(dtype)
                arrays.create_dataset(f"{name} {dtype}", data=data, chunks=(2, 4, 2), **options)
        arrays.create_dataset("one chunk", data=values((6, 4)).astype("float32"), compression="gzip", chunks=(6, 4))
        arrays.create_dataset("row", data=values((9,)).astype("float32"), compression="gzip", chunks=(4,))
        arrays.create_dataset("bfloat16 bits", data=np.array([0x3fc0], "uint16"))
        for i in range(12):
            arrays.attrs[f"attribute {i}"] = f"value {i}"
        arrays.attrs["names"] = np.array([f"name {i}".encode() for i in range(3)])
        for name, options in {"lzf": {"compression": "lzf"}, "growing": {"maxshape": (None, None)}}.items():
            f.create_dataset(f"unsupported/{name}", data=values((6, 4)).astype("float32"), chunks=(2, 2), **options)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(path.stem + ".h5", buffer.getvalue())


def write_many_layers(path):
    keras.utils.set_random_seed(1)
    layers = [keras.layers.Dense(2, activation="tanh") for _ in range(18)]
    model = keras.Sequential([keras.Input((2,)), *layers])
    model.compile("adam", "mse")
    x = values((4, 2))
    model.fit(x, x, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/many_layers.h5")
        content = pathlib.Path(folder, "many_layers.h5").read_bytes()
    y = model.predict(x, verbose=0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("many_layers.h5", content)
        z.writestr("many_layers.json", json.dumps({"x": x.tolist(), "y": y.tolist()}))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    write_layouts(OUT / "earliest.zip", "earliest")
    write_layouts(OUT / "latest.zip", "latest")
    write_many_layers(OUT / "many_layers.zip")


main()
