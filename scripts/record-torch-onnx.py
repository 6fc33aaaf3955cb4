"""Writes test/recorded/torch.onnx, as torch.onnx.export writes a torch.nn.Sequential, and torch-unfolded.onnx, a network that
scales its input, as it is written without folding of constants; torch-onnx.json and torch-unfolded.json: inputs and the outputs
of evaluation, which the tests read.

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


class Scaled(nn.Module):
    """A value from columns in their own units, with the kinds of nodes that change no number."""

    def __init__(self):
        super().__init__()
        self.register_buffer("mean", torch.tensor([100.0, -3, 0.5, 20, 7]))
        self.register_buffer("deviation", torch.tensor([25.0, 0.1, 2, 5, 1]))
        self.first = nn.Linear(COLUMNS, HIDDEN, bias=False)
        self.middle = nn.Linear(HIDDEN, HIDDEN)
        self.last = nn.Linear(HIDDEN, 1, bias=False)

    def forward(self, inputs):
        hidden = torch.tanh(self.first((inputs - self.mean) / self.deviation))
        hidden = nn.functional.dropout(hidden, 0.5, self.training).reshape(-1, HIDDEN)
        hidden = torch.relu(self.middle(hidden.double().float()))
        return self.last(hidden).squeeze(-1) * 3 + 10


scaled = Scaled().eval()
with torch.no_grad():
    units = torch.randn(ROWS, COLUMNS) * scaled.deviation + scaled.mean
    values = scaled(units)
path = str(FOLDER / "torch-unfolded.onnx")
torch.onnx.export(scaled, units, path, opset_version=13, dynamic_axes=batch, do_constant_folding=False, **names)
for name, given, result in [("torch-onnx", x, outputs), ("torch-unfolded", units, values)]:
    sample = {"torch": torch.__version__, "input": given.flatten().tolist(), "output": result.flatten().tolist()}
    (FOLDER / f"{name}.json").write_text(json.dumps(sample) + "\n")
