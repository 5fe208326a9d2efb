/**
 * Where in the memory is room? Best fit with splitting and coalescing, all of it in JavaScript arrays: a kernel that
 * overruns its output cannot damage them. Regions of up to 4 KiB coalesce late: most are wanted again at once.
 *
 * Regions cover the heap without gaps, in units of 64 bytes. Free ones hang in lists by size, eight per power of two,
 * with a bit per list that is not empty, so finding one costs the same however many there are.
 * Origin: two-level segregated fit (Masmano et al. 2004); within a list of unequal sizes the first that fits.
 */
export const UNIT = 64;
const LISTS = 256;
const SMALL = 64; // units: 4 KiB
const LOOK = 8; // candidates looked at in the list that holds both fitting and too small ones
const NONE = -1;

const listOf = (units: number): number => {
  if (units < 8) return units;
  const power = 31 - Math.clz32(units);
  return (power - 2) * 8 + ((units >> (power - 3)) & 7);
};

export class Allocator {
  readonly #start: number[] = [];
  readonly #units: number[] = [];
  readonly #free: boolean[] = [];
  readonly #before: number[] = []; // neighbours in memory
  readonly #after: number[] = [];
  readonly #previous: number[] = []; // neighbours in the list of free regions
  readonly #next: number[] = [];
  readonly #heads = new Array<number>(LISTS).fill(NONE);
  readonly #occupied = new Array<number>(LISTS / 32).fill(0);
  readonly #kept = Array.from({ length: SMALL + 1 }, (): number[] => []);
  readonly #unused: number[] = [];
  #keptCount = 0;
  #last = NONE;
  #end: number;
  #used = 0;

  constructor(base: number) {
    this.#end = base / UNIT;
  }
  /** First byte beyond the heap. */
  get end(): number {
    return this.#end * UNIT;
  }
  get usedBytes(): number {
    return this.#used * UNIT;
  }
  get regions(): number {
    return this.#start.length - this.#unused.length;
  }
  address(region: number): number {
    return this.#start[region]! * UNIT;
  }
  bytes(region: number): number {
    return this.#units[region]! * UNIT;
  }
  /** The regions beside this one in memory, -1 at the ends of the heap. */
  before(region: number): number {
    return this.#before[region]!;
  }
  after(region: number): number {
    return this.#after[region]!;
  }
  isFree(region: number): boolean {
    return this.#free[region]!;
  }

  /** A region of at least so many bytes, or -1 when no hole is large enough. */
  allocate(bytes: number): number {
    const units = Math.max(1, Math.ceil(bytes / UNIT));
    if (units <= SMALL) {
      const kept = this.#kept[units]!.pop();
      if (kept !== undefined) {
        this.#used += units;
        this.#keptCount--;
        return kept;
      }
    }
    const region = this.#find(units);
    return region === NONE ? NONE : this.#take(region, units);
  }
  /** Where the heap would end after `extend(bytes)`. */
  endWith(bytes: number): number {
    const hole = this.#last !== NONE && this.#free[this.#last] ? this.#units[this.#last]! : 0;
    return (this.#end + Math.max(0, Math.max(1, Math.ceil(bytes / UNIT)) - hole)) * UNIT;
  }
  /** The same from new memory behind the heap, together with the hole at its end if there is one. */
  extend(bytes: number): number {
    const units = Math.max(1, Math.ceil(bytes / UNIT));
    const hole = this.#last !== NONE && this.#free[this.#last] ? this.#units[this.#last]! : 0;
    const fresh = this.#add(this.#end, Math.max(0, units - hole), this.#last, NONE);
    this.#end += this.#units[fresh]!;
    this.#coalesce(fresh);
    return this.#take(this.#last, units);
  }
  /** Small regions are kept whole for the next request of their size, until `settle`. */
  free(region: number): void {
    const units = this.#units[region]!;
    this.#used -= units;
    if (units > SMALL) this.#coalesce(region);
    else {
      this.#kept[units]!.push(region);
      this.#keptCount++;
    }
  }
  /** Coalesces what was kept: before spilling, so that small holes count. True when there was any. */
  settle(): boolean {
    if (this.#keptCount === 0) return false;
    this.#keptCount = 0;
    for (const kept of this.#kept) {
      for (const region of kept) this.#coalesce(region);
      kept.length = 0;
    }
    return true;
  }
  #coalesce(region: number): void {
    const before = this.#before[region]!;
    const after = this.#after[region]!;
    if (after !== NONE && this.#free[after]) this.#absorb(region, after);
    if (before !== NONE && this.#free[before]) {
      this.#unlink(before);
      this.#swallow(before, region);
      this.#link(before);
    } else this.#link(region);
  }

  #find(units: number): number {
    const list = listOf(units);
    let region = this.#heads[list]!;
    for (let i = 0; i < LOOK && region !== NONE; i++, region = this.#next[region]!)
      if (this.#units[region]! >= units) return region;
    for (let word = (list + 1) >> 5, mask = -1 << ((list + 1) & 31); word < LISTS / 32; word++, mask = -1) {
      const bits = this.#occupied[word]! & mask;
      if (bits) return this.#heads[word * 32 + 31 - Math.clz32(bits & -bits)]!;
    }
    return NONE;
  }
  #take(region: number, units: number): number {
    this.#unlink(region);
    const rest = this.#units[region]! - units;
    if (rest > 0) {
      this.#units[region] = units;
      this.#link(this.#add(this.#start[region]! + units, rest, region, this.#after[region]!));
    }
    this.#used += units;
    return region;
  }
  #add(start: number, units: number, before: number, after: number): number {
    const region = this.#unused.pop() ?? this.#start.length;
    this.#start[region] = start;
    this.#units[region] = units;
    this.#free[region] = false;
    this.#before[region] = before;
    this.#after[region] = after;
    this.#previous[region] = this.#next[region] = NONE;
    if (before !== NONE) this.#after[before] = region;
    if (after === NONE) this.#last = region;
    else this.#before[after] = region;
    return region;
  }
  /** Takes a free neighbour out of its list and merges it. */
  #absorb(region: number, after: number): void {
    this.#unlink(after);
    this.#swallow(region, after);
  }
  #swallow(region: number, after: number): void {
    const beyond = this.#after[after]!;
    this.#units[region]! += this.#units[after]!;
    this.#after[region] = beyond;
    if (beyond === NONE) this.#last = region;
    else this.#before[beyond] = region;
    this.#unused.push(after);
  }
  #link(region: number): void {
    const list = listOf(this.#units[region]!);
    const head = this.#heads[list]!;
    this.#free[region] = true;
    this.#previous[region] = NONE;
    this.#next[region] = head;
    if (head !== NONE) this.#previous[head] = region;
    this.#heads[list] = region;
    this.#occupied[list >> 5]! |= 1 << (list & 31);
  }
  #unlink(region: number): void {
    const list = listOf(this.#units[region]!);
    const previous = this.#previous[region]!;
    const next = this.#next[region]!;
    this.#free[region] = false;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#heads[list] = next;
    if (this.#heads[list] === NONE) this.#occupied[list >> 5]! &= ~(1 << (list & 31));
  }
}
