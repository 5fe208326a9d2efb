"""The calls whose accuracy is compared: operation (our name), then its arguments; options last, with our names."""


def x(*shape, low=-1, high=1):
    """Numbers in [low, high)."""
    return {"shape": list(shape), "range": [low, high]}


def constant(*shape, low=-1, high=1):
    """The same, not differentiated."""
    return {**x(*shape, low=low, high=high), "constant": True}


def whole(*shape, below):
    """int64 in [0, below)."""
    return {"shape": list(shape), "below": below}


def chance(*shape):
    """True or false."""
    return {"shape": list(shape), "chance": True}


N = 100_000
IMAGES = (16, 64, 16, 16)

ranges = {
    "exp": [(-10, 10), (-80, 80), (-80, -20), (-1e-3, 1e-3)],
    "expm1": [(-20, 20), (-1, 1), (-1e-3, 1e-3)],
    "log": [(1e-3, 10), (0.9, 1.1), (1, 1e30)],
    "log1p": [(-0.9, 10), (-1e-3, 1e-3), (0, 1e30)],
    "log2": [(1e-3, 10), (0.9, 1.1), (1, 1e30)],
    "log10": [(1e-3, 10), (0.9, 1.1), (1, 1e30)],
    "sqrt": [(1e-3, 100)],
    "rsqrt": [(1e-3, 100), (1, 100)],
    "reciprocal": [(0.1, 100), (1, 100)],
    "sin": [(-10, 10), (-1e-3, 1e-3), (-1e5, 1e5), (-1e30, 1e30)],
    "cos": [(-10, 10), (1.5, 1.6), (-1e5, 1e5), (-1e30, 1e30)],
    "tan": [(-1.5, 1.5), (-1e-3, 1e-3), (-1e5, 1e5)],
    "atan": [(-5, 5), (-1e-3, 1e-3), (-1e5, 1e5)],
    "tanh": [(-10, 10), (-1e-3, 1e-3)],
    "sigmoid": [(-10, 10), (-80, -20), (10, 80)],
    "erf": [(-4, 4), (-1e-3, 1e-3), (3, 10)],
    "gelu": [(-5, 5), (-12, -4), (-1e-3, 1e-3), (-100, 100)],
    "silu": [(-10, 10), (-80, -20), (-1e-3, 1e-3)],
    "softplus": [(-10, 10), (-80, -20), (-100, 100)],
    "elu": [(-10, 10), (-1e-3, 1e-3)],
    "leakyRelu": [(-10, 10)],
    "relu": [(-10, 10)],
    "relu6": [(-10, 10)],
    "hardtanh": [(-10, 10)],
    "square": [(-10, 10)],
    "abs": [(-10, 10)],
    "neg": [(-10, 10)],
}

exponents = [0.5, -0.5, -1, 2, -2, 3, 4, 10, -3, 1.5, 1 / 3, -1.7, 30.5]

pointwise = [
    *[[op, x(N, low=low, high=high)] for op, pairs in ranges.items() for low, high in pairs],
    *[["pow", x(N, low=0.1, high=5), exponent] for exponent in exponents],
    ["pow", x(N, low=-5, high=5), 5],
    ["pow", x(N, low=0.1, high=5), x(N, low=-10, high=10)],
    ["pow", x(N, low=0.999, high=1.001), x(N, low=-1e4, high=1e4)],
    ["pow", 2, x(N, low=-20, high=20)],
    ["pow", 0.3, x(N, low=-10, high=10)],
    ["gelu", x(N, low=-5, high=5), {"approximate": "tanh"}],
    ["gelu", x(N, low=-12, high=-3), {"approximate": "tanh"}],
    ["softplus", x(N, low=-10, high=10), {"beta": 3, "threshold": 10}],
    ["elu", x(N, low=-10, high=10), {"alpha": 0.3}],
    ["elu_", x(N, low=-10, high=10), {"alpha": 0.3}],
    ["leakyRelu_", x(N, low=-10, high=10), {"negativeSlope": 0.3}],
    ["add", x(64, 1000), x(1000), {"alpha": 0.7}],
    ["sub", x(64, 1000), x(64, 1), {"alpha": 0.7}],
    ["rsub", x(64, 1000), x(1000), {"alpha": 0.7}],
    ["rsub", x(64, 1000), 0.7],
    ["mul", x(64, 1000), x(1000)],
    ["mul", x(64, 1000), 0.7],
    ["mul", x(5000, 20), x(20)],
    ["mul", x(20, 5000), x(20, 1)],
    ["div", x(64, 1000), x(1000, low=0.5, high=2)],
    ["div", x(64, 1000), 0.7],
    ["div", 0.7, x(64, 1000, low=0.5, high=2)],
    ["remainder", x(N, low=-100, high=100), 0.7],
    ["remainder", x(N, low=-100, high=100), x(N, low=0.5, high=2)],
    ["fmod", x(N, low=-100, high=100), 0.7],
    ["fmod", x(N, low=-100, high=100), x(N, low=0.5, high=2)],
    ["maximum", x(64, 1000), x(1000)],
    ["minimum", x(64, 1000), x(1000)],
    ["clamp", x(N), {"min": -0.5, "max": 0.7}],
    ["clampMin", x(N), -0.5],
    ["clampMax", x(N), 0.7],
    ["where", chance(64, 1000), x(64, 1000), x(1000)],
    ["addcmul", x(64, 1000), x(64, 1000), x(1000), {"value": 0.7}],
    ["addcdiv", x(64, 1000), x(64, 1000), x(1000, low=0.5, high=2), {"value": 0.7}],
    ["lerp", x(N), x(N), 0.3],
    ["lerp", x(N), x(N), x(N, low=0, high=1)],
]

reductions = [
    ["sum", x(N)],
    ["sum", x(N, low=0, high=1)],
    *[[op, x(64, 1000), dim] for op in ("sum", "mean", "logsumexp", "cumsum") for dim in (0, 1)],
    *[[op, x(*IMAGES), [0, 2, 3]] for op in ("sum", "mean")],
    ["mean", x(N)],
    ["mean", x(N, low=0, high=1)],
    ["cumsum", x(N), 0],
    ["cumsum", x(N, low=0, high=1), 0],
    ["prod", x(64, low=0.5, high=2)],
    ["prod", x(64, 100, low=0.5, high=1.8), 1],
    ["prod", x(100, 64, low=0.5, high=1.8), 0],
    *[["prod", x(*shape, low=0.95, high=1.05), dim] for shape, dim in (((64, 1000), 1), ((1000, 64), 0))],
    ["prod", x(N, low=0.999, high=1.001)],
    ["logsumexp", x(N), 0],
    ["logsumexp", x(64, 1000, low=-50, high=50), 1],
    ["logsumexp", x(*IMAGES, low=-5, high=5), [1, 3]],
    *[[op, x(N)] for op in ("variance", "std", "norm")],
    *[[op, x(N, low=low, high=low + 1)] for op in ("variance", "std") for low in (100, 10_000)],
    *[[op, x(64, 1000), dim] for op in ("variance", "std", "norm") for dim in (0, 1)],
    *[["norm", x(64, 1000), 1, {"p": p}] for p in (0.5, 1, 1.5, 3, 4.5)],
    *[[op, x(64, 1000), 1] for op in ("amax", "amin", "max", "min", "sort")],
    *[[op, x(N)] for op in ("max", "min", "amax")],
]


def affine(size):
    return {"weight": x(size), "bias": x(size)}


normalised = [
    *[[op, x(64, 1000, low=-5, high=5), dim] for op in ("softmax", "logSoftmax") for dim in (0, 1)],
    *[[op, x(64, 1000, low=-500, high=500), 1] for op in ("softmax", "logSoftmax")],
    *[[op, x(1, N, low=-5, high=5), 1] for op in ("softmax", "logSoftmax")],
    *[[op, x(5000, 3, low=-5, high=5), 1] for op in ("softmax", "logSoftmax")],
    *[[op, x(4, 21, 32, 32, low=-5, high=5), 1] for op in ("softmax", "logSoftmax")],
    *[
        ["batchNorm", x(*shape, low=low, high=high), None, None, {**affine(shape[1]), "training": True}]
        for shape in (IMAGES, (64, 256, 4, 4), (256, 100))
        for low, high in ((-2, 2), (5, 6), (1000, 1001))
    ],
    *[
        ["batchNorm", x(*shape), constant(shape[1]), constant(shape[1], low=0.5, high=2), affine(shape[1])]
        for shape in (IMAGES, (256, 100))
    ],
    *[
        ["batchNormStatistics", x(*shape, low=5, high=6), constant(shape[1]), constant(shape[1])]
        for shape in (IMAGES, (256, 100))
    ],
    *[
        ["layerNorm", x(*shape, low=low, high=high), [shape[-1]], affine(shape[-1])]
        for shape in ((64, 1000), (4, 16, 768), (512, 48))
        for low, high in ((-2, 2), (5, 6), (1000, 1001))
    ],
    ["layerNorm", x(32, 16, 8, 8), [16, 8, 8]],
]

products = [
    ["mm", x(64, 300), x(300, 70)],
    ["addmm", x(70), x(64, 300), x(300, 70), {"alpha": 0.7, "beta": 0.3}],
    ["bmm", x(6, 40, 200), x(6, 200, 33)],
    ["baddbmm", x(6, 40, 33), x(6, 40, 200), x(6, 200, 33), {"alpha": 0.7, "beta": 0.3}],
    ["mv", x(200, 1000), x(1000)],
    ["dot", x(N), x(N)],
    ["mm", x(20, 10_000), x(10_000, 16)],
    ["linear", x(5000, 8), x(10, 8), x(10)],
    ["outer", x(300), x(200)],
    ["matmul", x(3, 4, 40, 64), x(4, 64, 40)],
    ["matmul", x(16, 20, 300), x(300, 50)],
    ["linear", x(64, 784), x(128, 784), x(128)],
    ["linear", x(8, 16, 256), x(100, 256), x(100)],
    ["conv2d", x(16, 8, 40, 40), x(8, 8, 3, 3), x(8), {"padding": 1}],
    ["conv2d", x(16, 8, 40, 40), x(8, 8, 5, 5), x(8), {"stride": 2}],
    ["conv1d", x(4, 16, 200), x(32, 16, 5), x(32), {"stride": 2, "padding": 2}],
    ["conv2d", x(2, 3, 48, 48), x(16, 3, 7, 7), x(16), {"stride": 2, "padding": 3}],
    ["conv2d", x(8, 64, 16, 16), x(64, 64, 3, 3), x(64), {"padding": 1}],
    ["conv2d", x(4, 128, 7, 7), x(96, 128, 3, 3), x(96), {"padding": 1}],
    ["conv2d", x(4, 32, 15, 15), x(48, 32, 3, 3), None, {"stride": 2, "padding": 1}],
    ["conv2d", x(4, 64, 14, 14), x(100, 64, 1, 1), x(100)],
    ["conv2d", x(2, 24, 20, 20), x(36, 8, 3, 3), x(36), {"padding": 2, "dilation": 2, "groups": 3}],
    ["conv2d", x(4, 48, 16, 16), x(48, 1, 3, 3), x(48), {"padding": 1, "groups": 48}],
]

pools = [
    ["maxPool2d", x(8, 64, 16, 16), 3, {"stride": 2, "padding": 1}],
    ["avgPool2d", x(8, 64, 16, 16), 2],
    ["avgPool2d", x(8, 64, 17, 15), [5, 3], {"stride": 2, "padding": 1, "countIncludePad": False}],
    ["avgPool2d", x(2, 8, 64, 64), 32],
    ["avgPool2d", x(2, 8, 32, 32, low=0, high=1), 5, {"stride": 1, "padding": 2}],
    ["maxPool2d", x(2, 8, 32, 32), 5, {"stride": 1, "padding": 2}],
    ["adaptiveAvgPool2d", x(2, 8, 100, 100, low=0, high=1), [3, 2]],
    ["adaptiveAvgPool2d", x(8, 64, 16, 16), 1],
    ["adaptiveAvgPool2d", x(8, 64, 13, 17), [7, 5]],
]

SHARES = constant(64, 1000, low=0, high=2e-3)
WEIGHED = {"weight": constant(1000, low=0, high=1), "posWeight": constant(1000, low=0.5, high=2)}
losses = [
    *[[op, x(64, 1000), x(64, 1000)] for op in ("mseLoss", "l1Loss", "smoothL1Loss", "huberLoss")],
    *[[op, x(64, 1000), x(64, 1000), {"reduction": "none"}] for op in ("mseLoss", "smoothL1Loss", "huberLoss")],
    ["mseLoss", x(64, 1000), x(64, 1000), {"reduction": "sum"}],
    ["smoothL1Loss", x(64, 1000), x(64, 1000), {"beta": 0.3}],
    ["huberLoss", x(64, 1000), x(64, 1000), {"delta": 0.3}],
    ["binaryCrossEntropy", x(64, 1000, low=0.01, high=0.99), constant(64, 1000, low=0, high=1)],
    ["binaryCrossEntropy", x(64, 1000, low=1e-6), constant(64, 1000, low=0), {"weight": constant(1000)}],
    *[
        ["binaryCrossEntropyWithLogits", x(64, 1000, low=low, high=high), x(64, 1000, low=0, high=1), options]
        for low, high in ((-5, 5), (-50, 50))
        for options in ({}, WEIGHED, {"reduction": "none"})
    ],
    ["nllLoss", x(64, 1000, low=-10, high=0), whole(64, below=1000)],
    ["nllLoss", x(8, 21, 32, 32, low=-10), whole(8, 32, 32, below=21), {"weight": constant(21, low=0.5)}],
    *[["crossEntropy", x(64, 1000, low=-high, high=high), whole(64, below=1000)] for high in (1, 10, 100)],
    ["crossEntropy", x(64, 1000), whole(64, below=1000), {"labelSmoothing": 0.1, "weight": constant(1000, low=0.5)}],
    ["crossEntropy", x(64, 1000), SHARES],
    ["crossEntropy", x(8, 21, 32, 32, low=-5, high=5), whole(8, 32, 32, below=21), {"reduction": "sum"}],
]

places = [
    ["embedding", whole(2000, below=50), x(50, 64)],
    ["embedding", whole(20_000, below=5), x(5, 8)],
    ["indexSelect", x(50, 64), 0, whole(2000, below=50)],
    ["indexAdd", x(50, 64), 0, whole(2000, below=50), x(2000, 64)],
    ["gather", x(64, 50), 1, whole(64, 1000, below=50)],
    ["scatterAdd", x(64, 50), 1, whole(64, 1000, below=50), x(64, 1000)],
    ["take", x(50), whole(20_000, below=50)],
    ["at", x(50, 64), whole(2000, below=50)],
    ["maskedFill", x(64, 1000), chance(64, 1000), x()],
    ["asStrided", x(1000), [90, 100], [10, 1]],
    ["expand", x(1000), [64, 1000]],
    ["tile", x(1000), [64, 2]],
]

steps = [
    ["SGD", x(10_000), 10, {"lr": 0.1}],
    ["SGD", x(10_000), 30, {"lr": 0.1, "momentum": 0.9, "weightDecay": 1e-2, "nesterov": True}],
    ["Adam", x(10_000), 30, {"lr": 1e-2, "weightDecay": 1e-2}],
    ["AdamW", x(10_000), 30, {"lr": 1e-2, "weightDecay": 1e-2}],
]

cases = [*pointwise, *reductions, *normalised, *products, *pools, *losses, *places, *steps]
