"""Writes the small data sets in samples/ and scikit-learn's scores on them, test/recorded/sklearn-scores.json.

    python3 scripts/record-sklearn.py             (Debian: python3-sklearn)

Each set is split five times: row r of the file belongs to the test part of split s when (r * 7 + 3) % 5 == s. Columns are
standardised with the training part's mean and deviation. Scores are means over splits and three seeds.
"""

import csv
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import datasets
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore")
root = pathlib.Path(__file__).parent.parent / "test"
SETS = {
    "iris": datasets.load_iris, "wine": datasets.load_wine, "breast-cancer": datasets.load_breast_cancer,
    "digits": datasets.load_digits, "diabetes": datasets.load_diabetes,
}
SETTINGS = {
    "iris": {"maxIter": 300}, "wine": {"maxIter": 200}, "breast-cancer": {"maxIter": 100}, "digits": {"maxIter": 60},
    "diabetes": {"maxIter": 200, "learningRateInit": 0.01},
}


def snake(settings):
    names = {"maxIter": "max_iter", "learningRateInit": "learning_rate_init"}
    return {names[name]: value for name, value in settings.items()}


scores = {}
for name, load in SETS.items():
    data = load()
    columns = [str(column).replace(" ", "_") for column in data.feature_names]
    classes = getattr(data, "target_names", None)
    target = [str(classes[t]) for t in data.target] if classes is not None and name != "diabetes" else data.target
    if name == "digits":
        target = [int(t) for t in data.target]
    elif name == "diabetes":
        target = [float(t) for t in data.target]
    # Shuffled once, as the originals come sorted by class.
    order = np.random.default_rng(0).permutation(len(target))
    rows = [[*(f"{value:g}" for value in data.data[row]), target[row]] for row in order]
    with open(root.parent / "samples" / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*columns, "target"])
        writer.writerows(rows)
    x = np.array([[float(value) for value in row[:-1]] for row in rows])
    y = np.array([row[-1] for row in rows])
    results = []
    for split in range(5):
        test = (np.arange(len(y)) * 7 + 3) % 5 == split
        mean, deviation = x[~test].mean(0), x[~test].std(0)
        deviation[deviation == 0] = 1
        scaled = (x - mean) / deviation
        for seed in range(3):
            kind = MLPRegressor if name == "diabetes" else MLPClassifier
            model = kind(random_state=seed, **snake(SETTINGS[name])).fit(scaled[~test], y[~test])
            results.append(model.score(scaled[test], y[test]))
    scores[name] = {
        "settings": SETTINGS[name], "score": float(np.mean(results)), "deviation": float(np.std(results)),
        "rows": len(y), "columns": x.shape[1],
    }
    print(name, scores[name])
recorded = {"sklearn": sklearn.__version__, "scores": scores}
(root / "recorded" / "sklearn-scores.json").write_text(json.dumps(recorded, indent=2) + "\n")
