/** What may an optimizer be given? The checks of parameters and groups, with PyTorch's messages. */
import { Tensor, ValueError } from "@ag/tensor/fn";
import { describeForeign, type Kind, warnOnce } from "@ag/tensor/internal";

/** Parameters that share options. */
export type ParamGroup<O> = O & { readonly params: readonly Tensor[]; initialLr?: number };

/** A group as it is given: parameters, and options where they are not the optimizer's. */
export type GivenGroup<O> = Partial<O> & { readonly params: Tensor | Iterable<Tensor> };

/** What an optimizer takes: parameters, or groups with options of their own. */
export type Params<O> = Iterable<Tensor> | Iterable<GivenGroup<O>>;

/** What a group may have as its parameters. */
export const someParams: Kind = {
  word: "Tensor or iterable of Tensors",
  ok: (x) => typeof x === "object" && x !== null && (x instanceof Tensor || Symbol.iterator in x),
};

const kindOf = (x: unknown): string =>
  typeof x === "object" && x !== null ? (x.constructor?.name ?? "object") : typeof x;

/** Groups as they were given; a list of tensors is one group. */
export function givenGroups<O>(params: Params<O>): readonly GivenGroup<O>[] {
  const isList = typeof params === "object" && params !== null && Symbol.iterator in params;
  if (!isList)
    throw new ValueError(
      `Optimizer: params argument given to the optimizer should be an iterable of Tensors or dicts, but got ${kindOf(params)}.`,
    );
  const items = [...(params as Iterable<Tensor | GivenGroup<O>>)];
  if (items.length === 0) throw new ValueError("Optimizer: optimizer got an empty parameter list.");
  const isGroup = (x: unknown): boolean =>
    typeof x === "object" && x !== null && !(x instanceof Tensor) && "params" in x;
  if (isGroup(items[0])) return items as readonly GivenGroup<O>[];
  return [{ params: items as readonly Tensor[] } as unknown as GivenGroup<O>];
}

const graphHint = "Use x.detach().requiresGrad_() or the leaves that x was computed from.";

/** The parameters of a group, checked: leaves, each once in all groups. */
export function checkedParams(given: Tensor | Iterable<Tensor>, others: ReadonlySet<Tensor>): readonly Tensor[] {
  if (given instanceof Set)
    throw new ValueError(
      "Optimizer: optimizer parameters need to be organized in ordered collections: need a list; got a Set.",
    );
  if (!someParams.ok(given)) throw new ValueError(`Optimizer: need params in each group; got ${kindOf(given)}.`);
  const params = given instanceof Tensor ? [given] : [...given];
  for (const p of params) {
    if (!(p instanceof Tensor))
      throw new ValueError(
        `Optimizer: optimizer can only optimize Tensors, but one of the params is ${kindOf(p)}. ${describeForeign(p) ?? ""}`.trimEnd(),
      );
    if (!p.isLeaf) throw new ValueError(`Optimizer: can't optimize a non-leaf Tensor. ${graphHint}`);
  }
  if (new Set(params).size < params.length)
    warnOnce("optimizer contains a parameter group with duplicate parameters; in future, this will cause an error");
  if (params.some((p) => others.has(p)))
    throw new ValueError("Optimizer: some parameters appear in more than one parameter group.");
  return params;
}
