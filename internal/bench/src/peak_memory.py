"""As peak-memory.ts, in PyTorch."""
import resource
import sys

from start import arguments
from workloads import residual_step

step = residual_step(1, 64)
for _ in range(int(arguments[0])):
    step()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024))
