"""scikit-learn's MLPClassifier in float32: `scikit_learn.py FOLDER THREADS`."""

import sys

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

from peer import Workload, serve

workload = Workload(sys.argv[1])
classes = np.arange(workload.layers[-1])
model = MLPClassifier(
    workload.layers[1:-1],
    solver="sgd",
    alpha=0,
    batch_size=workload.batch,
    learning_rate_init=workload.learning_rate,
    shuffle=False,
    momentum=0,
    nesterovs_momentum=False,
)
# The first call allocates the parameters, which its optimizer then updates in place: overwrite them in place too.
model.partial_fit(workload.inputs[: workload.batch], workload.labels[: workload.batch], classes)
for layer, (weights, biases) in enumerate(workload.parameters):
    model.coefs_[layer][:] = weights
    model.intercepts_[layer][:] = biases

rows = len(workload.inputs) // workload.batch * workload.batch
position = 0


def train(steps):
    """One call for as many whole batches as there are before the last row: a call a batch would take longer."""
    global position
    left = steps * workload.batch
    while left > 0:
        count = min(left, rows - position)
        model.partial_fit(workload.inputs[position : position + count], workload.labels[position : position + count])
        position = (position + count) % rows
        left -= count


def evaluate():
    x, labels = workload.evaluation
    return -np.mean(model.predict_log_proba(x)[np.arange(len(labels)), labels])


serve(sklearn.__version__, int(sys.argv[2]), train, evaluate)
