/** What has begun and not ended? Callbacks, which end in order, and guards, which `using` ends, in any order. */

export interface Level<L> {
  readonly outer: L | null;
  /** Ended by its block, and at the latest with the callback, or the job, in which it began. */
  readonly isGuard: boolean;
  isOpen: boolean;
}

export class Nesting<L extends Level<L>> {
  /** The innermost level that is open. */
  current: L | null = null;
  readonly #lapsed: (guards: readonly L[]) => void;
  #isWatched = false;

  /** `lapsed` gets the guards that were still open at the next job. */
  constructor(lapsed: (guards: readonly L[]) => void) {
    this.#lapsed = lapsed;
  }

  begin(level: L): L {
    this.current = level;
    if (level.isGuard && !this.#isWatched) {
      this.#isWatched = true;
      queueMicrotask(() => this.#lapse());
    }
    return level;
  }

  /** Ends a level alone: what began later goes on. */
  end(level: L): void {
    level.isOpen = false;
    while (this.current !== null && !this.current.isOpen) this.current = this.current.outer;
  }

  /** Ends a callback, and before it the guards that were left open inside; `visit` sees these. */
  leave(level: L, visit?: (guard: L) => void): void {
    for (let inner = this.current; inner !== null && inner !== level; inner = inner.outer) {
      inner.isOpen = false;
      visit?.(inner);
    }
    this.end(level);
  }

  /** Ends every guard: this is another job, so whoever has one open waits for something, or has left it. */
  #lapse(): void {
    this.#isWatched = false;
    const guards: L[] = [];
    for (let level = this.current; level !== null; level = level.outer)
      if (level.isGuard && level.isOpen) guards.push(level);
    for (const guard of guards) this.end(guard);
    if (guards.length > 0) this.#lapsed(guards);
  }
}
