"""As ours.ts, in PyTorch: milliseconds of one workload. Arguments: workload, seconds of measuring."""
import math
import statistics
import time

from start import arguments
from workloads import workloads

WARM_UP = 1
LEAST = 0.2e-3

name, seconds = arguments[0], float(arguments[1])
step = workloads[name]()


def time_of(repetitions):
    before = time.perf_counter()
    for _ in range(repetitions):
        step()
    return (time.perf_counter() - before) / repetitions


warm = []
start = time.perf_counter()
while len(warm) < 3 or time.perf_counter() - start < WARM_UP:
    warm.append(time_of(1))
repetitions = math.ceil(LEAST / statistics.median(warm))
times = []
start = time.perf_counter()
while len(times) < 5 or time.perf_counter() - start < seconds:
    times.append(time_of(repetitions))
print(1000 * statistics.median(times))
