"""Answers each line of standard input, a number of repetitions, with the seconds that so many 480³ products took."""

import json
import sys
import time

import numpy as np

SIZE = int(sys.argv[1])
generator = np.random.default_rng(1)
a, b = (generator.random((SIZE, SIZE), dtype=np.float32) - 0.5 for _ in range(2))
c = np.empty_like(a)
print(json.dumps({"version": np.__version__}), flush=True)
for line in sys.stdin:
    start = time.perf_counter()
    for _ in range(int(line)):
        np.matmul(a, b, out=c)
    print(json.dumps({"seconds": time.perf_counter() - start}), flush=True)
