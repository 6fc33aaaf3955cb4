"""Writes test/recorded/sklearn-training.json: scikit-learn's networks, step by step, which the tests read.

    python3 scripts/record-sklearn-training.py        (Debian: python3-sklearn)

Each case begins with one epoch of partial_fit, then takes up given weights, and goes on with a warm start: what a user does who
wants to begin with weights of his own. Nothing is shuffled. Numbers are those of float32, the arithmetic is float64's.
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore")
random = np.random.default_rng(8)
# 8 rows a batch: the last of an epoch has 5.
ROWS, COLUMNS, HIDDEN = 37, 5, [7, 6]
NAMES = {
    "hiddenLayerSizes": "hidden_layer_sizes", "batchSize": "batch_size", "learningRateInit": "learning_rate_init",
    "learningRate": "learning_rate", "powerT": "power_t", "maxIter": "max_iter", "nesterovsMomentum": "nesterovs_momentum",
    "nIterNoChange": "n_iter_no_change", "warmStart": "warm_start", "beta1": "beta_1", "beta2": "beta_2",
}
COMMON = {"hiddenLayerSizes": HIDDEN, "batchSize": 8, "maxIter": 6, "shuffle": False, "warmStart": True, "nIterNoChange": 100}
SGD = {"solver": "sgd", "learningRateInit": 0.05}


def floats(values):
    return np.asarray(values, dtype=np.float32).astype(np.float64)


X = floats(random.normal(size=(ROWS, COLUMNS)))
plane = X @ random.normal(size=(COLUMNS, 3))
TARGETS = {
    "two": [int(value) for value in plane[:, 0] > 0],
    "three": [int(value) for value in plane.argmax(1)],
    "values": floats(np.tanh(plane[:, 1]) + 0.1 * random.normal(size=ROWS)).tolist(),
}


def weights(outputs):
    sizes = [COLUMNS, *HIDDEN, outputs]
    pairs = list(zip(sizes[:-1], sizes[1:]))
    coefs = [floats(random.uniform(-1, 1, pair) * np.sqrt(6 / sum(pair))) for pair in pairs]
    return coefs, [floats(random.uniform(-0.5, 0.5, size)) for size in sizes[1:]]


START = {"two": weights(1), "three": weights(3), "values": weights(1)}


def make(target, options):
    kind = MLPRegressor if target == "values" else MLPClassifier
    return kind(random_state=0, **{NAMES.get(name, name): value for name, value in options.items()})


def begin(target, options):
    model = make(target, options)
    y = np.array(TARGETS[target])
    model.partial_fit(X, y) if target == "values" else model.partial_fit(X, y, np.unique(y))
    coefs, intercepts = START[target]
    model.coefs_, model.intercepts_ = [w.copy() for w in coefs], [b.copy() for b in intercepts]
    return model, y


def flat(arrays):
    return [array.ravel().tolist() for array in arrays]


def case(target, **changes):
    options = {**COMMON, **changes}
    model, y = begin(target, options)
    model.fit(X, y)
    return {"target": target, "options": options, "coefs": flat(model.coefs_), "intercepts": flat(model.intercepts_),
            "lossCurve": model.loss_curve_[1:], "nIter": model.n_iter_}


def calls(target, fits, partial_fits, **changes):
    """Epochs after each of several fits, and after calls of partial_fit; weights and losses at the end."""
    options = {**COMMON, **changes}
    model, y = begin(target, options)
    epochs = []
    for _ in range(fits):
        epochs.append(model.fit(X, y).n_iter_)
    for _ in range(partial_fits):
        epochs.append(model.partial_fit(X, y).n_iter_)
    return {"target": target, "options": options, "fits": fits, "partialFits": partial_fits, "epochs": epochs,
            "lossCurve": model.loss_curve_[1:], "coefs": flat(model.coefs_)}


recorded = {
    "sklearn": sklearn.__version__, "columns": COLUMNS, "X": X.ravel().tolist(), "targets": TARGETS,
    "start": {target: {"coefs": flat(coefs), "intercepts": flat(intercepts)}
              for target, (coefs, intercepts) in START.items()},
    "cases": [
        *(case(target, activation=activation) for target in TARGETS for activation in ("tanh", "relu", "logistic", "identity")),
        *(case(target, learningRateInit=0.01, alpha=0.1, activation="tanh") for target in TARGETS),
        case("three", epsilon=0.1, beta1=0.5, beta2=0.9, learningRateInit=0.05),
        case("two", epsilon=1e-3),
        *(case(target, **SGD, activation="tanh", alpha=0.1) for target in TARGETS),
        *(case(target, **SGD, nesterovsMomentum=False, alpha=0.1) for target in TARGETS),
        case("two", **SGD, momentum=0),
        case("three", **SGD, momentum=0, alpha=0),
        case("values", **SGD, alpha=0),
        *(case(target, **SGD, learningRate="invscaling", activation="tanh", alpha=0.05) for target in TARGETS),
        case("three", **SGD, learningRate="invscaling", powerT=0.3, nesterovsMomentum=False),
        case("three", **SGD, learningRate="invscaling", powerT=0.1),
        # Every epoch counts as no betterment, so that the step length falls twice.
        *(case(target, **SGD, learningRate="adaptive", tol=10, nIterNoChange=1, activation="tanh") for target in TARGETS),
        case("three", **SGD, learningRate="adaptive", tol=10, nIterNoChange=1, nesterovsMomentum=False, alpha=0.1),
        case("three", batchSize="auto", hiddenLayerSizes=HIDDEN),
        case("values", batchSize=1000, alpha=0.2),
    ],
    "calls": [
        calls("three", 3, 0, maxIter=4),
        calls("three", 3, 2, maxIter=40, tol=10, nIterNoChange=3),
        calls("values", 2, 3, maxIter=3, **SGD, learningRate="invscaling"),
        calls("two", 2, 3, maxIter=30, **SGD, learningRate="adaptive", tol=10, nIterNoChange=2),
        calls("two", 1, 0, maxIter=80, **SGD, learningRate="adaptive", tol=10, nIterNoChange=1),
        calls("two", 1, 6, maxIter=1, **SGD, learningRate="adaptive", tol=10, nIterNoChange=1),
    ],
}
path = pathlib.Path(__file__).parent.parent / "test" / "recorded" / "sklearn-training.json"
path.write_text(json.dumps(recorded) + "\n")
