"""Writes test/recorded/torch-weights.safetensors: the state dict of a torch.nn.Sequential, and in its metadata an input and
the outputs of evaluation, which the tests read.

    python3 scripts/record-torch-weights.py                 (Debian: python3-torch)
    python3 scripts/record-torch-weights.py --check FILE    loads a file of ours into the same torch.nn.Sequential

The file for --check has an input and our outputs as metadata, too. The format is written and read here, by its definition:
Debian has no python3-safetensors.
"""

import json
import pathlib
import struct
import sys

import numpy as np
import torch
from torch import nn

COLUMNS, HIDDEN, OUTPUTS, ROWS = 5, 8, 3, 4
DTYPES = {torch.float32: "F32", torch.int64: "I64"}
PATH = pathlib.Path(__file__).parent.parent / "test" / "recorded" / "torch-weights.safetensors"


def build():
    return nn.Sequential(
        nn.Linear(COLUMNS, HIDDEN), nn.BatchNorm1d(HIDDEN), nn.ReLU(), nn.Dropout(0.25),
        nn.Linear(HIDDEN, HIDDEN), nn.LayerNorm(HIDDEN), nn.GELU(), nn.Linear(HIDDEN, OUTPUTS),
    )


def write(path, tensors, metadata):
    header, parts, at = {"__metadata__": metadata}, [], 0
    for name, tensor in tensors.items():
        data = tensor.contiguous().numpy().tobytes()
        offsets = [at, at + len(data)]
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": offsets}
        parts.append(data)
        at += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def read(path):
    content = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    metadata, tensors = header.pop("__metadata__"), {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        kind = {"F32": "<f4", "I64": "<i8"}[entry["dtype"]]
        tensors[name] = torch.from_numpy(np.frombuffer(data[begin:end], kind).reshape(entry["shape"]).copy())
    return tensors, metadata


def record():
    torch.manual_seed(5)
    model = build()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(16, COLUMNS) * 2 + 1)
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
        x = torch.randn(ROWS, COLUMNS)
        outputs = model.eval()(x)
    sample = {"input": json.dumps(x.flatten().tolist()), "output": json.dumps(outputs.flatten().tolist())}
    write(PATH, model.state_dict(), {"format": "pt", "torch": torch.__version__, **sample})


def check(path):
    tensors, metadata = read(path)
    model = build()
    print(model.load_state_dict(tensors))
    with torch.no_grad():
        outputs = model.eval()(torch.tensor(json.loads(metadata["input"])).reshape(-1, COLUMNS)).flatten()
    difference = (outputs - torch.tensor(json.loads(metadata["output"]))).abs().max().item()
    print(f"largest difference of the outputs: {difference:.3g}")
    sys.exit(difference > 1e-5)


if sys.argv[1:2] == ["--check"]:
    check(sys.argv[2])
else:
    record()
