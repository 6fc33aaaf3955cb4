"""The child's side in Python: reads the files of `workload.ts` and speaks the protocol of `serve.ts`."""

import json
import sys
import time
from pathlib import Path

import numpy as np


class Workload:
    """The sizes, the inputs in [0, 1] and the initial parameters, both of `dtype`, and the labels as int64."""

    def __init__(self, folder, dtype=np.float32):
        folder = Path(folder)
        sizes = json.loads((folder / "sizes.json").read_text())
        self.batch = sizes["batch"]
        self.learning_rate = sizes["learningRate"]
        self.evaluation_rows = sizes["evaluationRows"]
        self.layers = sizes["layers"]
        self.inputs = np.fromfile(folder / "pixels.u8", np.uint8).reshape(sizes["rows"], -1).astype(dtype)
        self.inputs /= 255
        self.labels = np.fromfile(folder / "labels.u8", np.uint8).astype(np.int64)
        values = np.fromfile(folder / "parameters.f32", np.float32).astype(dtype)
        self.parameters = []
        for inputs, outputs in zip(self.layers, self.layers[1:]):
            weights, biases, values = np.split(values, [inputs * outputs, (inputs + 1) * outputs])
            self.parameters.append((weights.reshape(inputs, outputs).copy(), biases.copy()))

    def batches(self):
        """Slices of the rows of each batch, over and over; rows that do not fill a batch are left out."""
        while True:
            for start in range(0, len(self.inputs) - self.batch + 1, self.batch):
                yield slice(start, start + self.batch)

    @property
    def evaluation(self):
        """Inputs and labels of the rows for evaluation."""
        return self.inputs[: self.evaluation_rows], self.labels[: self.evaluation_rows]


def serve(version, threads, train, evaluate):
    """Answers until standard input ends. `train(steps)` trains, `evaluate()` returns a mean loss."""
    send({"version": version, "threads": threads})
    for line in sys.stdin:
        request = json.loads(line)
        if "train" in request:
            start = time.perf_counter()
            train(request["train"])
            send({"seconds": time.perf_counter() - start})
        else:
            send({"loss": float(evaluate())})


def send(message):
    print(json.dumps(message), flush=True)
