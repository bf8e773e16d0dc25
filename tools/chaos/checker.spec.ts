import { check } from './checker.js';
import type { Evidence, Receiver, StoredMessage, Verdict } from './evidence.js';
import type { Attempt, SendRecord } from './history.js';

let nr = 0;

function attempt(at: number, changes: Partial<Attempt> = {}): Attempt {
  return {
    nr: nr++,
    command: 'sendMessage',
    userId: 1,
    connection: 'phone 1',
    port: 1,
    sentAt: at,
    sentAtWall: at,
    answeredAt: at + 10,
    outcome: 'ok',
    place: null,
    ...changes,
  };
}

/** Message `seq` of chat 1, sent at `at` and acked 10 ms later. */
function sent(seq: number, at: number, changes: Partial<Attempt> = {}): SendRecord {
  const place = { id: 100 + seq, chatId: 1, seq };
  return {
    senderId: 1,
    clientId: `key ${seq}`,
    content: `text ${seq}`,
    attempts: [attempt(at, { place, ...changes })],
  };
}

function stored(seq: number, changes: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: 100 + seq,
    chatId: 1,
    seq,
    version: seq + 1,
    senderId: 1,
    clientId: `key ${seq}`,
    content: `text ${seq}`,
    reactions: '[]',
    edited: false,
    deleted: false,
    ...changes,
  };
}

/** Three messages that were sent one after another, acked, stored and synced. */
function soundRun(): Evidence & { messages: StoredMessage[]; sends: SendRecord[]; receivers: Receiver[] } {
  const sends = [sent(1, 0), sent(2, 20), sent(3, 40)];
  const messages = [stored(1), stored(2), stored(3)];
  return {
    sends,
    commands: sends.flatMap(({ attempts }) => attempts),
    changes: [],
    clashes: [],
    told: new Map([[1, new Map(messages.map(({ id, version }) => [version, id]))]]),
    messages,
    chats: [{ id: 1, lastSeq: 3, version: 4, counted: [{ userId: 1, sent: 3 }] }],
    pages: new Map([[1, [101, 102, 103]]]),
    receivers: [
      {
        device: 'phone',
        memberOf: [1],
        chats: [{ chatId: 1, version: 4, fromSeq: 1, messages }],
        faults: [],
      },
    ],
    answerWithinMs: 5_000,
  };
}

/** The kinds of findings of a run. */
function kinds(evidence: Evidence): (keyof Verdict)[] {
  return Object.entries(check(evidence)).flatMap(([kind, found]: [string, string[]]) =>
    found.length > 0 ? [kind as keyof Verdict] : [],
  );
}

describe('the history checker', () => {
  it('finds nothing in a run that kept every promise', () => {
    expect(kinds(soundRun())).toEqual([]);
  });

  it('finds a message that was acked and is not stored', () => {
    const run = soundRun();
    run.messages.pop();
    expect(kinds(run)).toContain('lost');
  });

  it('finds a message that is stored and that the API does not return', () => {
    expect(kinds({ ...soundRun(), pages: new Map([[1, [101, 103]]]) })).toEqual(['lost', 'gaps']);
  });

  it('finds a change that was acked and is gone', () => {
    const changes = [{ command: 'editMessage', chatId: 1, messageId: 102, version: 9 }];
    expect(kinds({ ...soundRun(), changes })).toEqual(['lost']);
  });

  it('finds a message that is stored twice', () => {
    const run = soundRun();
    run.messages.push(stored(4, { clientId: 'key 3', content: 'text 3' }));
    expect(kinds(run)).toContain('doubled');
  });

  it('finds a message that nobody sent', () => {
    const run = soundRun();
    run.sends.pop();
    expect(kinds(run)).toEqual(['doubled']);
  });

  it('finds two answers to one key', () => {
    const run = soundRun();
    run.sends[0]!.attempts.push(attempt(30, { place: { id: 102, chatId: 1, seq: 2 } }));
    expect(kinds(run)).toEqual(['doubled']);
  });

  it('finds gaps in seq, and a lastSeq that is not the number of messages', () => {
    const run = soundRun();
    const [chat] = run.chats;
    expect(kinds({ ...run, chats: [{ ...chat!, lastSeq: 4 }] })).toEqual(['gaps']);
    expect(kinds({ ...run, clashes: ['version 2 of chat 1 is message 101 and message 102'] })).toEqual([
      'gaps',
    ]);
  });

  it('finds versions of a direct chat that no event or ack carried', () => {
    const run = soundRun();
    const [chat] = run.chats;
    expect(kinds({ ...run, chats: [{ ...chat!, version: 5 }] })).toContain('gaps');
    const told = new Map([[1, new Map([[2, 101]])]]);
    expect(check({ ...run, told }).gaps).toEqual([
      'chat 1 is at version 4, and no event or ack carried 3, 4',
    ]);
    expect(check({ ...run, told: new Map(), chats: [{ ...chat!, counted: [] }] }).gaps).toEqual([]);
  });

  it('finds sends of one connection that were stored in another order', () => {
    const run = soundRun();
    const sends = [sent(2, 0), sent(1, 1), sent(3, 40)];
    expect(kinds({ ...run, sends })).toEqual(['inversions']);
  });

  it('lets a send that had to be repeated fall behind later ones', () => {
    const late = sent(3, 0);
    late.attempts.unshift(attempt(0, { outcome: 'UNAVAILABLE' }));
    expect(kinds({ ...soundRun(), sends: [late, sent(1, 1), sent(2, 2)] })).toEqual([]);
  });

  it('finds a message that stands before one acked before it was sent, whoever sent it', () => {
    const sends = [sent(2, 0), sent(1, 100, { connection: 'desk 1' }), sent(3, 200)];
    expect(kinds({ ...soundRun(), sends })).toEqual(['inversions']);
  });

  it('finds commands without an answer, and late answers, but not commands whose connection was lost', () => {
    const run = soundRun();
    const quiet = { outcome: 'silent', answeredAt: null };
    expect(kinds({ ...run, commands: [attempt(0, quiet)] })).toEqual(['unanswered']);
    expect(kinds({ ...run, commands: [attempt(0, { answeredAt: 5_001 })] })).toEqual(['unanswered']);
    expect(kinds({ ...run, commands: [attempt(0, { outcome: 'cut', answeredAt: null })] })).toEqual([]);
  });

  it('finds a receiver that misses a message, a change or a chat', () => {
    const run = soundRun();
    const [phone] = run.receivers;
    const [chat] = phone!.chats;
    const holding = (messages: StoredMessage[]): Evidence => ({
      ...run,
      receivers: [{ ...phone!, chats: [{ ...chat!, messages }] }],
    });
    expect(kinds(holding([stored(1), stored(3)]))).toEqual(['unequal']);
    expect(kinds(holding([stored(1), stored(2, { content: 'edit' }), stored(3)]))).toEqual(['unequal']);
    expect(kinds(holding([stored(1), stored(2), stored(3), stored(4)]))).toEqual(['unequal']);
    expect(kinds(holding([stored(1), stored(2, { senderId: 2 }), stored(3)]))).toEqual(['unequal']);
    expect(kinds(holding([stored(1), stored(2, { clientId: null }), stored(3)]))).toEqual(['unequal']);
    expect(kinds({ ...run, receivers: [{ ...phone!, memberOf: [1, 2] }] })).toEqual(['unequal']);
  });

  it('does not expect messages of a receiver from before its reset', () => {
    const run = soundRun();
    const [phone] = run.receivers;
    const chats = [{ ...phone!.chats[0]!, fromSeq: 3, messages: [stored(3)] }];
    expect(kinds({ ...run, receivers: [{ ...phone!, chats }] })).toEqual([]);
  });

  it('finds a count of sent messages that is wrong', () => {
    const run = soundRun();
    expect(kinds({ ...run, chats: [{ ...run.chats[0]!, counted: [{ userId: 1, sent: 2 }] }] })).toEqual([
      'unequal',
    ]);
  });
});
