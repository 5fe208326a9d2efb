/** Addresses of what need not be there: 0 is none. */
import type { View } from "../../view.ts";
import { address } from "../../wasm/runtime.ts";

export const optional = (view: View | null | undefined): number => (view ? address(view) : 0);

/** Moves an address, unless there is none. */
export const moved = (at: number, bytes: number): number => (at === 0 ? 0 : at + bytes);
