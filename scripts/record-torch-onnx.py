"""Writes test/recorded/torch.onnx, as torch.onnx.export writes a torch.nn.Sequential, and torch-onnx.json: an input and the
outputs of evaluation, which the tests read.

    python3 scripts/record-torch-onnx.py        (Debian: python3-torch)
"""

import json
import pathlib

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent.parent / "test" / "recorded"
COLUMNS, HIDDEN, OUTPUTS, ROWS = 5, 8, 3, 4

torch.manual_seed(6)
model = nn.Sequential(
    nn.Flatten(), nn.Linear(COLUMNS, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ReLU(), nn.Dropout(0.25),
    nn.Linear(HIDDEN, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, HIDDEN), nn.GELU(approximate="tanh"),
    nn.Linear(HIDDEN, HIDDEN), nn.LayerNorm(HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, HIDDEN, bias=False), nn.ELU(0.5),
    nn.LeakyReLU(0.2), nn.Tanh(), nn.Sigmoid(), nn.Softplus(), nn.Linear(HIDDEN, OUTPUTS),
)
with torch.no_grad():
    for _ in range(3):
        model(torch.randn(16, COLUMNS) * 2 + 1)
    for parameter in model.parameters():
        parameter += 0.3 * torch.randn_like(parameter)
    x = torch.randn(ROWS, COLUMNS)
    outputs = model.eval()(x)
batch = {"input": {0: "batch"}, "output": {0: "batch"}}
names = {"input_names": ["input"], "output_names": ["output"]}
torch.onnx.export(model, x, str(FOLDER / "torch.onnx"), opset_version=17, dynamic_axes=batch, **names)
sample = {"torch": torch.__version__, "input": x.flatten().tolist(), "output": outputs.flatten().tolist()}
(FOLDER / "torch-onnx.json").write_text(json.dumps(sample) + "\n")
