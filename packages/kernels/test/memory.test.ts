import {
  allocate,
  checkMemory,
  debugMemory,
  disposed,
  liveBlocks,
  OutOfMemoryError,
  OverrunError,
  Storage,
} from "@ag/kernels";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Arena } from "#memory/arena";
import type { Block } from "#memory/block";
import { pool } from "#memory/heap";
import { Pool } from "#memory/pool";
import { clear } from "#runtime";

const MIB = 1 << 20;

const fill = (storage: Storage, byte: number): void => {
  pool.beginOperation();
  const at = storage.address();
  pool.bytes.fill(byte, at, at + storage.bytes);
};

const holds = (storage: Storage, byte: number): boolean => {
  pool.beginOperation();
  const at = storage.address();
  return pool.bytes.subarray(at, at + storage.bytes).every((b) => b === byte);
};

describe("the pool", () => {
  afterEach(() => pool.setLimit({ soft: 128 * MIB, hard: Number.POSITIVE_INFINITY }));

  test("aligns to 64 bytes, and never gives address 0", () => {
    const storages = [0, 1, 63, 64, 65, 5000].map((bytes) => allocate(bytes, "test"));
    pool.beginOperation();
    for (const storage of storages) {
      const at = storage.address();
      expect(at % 64).toBe(0);
      expect(at).toBeGreaterThan(0);
      storage.release();
    }
  });

  test("gives memory back when the last holder lets go", () => {
    const before = pool.report().blocks;
    const storage = allocate(100_000, "test");
    storage.retain();
    storage.release();
    expect(pool.report().blocks).toBe(before + 1);
    storage.release();
    expect(pool.report().blocks).toBe(before);
  });

  test.each([8, 100_000])("takes no block of %i bytes back twice", (bytes) => {
    const block = pool.allocate(bytes, "test");
    pool.free(block);
    const before = pool.report();
    pool.free(block);
    expect(pool.report()).toEqual(before);
    const [first, second] = [pool.allocate(bytes, "test"), pool.allocate(bytes, "test")];
    pool.beginOperation();
    expect(pool.address(first, pool)).not.toBe(pool.address(second, pool));
    for (const one of [first, second]) pool.free(one);
  });

  test("random allocations and releases never overlap and keep their contents", () => {
    const sizes = fc.array(fc.tuple(fc.integer({ min: 1, max: 40_000 }), fc.integer({ min: 0, max: 255 })), {
      maxLength: 120,
    });
    const outcome = fc.check(
      fc.property(sizes, fc.infiniteStream(fc.boolean()), (blocks, coin) => {
        const live: [Storage, number][] = [];
        for (const [bytes, byte] of blocks) {
          const storage = allocate(bytes, "test");
          fill(storage, byte);
          live.push([storage, byte]);
          if (coin.next().value) live.splice(Math.floor(live.length / 2), 1)[0]![0].release();
        }
        const isRight = live.every(([storage, byte]) => holds(storage, byte));
        for (const [storage] of live) storage.release();
        return isRight;
      }),
      { numRuns: 40 },
    );
    expect(outcome.counterexample).toBeNull();
  });

  test("a program that releases nothing stays within the soft limit, and what it holds comes back right", () => {
    const soft = pool.report().heap + 2 * MIB;
    pool.setLimit({ soft });
    const held: [Storage, number][] = [];
    for (let i = 0; i < 3000; i++) {
      const storage = allocate(1000 + 37 * (i % 300), "test");
      fill(storage, i % 256);
      if (i % 100 === 0) held.push([storage, i % 256]);
    }
    const { spills, heap } = pool.report();
    expect(spills).toBeGreaterThan(0);
    expect(heap).toBeLessThanOrEqual(soft);
    expect(held.every(([storage, byte]) => holds(storage, byte))).toBe(true);
  });

  test("what is pinned moves out before memory runs out", () => {
    const pinned = Array.from({ length: 8 }, (_, i) => {
      const storage = allocate(MIB, "parameter");
      fill(storage, i);
      storage.pin();
      return storage;
    });
    pool.setLimit({ hard: pool.report().heap });
    const large = allocate(4 * MIB, "test");
    fill(large, 99);
    large.release();
    expect(pinned.every((storage, i) => holds(storage, i))).toBe(true);
    for (const storage of pinned) storage.release();
  });

  test("beyond the hard limit an error lists the largest storages, and nothing is lost", () => {
    const kept = allocate(3 * MIB, "conv2d");
    fill(kept, 7);
    kept.pin();
    pool.setLimit({ hard: pool.report().heap + MIB });
    expect(() => allocate(4096 * MIB, "matmul")).toThrow(OutOfMemoryError);
    expect(() => allocate(4096 * MIB, "matmul")).toThrow(
      /^matmul: need 4096.0 MiB; got .*\n {2}conv2d: 3.0 MiB in 1 storages/s,
    );
    expect(holds(kept, 7)).toBe(true);
    kept.release();
  });
});

describe("a size that cannot be had", () => {
  const sizes = [2 ** 32, 2 ** 38, 2 ** 45, 2 ** 53, 1e308, Infinity, Number.NaN, -1, -(2 ** 40), -Infinity, -1e-300];

  test.each(sizes)("(%s bytes) is refused before anything changes", (bytes) => {
    allocate(40_000, "hole").release(); // a wrapped size would find it
    const before = pool.report();
    expect(() => allocate(bytes, "matmul")).toThrow(OutOfMemoryError);
    expect(() => allocate(bytes, "matmul")).toThrow(/^matmul: need /);
    expect(pool.report()).toEqual(before);
    const kept = allocate(40_000, "test");
    fill(kept, 5);
    expect(holds(kept, 5)).toBe(true);
    expect(pool.report().used).toBe(before.used + 40_000);
    kept.release();
  });

  test("says what can be addressed", () => {
    expect(() => allocate(2 ** 38, "zeros")).toThrow(
      "zeros: need 262144.0 MiB; got a memory that ends at 4096.0 MiB. Use smaller sizes",
    );
    expect(() => allocate(2 ** 33, "zeros")).toThrow("got a memory that ends at 4096.0 MiB. Use");
    expect(() => allocate(Number.NaN, "zeros")).toThrow("zeros: need a size of at least 0 bytes; got NaN.");
  });

  test("because of the hard limit is refused even where there is a hole", () => {
    allocate(8 * MIB, "hole").release();
    pool.setLimit({ hard: MIB });
    expect(() => allocate(2 * MIB, "test")).toThrow(OutOfMemoryError);
    pool.setLimit({ hard: Infinity });
    allocate(2 * MIB, "test").release();
  });
});

describe("scratch space", () => {
  test("that cannot be had breaks no later call", () => {
    const arena = new Arena();
    const first = arena.at(1000);
    expect(first).toBeGreaterThan(0);
    expect(() => arena.at(2 ** 40)).toThrow(OutOfMemoryError);
    const { used } = pool.report();
    const at = arena.at(1000);
    expect(arena.at(500)).toBe(at);
    expect(pool.report().used).toBe(used + MIB);
  });
});

describe("a storage", () => {
  test("knows its holders, and those of them that a backward waits for", () => {
    const block = pool.allocate(100_000, "test");
    const storage = new Storage(block);
    const state = (): unknown => [storage.isSole, block.saves, block.freed];
    expect(state()).toEqual([true, 0, false]);
    storage.save();
    storage.retain();
    expect(state()).toEqual([false, 1, false]);
    storage.unsave();
    expect(state()).toEqual([false, 0, false]);
    storage.release();
    expect(state()).toEqual([true, 0, false]);
    storage.save();
    storage.release();
    storage.unsave();
    expect(block.freed).toBe(true);
  });

  test("is written and read as bytes, copied", () => {
    const storage = allocate(4, "test");
    storage.write(Uint8Array.of(1, 2, 3, 4));
    const copy = storage.read(1, 2);
    storage.write(Uint8Array.of(5, 6));
    expect([[...copy], [...storage.read(0, 4)]]).toEqual([[2, 3], [5, 6, 3, 4]]); // biome-ignore format: two lists
    storage.release();
    for (const use of [() => disposed.read(0, 0), () => disposed.write(copy), () => disposed.save()])
      expect(use).toThrow("tensor was disposed");
  });
});

describe("the ring of tiny blocks", () => {
  const tiny = (): Storage => allocate(8, "tiny");
  const write = (storage: Storage, n: number): void => {
    new Int32Array(pool.bytes.buffer, storage.address(), 2).fill(n);
  };
  const read = (storage: Storage): number => {
    const [a, b] = new Int32Array(pool.bytes.buffer, storage.address(), 2);
    return a === b ? a! : Number.NaN;
  };
  const COUNT = 3000; // slots: 1024

  test("takes any number of blocks that no operation has asked for", () => {
    pool.beginOperation();
    const all = Array.from({ length: COUNT }, tiny);
    all.forEach((storage, i) => {
      pool.beginOperation();
      write(storage, i);
    });
    all.forEach((storage, i) => {
      pool.beginOperation();
      expect(read(storage)).toBe(i);
      storage.release();
    });
  });

  test("lets one operation use more blocks than it has slots; none moves meanwhile", () => {
    const all = Array.from({ length: COUNT }, tiny);
    for (let round = 0; round < 3; round++) {
      pool.beginOperation();
      const places = all.map((storage) => storage.address());
      expect(new Set(places).size).toBe(COUNT);
      all.forEach((storage, i) => {
        if (round > 0) expect(read(storage)).toBe(round - 1 + i);
        write(storage, round + i);
      });
      expect(all.map((storage) => storage.address())).toEqual(places);
    }
    const { blocks } = pool.report();
    for (const storage of all) storage.release();
    expect(pool.report().blocks).toBeLessThan(blocks - COUNT + 1024);
  });

  test("under guards too, when debugging begins between", () => {
    const all = Array.from({ length: COUNT }, tiny);
    all.forEach((storage, i) => {
      pool.beginOperation();
      write(storage, i);
    });
    debugMemory(true);
    pool.beginOperation();
    for (const storage of all) storage.address();
    checkMemory();
    all.forEach((storage, i) => {
      expect(read(storage)).toBe(i);
    });
    checkMemory();
    for (const storage of all) storage.release();
    debugMemory(false);
  });
});

describe("debugging", () => {
  beforeEach(() => debugMemory(true));
  afterEach(() => debugMemory(false));

  /** A kernel that goes `by` bytes too far. */
  const overrun = (storage: Storage, by: number): void => {
    pool.beginOperation();
    clear(storage.address(), storage.bytes + by);
  };

  test("a write beyond a block is found when that is freed, and names its operation", () => {
    const storage = allocate(40, "conv2d");
    overrun(storage, 4);
    expect(() => storage.release()).toThrow(OverrunError);
    const other = allocate(40, "conv2d");
    overrun(other, 1);
    expect(() => other.release()).toThrow(/^conv2d: need writes inside of the 40 bytes .* 0 bytes behind/);
    expect(liveBlocks()).toEqual([]);
  });

  test("or when all are checked", () => {
    const storage = allocate(200_000, "matmul");
    overrun(storage, 0);
    expect(checkMemory).not.toThrow();
    overrun(storage, 16);
    expect(checkMemory).toThrow("matmul");
    expect(() => storage.release()).toThrow(OverrunError);
  });

  test("living blocks are known by name; fresh ones hold NaN", () => {
    const storage = allocate(12, "add");
    expect(liveBlocks().map(({ label, bytes }) => [label, bytes])).toEqual([["add", 12]]);
    expect(holds(storage, 255)).toBe(true);
    storage.release();
    expect(liveBlocks()).toEqual([]);
  });
});

describe("a pool of its own", () => {
  const fresh = (): Pool => new Pool(new WebAssembly.Memory({ initial: 2, maximum: 32768 }), 0);
  const make = (own: Pool, bytes: number, label: string): Block => {
    own.beginOperation();
    return own.allocate(bytes, label);
  };
  const use = (own: Pool, block: Block): void => {
    own.beginOperation();
    own.address(block, own);
  };

  test("what was pinned for models that are gone makes room at last", () => {
    const own = fresh();
    for (let i = 0; i < 2000; i++) own.pin(make(own, MIB / 2, "parameter"), own);
    expect(own.report().heap).toBeLessThan(700 * MIB);
  });

  test("so do graphs that no backward ever reads", () => {
    const own = fresh();
    for (let i = 0; i < 2000; i++) make(own, MIB / 2, "conv2d").saves = 1;
    expect(own.report().heap).toBeLessThan(700 * MIB);
  });

  test("what is pinned and in use stays", () => {
    const own = fresh();
    const parameters = Array.from({ length: 40 }, () => make(own, MIB, "parameter"));
    for (const block of parameters) own.pin(block, own);
    for (let step = 0; step < 100; step++) {
      for (const block of parameters) use(own, block);
      for (let i = 0; i < 10; i++) make(own, MIB, "relu");
    }
    const { spills, pageIns } = own.report();
    expect(spills).toBeGreaterThan(0);
    expect(pageIns).toBe(0);
  });

  test("tiny blocks outlive the growth of memory that is not shared", () => {
    const own = fresh();
    make(own, 4 * MIB, "tensor");
    const words = (block: Block): Int32Array => new Int32Array(own.bytes.buffer, own.address(block, own), 2);
    const all = Array.from({ length: 3000 }, (_, i) => {
      const block = make(own, 8, "tiny");
      words(block).fill(i);
      return block;
    });
    const kept = all.map((block) => {
      own.beginOperation();
      return words(block)[1];
    });
    expect(kept).toEqual(all.map((_, i) => i));
  });

  test("a soft limit that was set stays", () => {
    const own = fresh();
    own.setLimit({ soft: 16 * MIB });
    const all = Array.from({ length: 64 }, () => make(own, MIB, "tensor"));
    for (let step = 0; step < 5; step++) for (const block of all) use(own, block);
    expect(own.report().heap).toBeLessThan(24 * MIB);
  });

  test("the soft limit follows a program that needs more, and not one that only now and then looks back", () => {
    const large = fresh();
    const all = Array.from({ length: 200 }, () => make(large, MIB, "tensor"));
    for (let step = 0; step < 20; step++) for (const block of all) use(large, block);
    const settled = large.report().pageIns;
    for (const block of all) use(large, block);
    expect(large.report().pageIns).toBe(settled);

    const small = fresh();
    const held = make(small, MIB, "tensor");
    for (let i = 0; i < 20_000; i++) {
      make(small, MIB / 4, "relu");
      if (i % 1000 === 0) use(small, held);
    }
    expect(small.report().pageIns).toBeGreaterThan(5);
    expect(small.report().heap).toBeLessThan(150 * MIB);
  });
});
