"""Writes test/recorded/sklearn-metrics.json: scikit-learn's metrics, which the tests read.

    python3 scripts/record-sklearn-metrics.py     (Debian: python3-sklearn)
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn import metrics

random = np.random.default_rng(3)
ROWS, CLASSES = 60, 4
labels = random.integers(0, CLASSES, ROWS)
scores = random.random((ROWS, CLASSES)) + 0.6 * np.eye(CLASSES)[labels]
probabilities = scores / scores.sum(1, keepdims=True)
predicted = scores.argmax(1)
predicted[predicted == 3] = 2  # a class that is never predicted
actual_values = random.normal(size=ROWS) * 10 + 100
predicted_values = actual_values + random.normal(size=ROWS)

precision, recall, f1, support = metrics.precision_recall_fscore_support(labels, predicted, zero_division=0)
recorded = {
    "sklearn": sklearn.__version__,
    "labels": labels.tolist(), "predicted": predicted.tolist(), "probabilities": probabilities.flatten().tolist(),
    "actualValues": actual_values.tolist(), "predictedValues": predicted_values.tolist(),
    "accuracy": metrics.accuracy_score(labels, predicted),
    "topK": {k: metrics.top_k_accuracy_score(labels, probabilities, k=k) for k in (1, 2, 3)},
    "confusion": metrics.confusion_matrix(labels, predicted).tolist(),
    "perClass": {
        "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(), "support": support.tolist(),
    },
    "averages": {
        average: dict(zip(("precision", "recall", "f1"), metrics.precision_recall_fscore_support(
            labels, predicted, average=average, zero_division=0)[:3]))
        for average in ("macro", "micro", "weighted")
    },
    "logLoss": metrics.log_loss(labels, probabilities),
    "meanSquaredError": metrics.mean_squared_error(actual_values, predicted_values),
    "meanAbsoluteError": metrics.mean_absolute_error(actual_values, predicted_values),
    "r2": metrics.r2_score(actual_values, predicted_values),
}
path = pathlib.Path(__file__).parent.parent / "test" / "recorded" / "sklearn-metrics.json"
path.write_text(json.dumps(recorded) + "\n")
