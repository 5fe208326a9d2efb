"""Writes expr.json: what formulas give in PyTorch, as they stand, with their gradients and graphs."""

import json
import math

import torch
import torch.nn.functional as F

from shared.place import answers

VALUES = {
    "a": ([2.0, 3.0], "float32"), "b": ([6.0, 4.0], "float32"), "c": ([0.25, -1.5], "float64"),
    "m": ([[1.0, 2.0], [3.0, 4.0]], "float32"), "n": ([[0.5, -1.0], [2.0, 0.25]], "float32"),
    "i": ([7, -7], "int64"), "p": ([True, False], "bool"),
}
LEAVES = "abcmn"

FUNCTIONS = {
    name: getattr(torch, name)
    for name in (
        "abs amax amin atan bmm ceil clamp cos cumsum dot erf exp expm1 floor fmod lerp log log10 log1p log2 logsumexp matmul "
        "maximum mean minimum mm norm outer pow prod reciprocal relu remainder round rsqrt sigmoid sign sin softmax sqrt square "
        "std sum t tan tanh trunc var where"
    ).split()
} | {"gelu": F.gelu, "silu": F.silu, "softplus": F.softplus, "logSoftmax": torch.log_softmax}
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}

FORMULAS = """
3*a**3 - b**2
-a**2
(-a)**2
2**-a
2**a
a**b
a**-1
a**b**0.5
(a**b)**0.5
2**-1 * a
2**3**0.5 * a
-2**2 + a
- - a
+a
--a + +b
2 - a
a - 2
2 / a
a / 2
a / b * 3
a / (b * 3)
a - b - 1
a - (b - 1)
2 * 3 * a
a * 2 * 3
2 + 3 * a
(2 + 3) * a
1e-3 * a + 1.5E2
.5 * a + 5. * b - 1e0
a // 2
7.5 // a
a % b
a % 2
7.5 % a
-a % 2
-a // 2 * 2
7 // 2 * a
-7 % 3 * a
m @ n
m @ a
a @ b
m @ n @ m
m @ n * 2
2 * m @ n
-m @ n
m @ -n
m @ n ** 2
i + 1
i / 2
i // 2
i % 3
i ** 2
-i
+i
i * 2.5
2 - i
2 ** i * 1.5
p + 1
p * a
i * a
c * a
pi * a ** 2
e ** a
a * inf
exp(-a ** 2 / 2) / (2 * pi) ** 0.5
1 / (1 + exp(-a))
log(exp(a) + exp(b))
-sum(a * log(b))
mean((a - b) ** 2)
mean((m - n) ** 2, 0)
sum(m, 1)
sum(m, -1) * prod(n, 0)
softmax(m, 1) @ n
logSoftmax(m, 0)
logsumexp(m, 1)
var(m) + std(m, 1)
norm(m)
amax(m, 0) - amin(m, 1)
maximum(a, b) * minimum(a, b)
clamp(m, 2, 3)
where(p, a, 2 * b)
lerp(a, b, 0.25)
cumsum(m, 1)
outer(a, b)
dot(a, b)
matmul(m, n) - mm(n, m)
t(m) @ t(n)
pow(a, 3) - pow(2, a)
fmod(a, 2) + remainder(7, a)
square(a) * reciprocal(b)
relu(n) + sigmoid(n) + tanh(n) + gelu(n) + silu(n) + softplus(n)
sin(a) * cos(b) + tan(a) - atan(b)
abs(n) * sign(n)
sqrt(a) - rsqrt(b)
log2(a) + log10(a) + log1p(a) + expm1(b / 10) + erf(a / 4)
floor(a / 2) + ceil(a / 2) + round(a / 2) + trunc(a / 2)
((((a)))) * (b)
a*(b+1)**2/(b-1)**2-a/b
""".strip().split("\n")


class Random:
    """The same formulas whatever Python's random numbers are."""

    def __init__(self):
        self.state = 7

    def below(self, n):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state * n >> 32

    def one(self, items):
        return items[self.below(len(items))]

    def formula(self, depth):
        if depth == 0 or self.below(8) == 0:
            return self.one(["a", "b", "m", "n", "a", "b", "2", "3", "0.5", "1", "4", "1.25"])
        kind = self.below(10)
        if kind < 6:
            space = " " * self.below(2)
            return f"{self.formula(depth - 1)}{space}{self.one(['+', '-', '*', '/', '+', '-', '*', '/', '**'])}{space}{self.formula(depth - 1)}"
        if kind < 7:
            return "-" + self.formula(depth - 1)
        if kind < 9:
            return f"({self.formula(depth - 1)})"
        return f"{self.one(['sin', 'cos', 'exp', 'tanh', 'sigmoid', 'relu', 'abs', 'square'])}({self.formula(depth - 1)})"


def plain(x):
    return [str(v) if isinstance(v, float) and not math.isfinite(v) else v for v in x.detach().reshape(-1).tolist()]


def graph(root):
    """Names, and edges from an input's node to that of the result, as `graphOf` lists them."""
    if root is None:
        return [], []
    ids, edges, nodes = {root: 0}, [], [root]
    for node in nodes:
        for step, (inner, _) in enumerate(node.next_functions):
            if inner is None:
                continue
            if inner not in ids:
                ids[inner] = len(nodes)
                nodes.append(inner)
            edges.append([ids[inner], ids[node], step])
    return [node.name().removeprefix("struct torch::autograd::").removeprefix("torch::autograd::") for node in nodes], edges


def case(formula):
    values = {
        name: torch.tensor(data, dtype=getattr(torch, dtype), requires_grad=name in LEAVES) for name, (data, dtype) in VALUES.items()
    }
    out = eval(formula, {}, FUNCTIONS | CONSTANTS | values)
    if not isinstance(out, torch.Tensor):
        return None
    names, edges = graph(out.grad_fn)
    answer = {
        "formula": formula, "dtype": str(out.dtype).removeprefix("torch."), "shape": list(out.shape), "out": plain(out),
        "nodes": names, "edges": edges,
    }
    try:
        if out.requires_grad:
            out.sum().backward()
    except RuntimeError as error:
        answer["refused"] = str(error).split("\n")[0]
    answer["grads"] = {name: plain(values[name].grad) for name in LEAVES if values[name].grad is not None}
    return answer


def cases():
    yield from map(case, FORMULAS)
    random = Random()
    for _ in range(150):
        try:
            found = case(random.formula(4))
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):  # a function of numbers, a root of one below 0
            continue
        if found and all(isinstance(v, (int, float)) for v in found["out"]):
            yield found


golden = {"torch": torch.__version__, "values": {name: {"data": data, "dtype": dtype} for name, (data, dtype) in VALUES.items()}}
golden["cases"] = list(cases())
(answers / "expr.json").write_text(json.dumps(golden, separators=(",", ":"), ensure_ascii=False) + "\n")
