import type { Message } from '../contract.gen.js';

/** An unbroken stretch of a chat: all of its visible messages from one seq to another, in order. */
export interface Range {
  /** The first seq that it covers; the message itself may be hidden. */
  from: number;
  /** The last seq that it covers; `from - 1` when it is empty. */
  to: number;
  messages: Message[];
}

/** The index of the first message with this seq or a larger one. */
export function indexOf(messages: readonly Message[], seq: number): number {
  let low = 0;
  let high = messages.length;
  // Most looks are for the newest.
  if (high > 0 && messages[high - 1]!.seq < seq) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle]!.seq < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The range that covers a seq. */
export function rangeAt(ranges: readonly Range[], seq: number): Range | undefined {
  return ranges.find(({ from, to }) => from <= seq && seq <= to);
}

/** The message with this seq, if it is loaded. */
export function messageAt(ranges: readonly Range[], seq: number): Message | undefined {
  const messages = rangeAt(ranges, seq)?.messages;
  const found = messages?.[indexOf(messages, seq)];
  return found?.seq === seq ? found : undefined;
}

/** Puts a message into its range, unless a newer version is there. */
export function put(range: Range, message: Message): boolean {
  const { messages } = range;
  const index = indexOf(messages, message.seq);
  const known = messages[index];
  if (known?.seq === message.seq) {
    if (known.version > message.version) return false;
    messages[index] = message;
  } else messages.splice(index, 0, message);
  return true;
}

/** Takes a message out; its range covers it still. */
export function remove(ranges: readonly Range[], seq: number): boolean {
  const messages = rangeAt(ranges, seq)?.messages;
  const index = messages ? indexOf(messages, seq) : -1;
  if (messages?.[index]?.seq !== seq) return false;
  messages.splice(index, 1);
  return true;
}

/** Adds a page, and joins it with the ranges that it overlaps or touches. Of two copies the newer one stays. */
export function merge(ranges: Range[], page: Range): Range {
  const touching = ranges.filter(({ from, to }) => from <= page.to + 1 && page.from <= to + 1);
  const bySeq = new Map<number, Message>();
  for (const { messages } of [...touching, page]) {
    for (const message of messages) {
      const known = bySeq.get(message.seq);
      if (!known || known.version <= message.version) bySeq.set(message.seq, message);
    }
  }
  const merged: Range = {
    from: Math.min(page.from, ...touching.map(({ from }) => from)),
    to: Math.max(page.to, ...touching.map(({ to }) => to)),
    messages: [...bySeq.values()].sort((one, other) => one.seq - other.seq),
  };
  const others = ranges.filter((range) => !touching.includes(range));
  ranges.splice(0, ranges.length, ...[...others, merged].sort((one, other) => one.from - other.from));
  return merged;
}

/** The last stretch, and those nearest to a seq: at most `most` in all. */
export function nearest(ranges: readonly Range[], around: number, most: number): Range[] {
  const away = ({ from, to }: Range) => Math.max(from - around, around - to, 0);
  const near = ranges.slice(0, -1).sort((one, other) => away(one) - away(other));
  // The last one is not among `near`: -1.
  return ranges.filter((range) => near.indexOf(range) < most - 1);
}

/**
 * The stretches that are left when at most `most` messages around a seq are to stay, and the newest ones of the last
 * stretch. What lies between them is no longer loaded.
 */
export function thinned(ranges: readonly Range[], around: number, most: number, newest: number): Range[] {
  const shown = rangeAt(ranges, around);
  const last = ranges.at(-1);
  if (!shown || !last) return [...ranges];
  const middle = indexOf(shown.messages, around);
  const first = Math.max(0, Math.min(middle - most / 2, shown.messages.length - most));
  const messages = shown.messages.slice(first, first + most);
  const begins = first === 0 ? shown.from : messages[0]!.seq;
  const ends = first + most >= shown.messages.length ? shown.to : messages.at(-1)!.seq;
  const kept: Range = { from: begins, to: ends, messages };
  if (kept.to === last.to) return [kept];
  const tail = last.messages.filter(({ seq }) => seq > kept.to).slice(-newest);
  const from = tail[0]?.seq ?? last.to + 1;
  // Where nothing lies between the two, they are one.
  if (from <= kept.to + 1) return [{ from: begins, to: last.to, messages: [...messages, ...tail] }];
  return [kept, { from, to: last.to, messages: tail }];
}
