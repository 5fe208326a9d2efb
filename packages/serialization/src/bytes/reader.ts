import { bad } from "../errors.ts";

const utf8: TextDecoder = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });

/** Reads little-endian fields one after the other; every read beyond the end throws. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** Where the next read begins. */
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
  }

  /** Moves on by `count` bytes and gives where they begin. */
  #advance(count: number): number {
    const { at } = this;
    const left = this.bytes.length - at;
    if (count > left) throw bad(`${count} more bytes at byte ${at}`, `${left}. The file is truncated`);
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** A 64-bit size; throws beyond 2^53, where no file reaches. */
  u64(): number {
    const { at } = this;
    const value = Number(this.#view.getBigUint64(this.#advance(8), true));
    if (!Number.isSafeInteger(value)) throw bad(`a size below 2^53 at byte ${at}`, `${value}`);
    return value;
  }

  /** The one big-endian field: a float of a pickle. */
  f64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8));
  }

  /** The next bytes, not copied. */
  take(count: number): Uint8Array {
    const at = this.#advance(count);
    return this.bytes.subarray(at, at + count);
  }

  /** The next bytes as text; throws where they are no UTF-8: replaced characters would make other names. */
  text(count: number): string {
    const { at } = this;
    const bytes = this.take(count);
    try {
      return utf8.decode(bytes);
    } catch (cause) {
      throw bad(`UTF-8 in the ${count} bytes of text at byte ${at}`, "others", cause);
    }
  }

  /** Up to the next newline, which is read and left out. */
  line(limit: number): string {
    const end = this.bytes.subarray(this.at, this.at + limit).indexOf(10);
    if (end < 0) throw bad(`a line at byte ${this.at}`, `none within ${limit} bytes`);
    const text = this.text(end);
    this.at++;
    return text;
  }
}
