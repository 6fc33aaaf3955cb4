"""Writes test/recorded/torch-losses.json: PyTorch's value and gradient of every loss and option, which the tests read.

    python3 scripts/record-torch-losses.py        (Debian: python3-torch)
"""

import json
import pathlib

import torch
from torch import nn

torch.manual_seed(5)
ROWS, COLUMNS = 7, 5
outputs = (3 * torch.randn(ROWS, COLUMNS)).double()
labels = torch.tensor([0, 4, 2, 2, 1, 3, 4])
values = torch.randn(ROWS, COLUMNS).double()
binary = (torch.rand(ROWS, COLUMNS) > 0.5).double()
probabilities = torch.softmax(torch.randn(ROWS, COLUMNS), 1).double()
outputs, values, probabilities = (x.float().double() for x in (outputs, values, probabilities))
weights = [0.5, 2.0, 1.0, 0.25, 3.0]

cases = []


def record(name, options, loss, targets, kind):
    x = outputs.clone().requires_grad_()
    value = loss(x, targets)
    value.backward()
    cases.append({
        "name": name, "options": options, "targets": kind, "loss": value.item(), "gradient": x.grad.flatten().tolist(),
    })


for reduction in ("mean", "sum"):
    for smoothing in (0.0, 0.1):
        for weight in (None, weights):
            options = {"reduction": reduction, "labelSmoothing": smoothing}
            if weight:
                options["classWeights"] = weight
            tensor = torch.tensor(weight).double() if weight else None
            loss = nn.CrossEntropyLoss(weight=tensor, label_smoothing=smoothing, reduction=reduction)
            record("SoftmaxCrossEntropy", options, loss, labels, "labels")
            record("SoftmaxCrossEntropy", options, loss, probabilities, "probabilities")
    record("BinaryCrossEntropy", {"reduction": reduction}, nn.BCEWithLogitsLoss(reduction=reduction), binary, "binary")
    positive = nn.BCEWithLogitsLoss(reduction=reduction, pos_weight=torch.tensor(weights).double())
    record("BinaryCrossEntropy", {"reduction": reduction, "positiveWeights": weights}, positive, binary, "binary")
    record("MeanSquaredError", {"reduction": reduction}, nn.MSELoss(reduction=reduction), values, "values")
    record("MeanAbsoluteError", {"reduction": reduction}, nn.L1Loss(reduction=reduction), values, "values")
    for delta in (1.0, 2.5):
        huber = nn.HuberLoss(reduction=reduction, delta=delta)
        record("Huber", {"reduction": reduction, "delta": delta}, huber, values, "values")

recorded = {
    "torch": torch.__version__, "rows": ROWS, "columns": COLUMNS, "outputs": outputs.flatten().tolist(),
    "targets": {
        "labels": labels.tolist(), "values": values.flatten().tolist(), "binary": binary.flatten().tolist(),
        "probabilities": probabilities.flatten().tolist(),
    },
    "cases": cases,
}
path = pathlib.Path(__file__).parent.parent / "test" / "recorded" / "torch-losses.json"
path.write_text(json.dumps(recorded) + "\n")
