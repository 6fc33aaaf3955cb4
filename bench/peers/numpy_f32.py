"""NumPy in float32: `numpy_f32.py FOLDER THREADS`. Updates in place; no input gradient for the first layer."""

import sys
from itertools import islice

import numpy as np

from peer import Workload, serve

workload = Workload(sys.argv[1])
dense = workload.parameters
batches = workload.batches()


def forward(x):
    """Inputs of each layer, the logits last."""
    activations = [x]
    for weights, biases in dense:
        x = x @ weights
        x += biases
        if len(activations) < len(dense):
            np.maximum(x, 0, out=x)
        activations.append(x)
    return activations


def softmax_cross_entropy(logits, labels):
    """Mean loss, and its gradient with respect to the logits."""
    rows = np.arange(len(labels))
    shifted = logits - logits.max(axis=1, keepdims=True)
    gradient = np.exp(shifted)
    sums = gradient.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(sums[:, 0]) - shifted[rows, labels])
    gradient /= sums
    gradient[rows, labels] -= 1
    gradient /= len(labels)
    return loss, gradient


def step(x, labels):
    *inputs, logits = forward(x)
    loss, gradient = softmax_cross_entropy(logits, labels)
    for index in reversed(range(len(dense))):
        weights, biases = dense[index]
        grad_output = gradient
        if index > 0:
            gradient = grad_output @ weights.T
            gradient *= inputs[index] > 0
        grad_weights = inputs[index].T @ grad_output
        grad_weights *= workload.learning_rate
        weights -= grad_weights
        biases -= workload.learning_rate * grad_output.sum(axis=0)
    return loss


def train(steps):
    for rows in islice(batches, steps):
        step(workload.inputs[rows], workload.labels[rows])


def evaluate():
    x, labels = workload.evaluation
    return softmax_cross_entropy(forward(x)[-1], labels)[0]


serve(np.__version__, int(sys.argv[2]), train, evaluate)
