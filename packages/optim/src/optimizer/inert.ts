/** PyTorch's options for how a step is carried out: there is one way, and it is fused. They stay in its files, without effect. */
export interface Inert {
  foreach: boolean | null;
  capturable: boolean;
  /** Not built yet: refused. */
  differentiable: boolean;
  fused: boolean | null;
}

export const foreach: Inert["foreach"] = null;
export const capturable = false;
export const differentiable = false;
export const fused: Inert["fused"] = null;
