/** What has begun and not ended? Callbacks, which end in order, and guards, which `using` ends, in any order. */

export interface Level<L> {
  readonly outer: L | null;
  /** Ended by its block, and at the latest with the callback, or the job, in which it began. */
  readonly isGuard: boolean;
  isOpen: boolean;
}

export interface Nesting<L> {
  /** The innermost level that is open. */
  current: L | null;
  /** Whether the next job will look for guards. */
  isWatched: boolean;
}

/** Ends a level alone: what began later goes on. */
export function endLevel<L extends Level<L>>(nesting: Nesting<L>, level: L): void {
  level.isOpen = false;
  while (nesting.current !== null && !nesting.current.isOpen) nesting.current = nesting.current.outer;
}

/** Ends a callback, and before it the guards that were left open inside; `visit` sees these. */
export function endWithin<L extends Level<L>>(nesting: Nesting<L>, level: L, visit?: (guard: L) => void): void {
  for (let inner = nesting.current; inner !== null && inner !== level; inner = inner.outer) {
    inner.isOpen = false;
    visit?.(inner);
  }
  endLevel(nesting, level);
}

/** Begins a guard. Whoever still has one open at the next job waits for something, or has left it: `lapsed` gets those. */
export function beginGuard<L extends Level<L>>(
  nesting: Nesting<L>,
  level: L,
  lapsed: (guards: readonly L[]) => void,
): L {
  if (!nesting.isWatched) queueMicrotask(() => lapse(nesting, lapsed));
  nesting.isWatched = true;
  nesting.current = level;
  return level;
}

function lapse<L extends Level<L>>(nesting: Nesting<L>, lapsed: (guards: readonly L[]) => void): void {
  nesting.isWatched = false;
  const guards: L[] = [];
  for (let level = nesting.current; level !== null; level = level.outer)
    if (level.isGuard && level.isOpen) guards.push(level);
  for (const guard of guards) endLevel(nesting, guard);
  if (guards.length > 0) lapsed(guards);
}
