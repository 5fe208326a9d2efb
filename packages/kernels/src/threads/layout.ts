/** Where do the threads meet? Below the heap: in the first page each word on a cache line of its own, then kernels and calls. */
export const EPOCH = 64; // i32, raised by each job and each new module: what idle workers watch
export const SLEEPERS = 128; // i32, 1 when workers may wait instead of spinning
export const TICKET = 192; // i64, job << 40 | chunks << 20 | next chunk
export const DONE = 256; // i64, job << 20 | chunks that are finished
export const JOINING = 320; // i32, 1 while main waits instead of spinning
export const FAILED = 384; // i32, chunks that trapped in a worker
export const PUBLISHED = 448; // i32, modules in the log
export const LIMIT = 512; // i32, threads that take part: worker `slot` does while slot < LIMIT, others sleep here
export const DESCRIPTORS = 576; // two, used in turn: [modules needed, bytes of local scratch]
export const DESCRIPTOR_BYTES = 64;
/** What follows is of thread `slot`, LINE_BYTES · slot further on. */
export const LINE_BYTES = 64;
export const CLAIM = 1024; // i32, the chunk it is busy with + 1, or 0
export const HOLDER = 1028; // i32, number of the worker that has the place; one with another number retires
export const SERVING = 1032; // i32, number of the worker that has begun to serve
export const TRAPPED = 1036; // i32, 1 after a chunk that trapped; FAILED is raised then
export const CLAIMED = 1040; // i64, the job of that chunk
export const MAX_THREADS = 64;
/** The log of modules: address, length and first table slot of module i at LOG + 12 · i. */
export const LOG = 8192;
export const MAX_MODULES = 4096;
/** Slots of the table of jobs. */
export const TABLE_SLOTS = 16384;

/** The bytes of the modules. */
export const MODULES = 65536;
export const MODULES_BYTES = 2 << 20;
/** The calls of the current job: (begin, end) of the records of chunk i at CALLS + 8 · i, then the records. */
export const CALLS = MODULES + MODULES_BYTES;
export const CALLS_BYTES = 1 << 20;
export const MAX_CHUNKS = 4096;
/** Where the heap begins. */
export const HEAP_BASE = CALLS + CALLS_BYTES;
