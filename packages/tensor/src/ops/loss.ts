/** How far is a prediction from what was wanted? Each loss is one number, or one for each element. */
import { cpu, type Formula } from "@ag/kernels";
import { defineOp } from "../define.ts";
import { checkComputes, isFloating, resultType } from "../dtype.ts";
import { DTypeError, ShapeError, ValueError } from "../errors.ts";
import { empty } from "../factories.ts";
import type { Op } from "../op.ts";
import { reduced } from "../reduction.ts";
import { broadcast, sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { abs, div, mul, neg, sub } from "./arithmetic.ts";
import { clamp } from "./activation.ts";
import { to } from "./cast.ts";
import { sigmoid } from "./functions.ts";
import { mean, sum } from "./reduce.ts";
import { expand } from "./view.ts";
