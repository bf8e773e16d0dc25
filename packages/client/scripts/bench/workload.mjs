/** What every client in this benchmark is given to do, and how a process that measures one of them says what it saw. */

export const EVENTS = 100_000;
/** Open chats that these events go to, in turns. */
export const ROOMS = 20;
/** Chats in the list at a cold start. */
export const CHATS = 500;
/** Messages in the chat that is opened and scrolled to its beginning, 50 at a time. */
export const LONG = 100_000;
export const PAGE = 50;
export const AT = '2026-11-29T08:00:00.000Z';

export const words = (seq) => `message ${seq} of a length that people write, more or less`;

export const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Megabytes in use after a collection: Node.js has to be started with `--expose-gc`. */
export function heapMb() {
  globalThis.gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Does the one that the command line names, and prints its figures as JSON. */
export async function measured(tasks) {
  const figures = await tasks[process.argv[2]]();
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit(0));
}
