/** Why no sample shows what PyTorch's options for how a step is carried out change. */
interface Exempt {
  readonly exempt: string;
}

export const refused: Exempt = { exempt: "Not built yet: refused." };
export const differentiable: Exempt = refused;
export const foreach: Exempt = { exempt: "There is one implementation; the option stays in the state dict." };
export const capturable: Exempt = foreach;
export const fused: Exempt = foreach;
