"""Writes test/recorded/sklearn-onnx.json: small networks of scikit-learn, with what they predict, in float64. The tests write
them as ONNX in the way of its converter.

    python3 scripts/record-sklearn-onnx.py        (Debian: python3-sklearn)
"""

import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn import datasets
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
ROWS = 12


def numbers(array):
    return [float(f"{value:.9g}") for value in np.asarray(array, dtype=np.float32).ravel()]


def record(model, x, y, scale):
    scaler = StandardScaler().fit(x) if scale else None
    scaled = scaler.transform(x) if scale else x
    model.fit(scaled, y)
    rows = np.random.default_rng(3).choice(len(x), ROWS, replace=False)
    # What the file holds is float32: the expected outputs are those of the rounded numbers.
    for layer, (weights, biases) in enumerate(zip(model.coefs_, model.intercepts_)):
        model.coefs_[layer] = weights.astype(np.float32).astype(float)
        model.intercepts_[layer] = biases.astype(np.float32).astype(float)
    given = x[rows].astype(np.float32).astype(float)
    inputs = given
    recorded = {"columns": x.shape[1], "activation": model.activation, "outActivation": model.out_activation_}
    if scale:
        offset, factor = scaler.mean_.astype(np.float32), (1 / scaler.scale_).astype(np.float32)
        inputs = (given - offset.astype(float)) * factor.astype(float)
        recorded |= {"offset": numbers(offset), "scale": numbers(factor)}
    recorded["layers"] = [
        {"shape": list(weights.shape), "weights": numbers(weights), "biases": numbers(biases)}
        for weights, biases in zip(model.coefs_, model.intercepts_)
    ]
    recorded["input"] = numbers(given)
    if isinstance(model, MLPClassifier):
        recorded["classes"] = model.classes_.tolist()
        recorded["predictions"] = model.predict(inputs).tolist()
        recorded["probabilities"] = model.predict_proba(inputs).ravel().tolist()
    else:
        recorded["predictions"] = model.predict(inputs).ravel().tolist()
    return recorded


iris, cancer, diabetes = datasets.load_iris(), datasets.load_breast_cancer(), datasets.load_diabetes()
species = np.array([iris.target_names[label] for label in iris.target])
common = {"hidden_layer_sizes": (7, 5), "solver": "lbfgs", "max_iter": 40, "random_state": 4}
models = {
    "three named classes, relu": record(MLPClassifier(**common), iris.data, species, False),
    "three numbered classes, tanh, scaled": record(
        MLPClassifier(activation="tanh", **common), iris.data, iris.target * 10, True),
    "two named classes, logistic, scaled": record(
        MLPClassifier(activation="logistic", **common), cancer.data, cancer.target_names[cancer.target], True),
    "two numbered classes, relu": record(MLPClassifier(**common), iris.data[:100], iris.target[:100], False),
    "a value, relu, scaled": record(
        MLPRegressor(**common), diabetes.data, diabetes.target, True),
    "a value, identity": record(MLPRegressor(activation="identity", **common), diabetes.data * 20, diabetes.target, False),
}
path = pathlib.Path(__file__).parent.parent / "test" / "recorded" / "sklearn-onnx.json"
path.write_text(json.dumps({"sklearn": sklearn.__version__, "models": models}) + "\n")
