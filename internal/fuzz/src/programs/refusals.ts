/** Kinds of refusals, by what the message says: the first that is found counts. The same here and with PyTorch. */
export const refusals: readonly (readonly [kind: string, fragment: string])[] = [
  ["not-built", "is not built yet"],
  ["leaf", "a leaf Variable that requires grad"],
  ["view-of-leaf", "a view of a leaf Variable that requires grad"],
  ["one-of-several", "is the output of a function that returns multiple views"],
  ["view-of-noGrad", "A view was created in no_grad mode"],
  ["modified", "modified by an inplace operation"],
  ["second-time", "backward through the graph a second time"],
  ["overlap", "a single memory location"],
  ["no-graph", "does not require grad and does not have a grad_fn"],
  ["no-grad", "does not require grad"],
  ["scalar", "only for scalar outputs"],
  ["unused", "not have been used in the graph"],
  ["flag", "change requires_grad flags of leaf variables"],
  ["retain", "can't retain_grad"],
  ["detach", "Can't detach views in-place"],
  ["hook", "cannot register a hook"],
  ["post-hook", "post accumulate grad hooks cannot be registered"],
  ["shape", "Mismatch in shape"],
  ["stretched", "doesn't match the broadcast shape"],
  ["cast", "can't be cast"],
];

/** In a word, why a step was refused. */
export const kindOf = (message: string): string =>
  `!${refusals.find(([, fragment]) => message.includes(fragment))?.[0] ?? ""}`;
