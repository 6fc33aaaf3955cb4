"""Writes test/recorded/torch-layers.json: what PyTorch's layers compute, forward and backward, which the tests read.

    python3 scripts/record-torch-layers.py        (Debian: python3-torch)

Inputs are float32 numbers, PyTorch computes in float64. Weights are written [inputs, outputs], as simdgrad has them.
"""

import json
import pathlib

import torch
from torch import nn

torch.manual_seed(11)
ROWS, COLUMNS, OUTPUTS = 6, 9, 5


def numbers(*shape, scale=1.0):
    return (scale * torch.randn(*shape)).float().double()


def flat(tensor):
    """Ten digits: more than a float32 holds."""
    return [float(f"{value:.10g}") for value in tensor.detach().flatten().tolist()]


def transposed(tensor):
    return flat(tensor.T if tensor.dim() == 2 else tensor)


x = numbers(ROWS, COLUMNS, scale=2.5)
# Tails, and values close to 0.
x[0] = torch.tensor([0.0, 1e-4, -1e-4, 1e-2, -1e-2, 12.0, -12.0, 30.0, -30.0]).float().double()
cases = []


def record(name, arguments, layer, names=(), buffers=(), training=True):
    """`names`: the parameter of ours for each of PyTorch's, in its order; `buffers`: name of ours to name of PyTorch's."""
    layer = layer.double().train(training)
    for parameter in layer.parameters():
        parameter.data = numbers(*parameter.shape)
    states = {ours: flat(getattr(layer, theirs)) for ours, theirs in dict(buffers).items()}
    inputs = x.clone().requires_grad_()
    outputs = layer(inputs)
    cotangent = numbers(*outputs.shape)
    outputs.backward(cotangent)
    by_name = dict(zip(names, layer.parameters()))
    cases.append({
        "name": name, "arguments": arguments, "training": training,
        "parameters": {ours: transposed(p) for ours, p in by_name.items()},
        "buffers": states,
        "buffersAfter": {ours: flat(getattr(layer, theirs)) for ours, theirs in dict(buffers).items()},
        "output": flat(outputs), "gradOutput": flat(cotangent), "gradInput": flat(inputs.grad),
        "gradients": {ours: transposed(p.grad) for ours, p in by_name.items()},
    })


def batch_norm(**options):
    layer = nn.BatchNorm1d(COLUMNS, **options)
    layer.running_mean = numbers(COLUMNS)
    layer.running_var = numbers(COLUMNS).abs() + 0.25
    return layer


record("Dense", [COLUMNS, OUTPUTS], nn.Linear(COLUMNS, OUTPUTS), ("weights", "biases"))
record("ReLU", [], nn.ReLU())
record("LeakyReLU", [], nn.LeakyReLU())
record("LeakyReLU", [{"negativeSlope": 0.25}], nn.LeakyReLU(0.25))
record("ELU", [], nn.ELU())
record("ELU", [{"alpha": 1.75}], nn.ELU(1.75))
record("GELU", [], nn.GELU())
record("GELU", [{"approximate": "tanh"}], nn.GELU(approximate="tanh"))
record("SiLU", [], nn.SiLU())
record("Sigmoid", [], nn.Sigmoid())
record("Tanh", [], nn.Tanh())
# Beyond its threshold PyTorch gives x itself: here it is left out of the way.
record("Softplus", [], nn.Softplus(threshold=1000))
affine = ("gamma", "beta")
running = {"runningMean": "running_mean", "runningVariance": "running_var"}
for training in (True, False):
    record("BatchNorm", [COLUMNS], batch_norm(), affine, running, training)
    options = {"epsilon": 0.125, "momentum": 0.375}
    record("BatchNorm", [COLUMNS, options], batch_norm(eps=0.125, momentum=0.375), affine, running, training)
record("LayerNorm", [COLUMNS], nn.LayerNorm(COLUMNS), affine)
record("LayerNorm", [COLUMNS, {"epsilon": 0.125}], nn.LayerNorm(COLUMNS, eps=0.125), affine)

recorded = {"torch": torch.__version__, "rows": ROWS, "columns": COLUMNS, "input": flat(x), "cases": cases}
path = pathlib.Path(__file__).parent.parent / "test" / "recorded" / "torch-layers.json"
path.write_text(json.dumps(recorded) + "\n")
