"""How a process of PyTorch's begins. sys.argv: the folder of resnet.py, the number of threads, the program's own arguments."""
import sys

import torch

sys.path.insert(0, sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))
arguments = sys.argv[3:]
