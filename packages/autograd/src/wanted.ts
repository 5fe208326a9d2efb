/** Which nodes take part in a backward, and how many gradients does each wait for? */
import type { Edge } from "@ag/tensor/fn";
import { type Node, nodeOf } from "./node.ts";

/** All nodes below the roots, or only those that lead to a target: marked with the pass. */
export function wantedNodes(roots: readonly Node[], targets: readonly Edge[] | undefined, pass: number): Node[] {
  const all = reachable(roots, pass);
  const wanted = targets ? leadingTo(targets, all, pass) : all;
  for (const node of wanted) node.waiting = 0;
  for (const { nextFunctions } of wanted)
    for (const edge of nextFunctions) {
      const next = nodeOf(edge);
      if (next?.pass === pass) next.waiting++;
    }
  return wanted;
}

/** Whether none of the nodes below takes part. */
export const leadsNowhere = (node: Node, pass: number): boolean =>
  !node.nextFunctions.some((edge) => nodeOf(edge)?.pass === pass);

/** All nodes below some, marked: without recursion, since graphs are as deep as programs are long. */
function reachable(roots: readonly Node[], pass: number): Node[] {
  const found: Node[] = [];
  const visit = (node: Node): void => {
    if (node.pass === pass) return;
    node.pass = pass;
    found.push(node);
  };
  roots.forEach(visit);
  for (let i = 0; i < found.length; i++)
    for (const edge of found[i]!.nextFunctions) {
      const next = nodeOf(edge);
      if (next) visit(next);
    }
  return found;
}

function leadingTo(targets: readonly Edge[], nodes: readonly Node[], pass: number): Node[] {
  const goals = new Set(targets.map((edge) => nodeOf(edge)));
  for (const node of nodes) node.pass = goals.has(node) ? pass : 0;
  const byAge = nodes
    .filter((node) => node.sequence < Number.POSITIVE_INFINITY)
    .sort((a, b) => a.sequence - b.sequence);
  for (const node of byAge) // inputs are older than results
    if (!leadsNowhere(node, pass)) node.pass = pass;
  return nodes.filter((node) => node.pass === pass);
}
