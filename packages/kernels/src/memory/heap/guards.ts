/**
 * Which kernel writes beyond its operands, and who forgets to give back? While debugging, every block has bytes behind it
 * that nobody may touch, fresh blocks hold NaN, and the living ones are known by name.
 */
import { OverrunError } from "../../errors.ts";
import type { Block } from "./block.ts";

export const GUARD_BYTES = 64;
const GUARD = 0xa5;
/** NaN in every floating dtype, −1 in whole ones: what is read before it is written shows. */
const FRESH = 0xff;

export class Guards {
  /** Allocated since debugging began, and not given back: these have guards. */
  readonly live: Set<Block> = new Set();

  /** `room`: the block's memory, with what lies behind it. */
  arm(block: Block, room: Uint8Array): void {
    room.fill(FRESH, 0, block.bytes);
    room.fill(GUARD, block.bytes);
  }
  /** Throws when something was written behind the block, if that has a guard. */
  check(block: Block, room: Uint8Array): void {
    if (!this.live.has(block)) return;
    const wrong = room.subarray(block.bytes).findIndex((byte) => byte !== GUARD);
    if (wrong >= 0)
      throw new OverrunError(
        `${block.label}: need writes inside of the ${block.bytes} bytes that it allocated; got one ${wrong} bytes behind ` +
          "them. The kernel of this operation, or of one that wrote to its result, goes too far.",
      );
  }
  /** The block is given back; `room` is null if it was spilled. */
  release(block: Block, room: Uint8Array | null): void {
    try {
      if (room) this.check(block, room);
    } finally {
      this.live.delete(block);
    }
  }
}
