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

NAMES = ["precision", "recall", "f1"]


def class_scores(truth, prediction, **options):
    scores = metrics.precision_recall_fscore_support(truth, prediction, **options)
    return dict(zip([*NAMES, "support"], (each.tolist() for each in scores)))


def mean_scores(truth, prediction, **options):
    return dict(zip(NAMES, metrics.precision_recall_fscore_support(truth, prediction, **options)[:3]))


def score_case(truth, prediction, **options):
    """Options in our names, and what scikit-learn has for them."""
    names = {"zeroDivision": "zero_division", "posLabel": "pos_label"}
    theirs = {"zero_division": 0, **{names.get(name, name): value for name, value in options.items()}}
    if options.get("average", "binary") == "binary":
        theirs["average"] = "binary"
    return {"actual": list(truth), "predicted": list(prediction), "options": options,
            "scores": mean_scores(truth, prediction, **theirs)}


def loss_case(truth, table, dtype="float64", **options):
    table = np.array(table, dtype=dtype)
    names = None if "labels" not in options else options["labels"]
    return {"actual": truth, "probabilities": table.astype("float64").tolist(), "type": dtype, "options": options,
            "loss": float(metrics.log_loss(truth, table, labels=names))}


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
flags, guesses = [0, 1, 1, 0, 1, 0, 0, 1, 1], [0, 1, 0, 1, 1, 0, 0, 0, 1]
mails, filtered = ["spam", "ham", "ham", "spam", "ham"], ["spam", "spam", "ham", "ham", "ham"]
truth, guess = labels.tolist(), predicted.tolist()
recorded["subsets"] = [
    {"options": options, "scores": class_scores(labels, predicted, labels=options["labels"],
                                                zero_division=options.get("zeroDivision", 0))}
    for options in ({"labels": [2]}, {"labels": [3, 0]}, {"labels": [1, 7, 2], "zeroDivision": 1}, {"labels": [3]})
]
recorded["scores"] = [
    *(score_case(truth, guess, average=average, labels=chosen, zeroDivision=zero)
      for average in ("macro", "micro", "weighted") for chosen in ([2], [0, 3], [1, 7, 3]) for zero in (0, 1)),
    *(score_case([0, 0, 1], [0, 2, 1], average=average, labels=[2, 5], zeroDivision=zero)
      for average in ("macro", "micro", "weighted") for zero in (0, 1)),
    score_case(flags, guesses),
    score_case(flags, guesses, posLabel=0),
    score_case(flags, guesses, average="macro"),
    score_case(flags, guesses, average="weighted"),
    score_case([0, 0, 0], [0, 0, 0]),
    score_case([0, 0, 0], [0, 0, 0], zeroDivision=1),
    score_case([0, 0, 1], [0, 0, 0], zeroDivision=1),
    score_case([True, False, True, True], [True, True, False, True]),
    score_case(mails, filtered, posLabel="spam"),
    score_case(mails, filtered, posLabel="ham"),
    score_case(mails, filtered, average="micro"),
    score_case([-1, 1, 1, -1], [1, 1, -1, -1]),
    score_case([2, 4, 4], [2, 2, 4], posLabel=4),
]
recorded["confusionOf"] = [
    {"labels": chosen, "counts": metrics.confusion_matrix(labels, predicted, labels=chosen).tolist()}
    for chosen in ([2], [3, 1], [0, 9, 2])
]
table = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0, 1, 0], [1, 0, 0], [0.1, 0.3, 0.6]])
column = [0.1, 0.9, 0.35, 0, 1, 1, 0]
recorded["logLosses"] = [
    loss_case([0, 2, 1, 2, 1], table.tolist(), dtype) for dtype in ("float64", "float32")
] + [
    loss_case([0, 1, 1, 0, 1, 0, 1], column, dtype) for dtype in ("float64", "float32")
] + [
    loss_case(["spam", "ham", "ham", "spam"], [[.1, .9], [.9, .1], [.8, .2], [.35, .65]], labels=["ham", "spam"]),
    loss_case(["b", "b"], [0.8, 0.3], labels=["a", "b"]),
]
recorded["topKTies"] = [
    {"k": k, "score": float(metrics.top_k_accuracy_score([0, 1, 2, 1], [[1, 1, 1], [2, 2, 0], [0, 1, 1], [3, 1, 1]], k=k))}
    for k in (1, 2)
]
recorded["r2Of"] = [
    {"actual": actual, "predicted": prediction, "score": float(metrics.r2_score(actual, prediction))}
    for actual, prediction in (([2, 2], [2, 2]), ([2, 2], [2, 3]), ([-2] * 3, [-2, -2, -2 + 1e-8]), ([1, 2, 3], [3, 2, 1]),
                               ([0.1] * 5, [0.1] * 5), ([0.1] * 5, [0.2] * 5), ([1e9, 1e9 + 1, 1e9 + 2], [1e9, 1e9 + 1, 1e9]))
]
path = pathlib.Path(__file__).parent.parent / "test" / "recorded" / "sklearn-metrics.json"
path.write_text(json.dumps(recorded) + "\n")
