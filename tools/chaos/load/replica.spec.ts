import { synced } from '../../../packages/client/test/views.js';
import type { Message, Synced } from '../protocol.js';
import { Replica } from './replica.js';

function message(seq: number): Message {
  return {
    id: 100 + seq,
    chatId: 1,
    seq,
    version: seq + 1,
    senderId: 1,
    clientId: `key ${seq}`,
    content: `text ${seq}`,
    metadata: null,
    reactions: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    editedAt: null,
    deletedAt: null,
  };
}

/** What else an answer to `sync` has. */
const nothing = synced();

/** A reset of chat 1 with `lastSeq` messages, of which it brings those with these seqs. */
function reset(lastSeq: number, seqs: number[], historyVisible: 'all' | 'fromJoin' = 'all'): Synced {
  const chat = { id: 1, lastSeq, version: lastSeq + 1, historyVisible };
  const messages = seqs.map(message);
  return { ...nothing, chats: [{ chat, messages, upTo: chat.version, reset: true, more: false }] };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** The faults of a chat after such a reset, and the seq from which on the replica has it. */
function after(synced: Synced): [number, number | undefined] {
  const replica = new Replica(1);
  replica.apply(synced);
  return [replica.faults.length, replica.held()[0]?.fromSeq];
}

describe('the replica', () => {
  it('accepts a reset with the newest messages of a chat, or with all', () => {
    expect(after(reset(50, range(21, 50)))).toEqual([0, 21]);
    expect(after(reset(30, range(1, 30)))).toEqual([0, 1]);
    expect(after(reset(3, [1, 2, 3]))).toEqual([0, 1]);
    expect(after(reset(0, []))).toEqual([0, 1]);
  });

  it('finds a reset with fewer messages, or with other ones', () => {
    expect(after(reset(50, [50]))[0]).toBe(1);
    expect(after(reset(50, range(20, 49)))[0]).toBe(1);
    expect(after(reset(50, [...range(20, 48), 50]))[0]).toBe(1);
    expect(after(reset(3, []))).toEqual([1, 1]);
  });

  it('accepts any number of newest messages from a chat with hidden history', () => {
    expect(after(reset(50, [49, 50], 'fromJoin'))).toEqual([0, 49]);
    expect(after(reset(50, [], 'fromJoin'))).toEqual([0, 51]);
    expect(after(reset(50, [48, 50], 'fromJoin'))[0]).toBe(1);
  });
});
