/** The state of PyTorch's CPU generator: MT19937, and the normal that Box–Muller has left over. */
export interface RandomState {
  /** 624 words. */
  readonly words: Uint32Array;
  /** The next word to use; 624 when all are used up. */
  index: number;
  /** The second normal of the last pair, for calls of fewer than 16 or not contiguous; null when there is none. */
  cachedNormal: number | null;
}
