"""The seed's own code: NumPy, float64, `numpy_f64.py FOLDER THREADS`. Classes and functions as they stand there."""

import sys
from itertools import islice

import numpy as np

from peer import Workload, serve

workload = Workload(sys.argv[1], np.float64)
batches = workload.batches()


class ReLU:
    def forward(self, input):
        return np.maximum(0, input)

    def backward(self, input, grad_output):
        relu_grad = input > 0
        return grad_output * relu_grad


class Dense:
    def __init__(self, weights, biases, learning_rate=0.1):
        self.learning_rate = learning_rate
        self.weights = weights
        self.biases = biases

    def forward(self, input):
        return np.dot(input, self.weights) + self.biases

    def backward(self, input, grad_output):
        grad_input = np.dot(grad_output, self.weights.T)
        grad_weights = np.transpose(np.dot(np.transpose(grad_output), input))
        grad_biases = np.sum(grad_output, axis=0)
        self.weights = self.weights - self.learning_rate * grad_weights
        self.biases = self.biases - self.learning_rate * grad_biases
        return grad_input


def softmax_crossentropy_with_logits(logits, reference_answers):
    logits_for_answers = logits[np.arange(len(logits)), reference_answers]
    return -logits_for_answers + np.log(np.sum(np.exp(logits), axis=-1))


def grad_softmax_crossentropy_with_logits(logits, reference_answers):
    ones_for_answers = np.zeros_like(logits)
    ones_for_answers[np.arange(len(logits)), reference_answers] = 1
    softmax = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return (-ones_for_answers + softmax) / logits.shape[0]


def forward(network, X):
    activations = []
    input = X
    for layer in network:
        activations.append(layer.forward(input))
        input = activations[-1]
    return activations


def train_batch(network, X, y):
    layer_activations = forward(network, X)
    layer_inputs = [X] + layer_activations
    logits = layer_activations[-1]
    loss = softmax_crossentropy_with_logits(logits, y)
    loss_grad = grad_softmax_crossentropy_with_logits(logits, y)
    for layer_index in range(len(network))[::-1]:
        layer = network[layer_index]
        loss_grad = layer.backward(layer_inputs[layer_index], loss_grad)
    return np.mean(loss)


network = []
for weights, biases in workload.parameters:
    network += [Dense(weights, biases, workload.learning_rate), ReLU()]
network.pop()


def train(steps):
    for rows in islice(batches, steps):
        train_batch(network, workload.inputs[rows], workload.labels[rows])


def evaluate():
    x, labels = workload.evaluation
    return np.mean(softmax_crossentropy_with_logits(forward(network, x)[-1], labels))


serve(np.__version__, int(sys.argv[2]), train, evaluate)
