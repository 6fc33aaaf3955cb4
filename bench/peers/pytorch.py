"""PyTorch on the CPU, eager: `pytorch.py FOLDER THREADS`."""

import sys
from itertools import islice

import torch
from torch import nn

from peer import Workload, serve

torch.set_num_threads(int(sys.argv[2]))
workload = Workload(sys.argv[1])
inputs = torch.from_numpy(workload.inputs)
labels = torch.from_numpy(workload.labels)
batches = workload.batches()

modules = []
for weights, biases in workload.parameters:
    linear = nn.Linear(*weights.shape)
    with torch.no_grad():
        linear.weight.copy_(torch.from_numpy(weights.T))
        linear.bias.copy_(torch.from_numpy(biases))
    modules += [linear, nn.ReLU()]
model = nn.Sequential(*modules[:-1])
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=workload.learning_rate)


def train(steps):
    for rows in islice(batches, steps):
        optimizer.zero_grad(set_to_none=True)
        criterion(model(inputs[rows]), labels[rows]).backward()
        optimizer.step()


def evaluate():
    x, y = map(torch.from_numpy, workload.evaluation)
    with torch.no_grad():
        return criterion(model(x), y)


serve(torch.__version__, torch.get_num_threads(), train, evaluate)
