import type { Change } from '../changes/log.queries.js';
import type { Position } from '../changes/position.js';

/** An event that was read and is not done. */
export interface Entry {
  event: Change;
  /** How often it was sent. */
  tries: number;
  done: boolean;
}

/** Whether an event of this chat may be taken now. */
type MayTake = (chatId: number) => boolean;

/** Events that were read from the log and are not done, in its order. Of each chat one is taken at a time. */
export class EventWindow {
  private entries: Entry[] = [];
  private readonly queues = new Map<number, Entry[]>();
  /** Chats of which one is taken. */
  private readonly taken = new Set<number>();

  get size(): number {
    return this.entries.length;
  }

  /** `wanted`: whether it is sent at all. */
  add(event: Change, wanted: boolean): void {
    const entry = { event, tries: 0, done: !wanted };
    this.entries.push(entry);
    if (!wanted) return;
    const queue = this.queues.get(event.chatId);
    if (queue) queue.push(entry);
    else this.queues.set(event.chatId, [entry]);
  }

  /** The next event of a chat of which none is taken, of those that may be; it is taken until it is finished or put back. */
  take(may: MayTake): Entry | undefined {
    const entry = this.peek(may);
    if (entry) this.taken.add(entry.event.chatId);
    return entry;
  }

  /** Whether there is one to take. */
  peek(may: MayTake): Entry | undefined {
    for (const [chatId, [first]] of this.queues) if (!this.taken.has(chatId) && may(chatId)) return first;
    return undefined;
  }

  /** Nothing of the chat is taken until it is put back; false: something is. */
  takeChat(chatId: number): boolean {
    if (this.taken.has(chatId)) return false;
    this.taken.add(chatId);
    return true;
  }

  putBack(chatId: number): void {
    this.taken.delete(chatId);
  }

  finish(entry: Entry): void {
    entry.done = true;
    const { chatId } = entry.event;
    const queue = this.queues.get(chatId)!;
    queue.shift();
    if (queue.length === 0) this.queues.delete(chatId);
    this.taken.delete(chatId);
  }

  /** Forgets what is done at its beginning, and returns up to where that is; undefined: nothing is, null: all is. */
  shift(): Position | null | undefined {
    const left = this.entries.findIndex(({ done }) => !done);
    if (left === 0) return undefined;
    const done = this.entries.splice(0, left === -1 ? this.entries.length : left);
    return left === -1 ? null : done.at(-1)?.event.position;
  }
}
