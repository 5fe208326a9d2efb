/** The operation that runs now: names new storages when memory runs out. Outside of operations, "tensor". */
export const creating: { op: string } = { op: "tensor" };

/** An operation begins; gives the outer one, for `creating.op` when it has ended. Not a callback: each call would make one. */
export function begin(op: string): string {
  const outer = creating.op;
  creating.op = op;
  return outer;
}
