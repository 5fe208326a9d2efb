/** What `memory()` reports, in bytes unless named otherwise. */
export interface MemoryReport {
  /** Held by live blocks inside of the heap. */
  readonly used: number;
  /** Size of the heap, holes included. */
  readonly heap: number;
  /** Live blocks inside of the heap, a count. */
  readonly blocks: number;
  readonly spills: number;
  readonly spilled: number;
  readonly pageIns: number;
}
