/** In which module does what runs now run? `@ag/nn` says it, so that nodes and messages can name it. */

/** A call of a module. */
export interface Call {
  /** The path of the module, as in the keys of a state dict; "" in the outermost. */
  readonly path: string;
}

/** The innermost call. */
export const calls: { current: Call | null } = { current: null };
