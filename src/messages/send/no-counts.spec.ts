import { type Statement, statements } from '../../database/statement.js';
import '../model/system-message.queries.js';
import './direct-sends.queries.js';
import './send.queries.js';

/** The entries of the batch, as the statements name them: at most as many rows as there are messages to send. */
const OF_THE_BATCH = ['checked', 'numbered'];

/** Statements of a send that count, and what. No other may. */
const MAY_COUNT: Record<string, readonly string[]> = {
  'messages.send': OF_THE_BATCH,
  'messages.sendMentions': OF_THE_BATCH,
  'messages.sendReplaced': OF_THE_BATCH,
};

/** What each count or sum of a text is taken over: the first name after its FROM. */
function counted(text: string): string[] {
  const found = [...text.matchAll(/\b(?:count|sum)\s*\(/gi)];
  return found.map(({ index }) => /\bFROM\s+([\w."]+|\S)/i.exec(text.slice(index))?.[1] ?? 'nothing');
}

const ofSends = [...statements.values()].filter(({ name }) => name.startsWith('messages.'));

describe('The statements of a send', () => {
  it('are found', () => {
    const names = ofSends.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([...Object.keys(MAY_COUNT), 'messages.sendDirect', 'messages.lockChats']),
    );
    expect(names.filter((name) => /system/i.test(name))).not.toEqual([]);
  });

  it.each(ofSends)('never count stored rows: $name', ({ name, text }: Statement) => {
    const allowed = MAY_COUNT[name] ?? [];
    expect(counted(text).filter((source) => !allowed.includes(source))).toEqual([]);
  });

  it('would be found out', () => {
    expect(counted('SELECT count(*) FILTER (WHERE a) AS b FROM messages m')).toEqual(['messages']);
    expect(counted('SELECT (SELECT COUNT (1) FROM chat_members), sum(x) FROM checked')).toEqual([
      'chat_members',
      'checked',
    ]);
  });
});
