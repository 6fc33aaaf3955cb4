"""Writes test/recorded/numpy/: npy and npz files of NumPy's own, and what is in them, which the tests read.

    python3 scripts/record-numpy-files.py                     (Debian: python3-numpy)
    python3 scripts/record-numpy-files.py --check FILE...     prints what NumPy reads in npy and npz files
"""

import json
import pathlib
import sys
import warnings

import numpy as np

FOLDER = pathlib.Path(__file__).parent.parent / "test" / "recorded" / "numpy"


def describe(array):
    values = [str(v) if array.dtype.itemsize == 8 and array.dtype.kind in "iu" else v for v in array.flatten().tolist()]
    return {"dtype": array.dtype.str, "shape": list(array.shape), "values": values}


def arrays():
    grid = np.arange(24).reshape(2, 3, 4)
    for order in "<>":
        for kind in ("f2", "f4", "f8", "i2", "i4", "i8", "u2", "u4", "u8"):
            values = grid * 1.25 - 7 if kind[0] == "f" else grid - (12 if kind[0] == "i" else 0)
            name = f"{'little' if order == '<' else 'big'}-{kind}"
            yield name, values.astype(order + kind)
    yield "u1", grid.astype("u1")
    yield "i1", (grid - 12).astype("i1")
    yield "b1", grid % 3 == 0
    yield "fortran-f4", np.asfortranarray(grid.astype("<f4"))
    yield "fortran-big-i2", np.asfortranarray(grid.astype(">i2"))
    yield "fortran-big-f2", np.asfortranarray((grid * 1.25 - 7).astype(">f2"))
    yield "scalar", np.array(2.5)
    yield "vector", np.array([1, -2, 3], "<f4")
    yield "empty", np.zeros((0, 3), "<f4")
    yield "extremes", np.array([np.inf, -np.inf, np.nan, 5e-324, 1.7976931348623157e308])
    # Largest, smallest normal and smallest of all, and what rounds to another.
    yield "extremes-f2", np.array([np.inf, -np.inf, np.nan, 65504, -(2.0**-14), 2.0**-24, -0.0, 0.1], "<f2")


def record():
    FOLDER.mkdir(parents=True, exist_ok=True)
    contents = {}
    for name, array in arrays():
        for version in ((1, 0), (2, 0), (3, 0)) if name in ("vector", "scalar") else ((1, 0),):
            file = f"{name}{'' if version == (1, 0) else f'-v{version[0]}'}.npy"
            with open(FOLDER / file, "wb") as out, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                np.lib.format.write_array(out, array, version=version)
            contents[file] = describe(array)
            if name.startswith("extremes"):
                contents[file]["values"] = [repr(value) for value in array.tolist()]
    grid = np.arange(240, dtype="<f4").reshape(12, 20)
    pair = {"grid": grid, "layers.0.biases": np.asfortranarray(grid[:2]), "count": np.array(7)}
    np.savez(FOLDER / "stored.npz", **pair)
    np.savez_compressed(FOLDER / "deflated.npz", **pair)
    (FOLDER / "contents.json").write_text(json.dumps({"numpy": np.__version__, "files": contents}) + "\n")


def check(paths):
    for path in paths:
        loaded = np.load(path, allow_pickle=False)
        named = {"": loaded} if isinstance(loaded, np.ndarray) else loaded
        print(path, json.dumps({name: describe(named[name]) for name in named}))


if sys.argv[1:2] == ["--check"]:
    check(sys.argv[2:])
else:
    record()
