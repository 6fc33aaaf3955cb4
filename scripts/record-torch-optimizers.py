"""Writes test/recorded/torch-optimizers.json: ten steps of PyTorch's optimizers, and its schedules' rates, which the tests read.

    python3 scripts/record-torch-optimizers.py        (Debian: python3-torch)
"""

import json
import pathlib

import torch
from torch.optim import SGD, Adagrad, Adam, AdamW, RMSprop, lr_scheduler

torch.manual_seed(11)
STEPS, ROWS, COLUMNS = 10, 5, 11


def draw(*shape):
    """Floats in double precision: what a step rounds is ours, not PyTorch's."""
    return torch.randn(*shape).double()


start = [draw(ROWS, COLUMNS), draw(COLUMNS)]
start[0][1, 3] = 0
gradients = [[draw(ROWS, COLUMNS), draw(COLUMNS)] for _ in range(STEPS)]

# Name and options here, class and options there.
CASES = [
    ("sgd", {}, SGD, {}),
    ("sgd", {"weightDecay": 0.1}, SGD, {"weight_decay": 0.1}),
    ("sgd", {"momentum": 0.9}, SGD, {"momentum": 0.9}),
    ("sgd", {"momentum": 0.9, "dampening": 0.5, "weightDecay": 0.1}, SGD,
     {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}),
    ("sgd", {"momentum": 0.9, "nesterov": True}, SGD, {"momentum": 0.9, "nesterov": True}),
    ("rmsprop", {}, RMSprop, {}),
    ("rmsprop", {"alpha": 0.9, "epsilon": 0.01, "weightDecay": 0.1}, RMSprop,
     {"alpha": 0.9, "eps": 0.01, "weight_decay": 0.1}),
    ("rmsprop", {"momentum": 0.9}, RMSprop, {"momentum": 0.9}),
    ("rmsprop", {"centered": True}, RMSprop, {"centered": True}),
    ("rmsprop", {"centered": True, "momentum": 0.9}, RMSprop, {"centered": True, "momentum": 0.9}),
    ("adagrad", {}, Adagrad, {}),
    ("adagrad", {"learningRateDecay": 0.1, "initialAccumulatorValue": 0.5, "weightDecay": 0.1}, Adagrad,
     {"lr_decay": 0.1, "initial_accumulator_value": 0.5, "weight_decay": 0.1}),
    ("adam", {}, Adam, {}),
    ("adam", {"betas": [0.8, 0.99], "epsilon": 0.01, "weightDecay": 0.1}, Adam,
     {"betas": (0.8, 0.99), "eps": 0.01, "weight_decay": 0.1}),
    ("adamw", {}, AdamW, {}),
    ("adamw", {"weightDecay": 0.5, "decay": "weights"}, AdamW, {"weight_decay": 0.5}),
    ("sgd", {"l1": 0.1}, SGD, {}),
    ("sgd", {"l1": 0.1, "weightDecay": 0.1, "decay": "weights", "clipNorm": 2}, SGD, {"weight_decay": 0.1}),
    ("sgd", {"momentum": 0.9, "clipNorm": 2}, SGD, {"momentum": 0.9}),
    ("sgd", {"clipNorm": 1000}, SGD, {}),
    ("sgd", {"clipValue": 0.5}, SGD, {}),
    ("adam", {"clipNorm": 2}, Adam, {}),
    ("adamw", {"clipNorm": 5, "clipValue": 0.25}, AdamW, {}),
    ("rmsprop", {"clipValue": 0.5, "weightDecay": 0.1}, RMSprop, {"weight_decay": 0.1}),
    ("adagrad", {"clipNorm": 2, "l1": 0.05}, Adagrad, {}),
]


def run(options, make, torch_options, rate):
    """The parameters after ten steps. PyTorch has no l1, and keeps biases apart by groups."""
    weights, biases = (x.clone().requires_grad_() for x in start)
    plain = {"params": [biases], "weight_decay": 0.0} if options.get("decay") == "weights" else {"params": [biases]}
    optimizer = make([{"params": [weights]}, plain], lr=rate, **torch_options)
    for step in gradients:
        for parameter, gradient in zip((weights, biases), step):
            parameter.grad = gradient.clone()
        if "clipNorm" in options:
            torch.nn.utils.clip_grad_norm_([weights, biases], options["clipNorm"])
        if "clipValue" in options:
            torch.nn.utils.clip_grad_value_([weights, biases], options["clipValue"])
        for parameter in (weights, biases):
            if parameter is weights or options.get("decay") != "weights":
                parameter.grad += options.get("l1", 0) * parameter.detach().sign()
        optimizer.step()
    return [x.detach().flatten().tolist() for x in (weights, biases)]


def rates(make, count, base, metrics=None):
    """The rate of each of `count` steps."""
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=base)
    schedule = make(optimizer)
    result = []
    for step in range(count):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step(*([metrics[step]] if metrics else []))
    return result


def warm(optimizer):
    return lr_scheduler.SequentialLR(optimizer, [
        lr_scheduler.LinearLR(optimizer, start_factor=0.25, total_iters=5),
        lr_scheduler.CosineAnnealingLR(optimizer, 15, eta_min=0.01),
    ], [5])


METRICS = [5, 4, 4.5, 4.2, 4.1, 3.9995, 4, 4, 3, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, 2.9, 3] + 15 * [3]
PLATEAU = {"factor": 0.5, "patience": 2, "cooldown": 1, "min_lr": 0.02}
SCHEDULES = [
    ("constant", {}, lambda o: lr_scheduler.ConstantLR(o, factor=1), 8, None),
    ("constant", {"factor": 0.25, "totalSteps": 3}, lambda o: lr_scheduler.ConstantLR(o, 0.25, 3), 8, None),
    ("step", {"stepSize": 3, "gamma": 0.5}, lambda o: lr_scheduler.StepLR(o, 3, 0.5), 12, None),
    ("exponential", {"gamma": 0.9}, lambda o: lr_scheduler.ExponentialLR(o, 0.9), 12, None),
    ("cosine", {"totalSteps": 20}, lambda o: lr_scheduler.CosineAnnealingLR(o, 20), 20, None),
    ("cosine", {"totalSteps": 20, "minLearningRate": 0.01, "warmupSteps": 5, "warmupStart": 0.25}, warm, 20, None),
    ("one-cycle", {"totalSteps": 20, "maxLearningRate": 0.5},
     lambda o: lr_scheduler.OneCycleLR(o, 0.5, 20, cycle_momentum=False), 20, None),
    ("one-cycle", {"totalSteps": 25, "maxLearningRate": 0.5, "percentStart": 0.4, "annealStrategy": "linear",
                   "divFactor": 10, "finalDivFactor": 100},
     lambda o: lr_scheduler.OneCycleLR(o, 0.5, 25, pct_start=0.4, anneal_strategy="linear", div_factor=10,
                                       final_div_factor=100, cycle_momentum=False), 25, None),
    ("one-cycle", {"totalSteps": 30, "maxLearningRate": 0.5, "threePhase": True},
     lambda o: lr_scheduler.OneCycleLR(o, 0.5, 30, three_phase=True, cycle_momentum=False), 30, None),
    ("plateau", {}, lr_scheduler.ReduceLROnPlateau, 34, METRICS),
    ("plateau", {"factor": 0.5, "patience": 2, "cooldown": 1, "minLearningRate": 0.02},
     lambda o: lr_scheduler.ReduceLROnPlateau(o, **PLATEAU), 28, METRICS),
    ("plateau", {"mode": "max", "threshold": 0.2, "thresholdMode": "absolute", "patience": 3},
     lambda o: lr_scheduler.ReduceLROnPlateau(o, mode="max", threshold=0.2, threshold_mode="abs", patience=3), 28, METRICS),
    ("plateau", {"mode": "max", "threshold": 0.2, "patience": 3},
     lambda o: lr_scheduler.ReduceLROnPlateau(o, mode="max", threshold=0.2, patience=3), 28, METRICS),
]

RATES = {"sgd": 0.1, "rmsprop": 0.01, "adagrad": 0.01, "adam": 0.001, "adamw": 0.001}
recorded = {
    "shape": [ROWS, COLUMNS],
    "start": [x.flatten().tolist() for x in start],
    "gradients": [[x.flatten().tolist() for x in step] for step in gradients],
    "optimizers": [
        {"type": kind, "options": options, "parameters": run(options, make, torch_options, RATES[kind])}
        for kind, options, make, torch_options in CASES
    ],
    "schedules": [
        {"type": kind, "options": options, "base": 0.1, "rates": rates(make, count, 0.1, metrics),
         **({"metrics": metrics} if metrics else {})}
        for kind, options, make, count, metrics in SCHEDULES
    ],
}
path = pathlib.Path(__file__).parent.parent / "test" / "recorded" / "torch-optimizers.json"
path.write_text(json.dumps(recorded) + "\n")
