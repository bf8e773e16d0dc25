import fc from 'fast-check';
import { z } from 'zod';
import { inputsOf } from '../../test/support/generate.js';
import { type CommandName, commandNames, definitionOf } from './commands.js';
import type { CommandDefinition } from './define.js';
import type { AppError } from './errors.js';
import { leaveOutOf, mayBeLeftOut } from './nulls.js';
import { givenInQuery, parseInput } from './validate.js';

const known = {
  users: [1, 2, 3],
  chats: [4, 5],
  messages: [6, 7, 8],
  webhooks: [9],
  names: { users: ['ann'], chats: ['order 7', 'a,b'] },
};
const RUNS = 100;

/** What a command makes of an input, or the faults it finds in it. */
function outcomeOf(name: (typeof commandNames)[number], input: unknown): unknown {
  try {
    return parseInput(name, input);
  } catch (error) {
    return (error as AppError).details;
  }
}

/** Fields that may be left out and for which null has no meaning, written down apart from the code that finds them. */
const optionalOf = ({ input }: CommandDefinition) =>
  Object.entries((input as z.ZodObject).shape)
    .filter(([, field]) => field.safeParse(undefined).success && !field.safeParse(null).success)
    .map(([name]) => name);

/** What the application puts there is its own: not the contract's, but for the mentions in metadata. */
const OWN = new Set(['metadata', 'data']);

/** Every integer in it that is an id or the like, as text. */
function asText(value: unknown, field = ''): unknown {
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map((one) => asText(one, field));
  if (typeof value !== 'object' || value === null || OWN.has(field)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, asText(child, name)]));
}

describe.each(commandNames)('%s', (name) => {
  const definition = definitionOf(name);
  const inputs = inputsOf(definition, known);
  const optional = optionalOf(definition);

  it('takes null for a field that may be left out as a field that is left out', () => {
    fc.assert(
      fc.property(inputs, fc.subarray(optional), (input, nulls) => {
        const without = Object.fromEntries(Object.entries(input).filter(([field]) => !nulls.includes(field)));
        const withNulls = { ...without, ...Object.fromEntries(nulls.map((field) => [field, null])) };
        expect(outcomeOf(name, withNulls)).toStrictEqual(outcomeOf(name, without));
      }),
      { numRuns: RUNS },
    );
  });

  it('takes numbers as text, in lists as well', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        expect(outcomeOf(name, asText(input))).toStrictEqual(outcomeOf(name, input));
      }),
      { numRuns: RUNS },
    );
  });
});

describe('Null', () => {
  it('is refused where a field has to be there, and kept where it means something', () => {
    expect(outcomeOf('getChat', { chatId: null })).toMatchObject([{ path: 'chatId' }]);
    expect(parseInput('updateMembership', { chatId: 1, mutedUntil: null, archived: null })).toStrictEqual({
      chatId: 1,
      mutedUntil: null,
    });
    expect(parseInput('setGroupAdds', { groupAdds: null })).toStrictEqual({ groupAdds: null });
    expect(parseInput('updateUser', { id: 1, name: null, metadata: null })).toStrictEqual({
      id: 1,
      name: null,
    });
  });

  it('is left out in objects of lists, and stays in metadata', () => {
    const users = [{ externalId: 'a', name: null, metadata: null }, { externalId: 'b' }];
    expect(parseInput('upsertUsers', { users, clientId: null })).toStrictEqual({
      users: [{ externalId: 'a', name: null }, { externalId: 'b' }],
    });
    const metadata = { a: null, b: [null] };
    expect(parseInput('sendSystemMessage', { chatId: 1, content: 'x', metadata })).toStrictEqual({
      chatId: 1,
      content: 'x',
      metadata,
    });
  });

  it('lets a message of a group, as it was received, be sent again', () => {
    const view = {
      ...{ id: 9, chatId: 5, seq: 3, version: 3, type: 'text', senderId: 1, receiverId: null, content: 'x' },
      ...{ seen: false, clientId: null, replyToId: null, metadata: null, reactions: [], deletedAt: null },
    };
    expect(parseInput('sendMessage', view)).toStrictEqual({ chatId: 5, senderId: 1, content: 'x' });
  });

  it('changes nothing of what it is not in', () => {
    const leaveOut = leaveOutOf(definitionOf('sendMessage').input)!;
    const input = { chatId: 1, content: 'x', metadata: { a: null } };
    expect(leaveOut(input)).toBe(input);
    expect(leaveOut([null])).toEqual([null]);
    expect(leaveOut(null)).toBeNull();
    const strange = JSON.parse('{"__proto__":{"clientId":null},"clientId":null}') as object;
    expect(Object.keys(leaveOut(strange) as object)).toEqual(['__proto__']);
  });

  it('is empty or spelled out in a query, but not where that is a text like others', () => {
    expect(givenInQuery('getMessages', { limit: '', before: 'null', after: '7' })).toEqual({ after: '7' });
    expect(givenInQuery('deleteChat', { clientId: 'null', userId: 'null' })).toEqual({ clientId: 'null' });
    expect(mayBeLeftOut(z.string().default(''))).toBe(true);
  });

  it('is one that is known, in a query of the application, which is told of what it can give there', () => {
    const fault = (name: CommandName, query: Record<string, unknown>) => {
      try {
        return givenInQuery(name, query);
      } catch (error) {
        return (error as AppError).details;
      }
    };
    const told = (message: string) => [{ path: '', message }];
    expect(fault('eraseUser', { messages: 'keep', strange: '1' })).toEqual(
      told('expected no other parameter than messages, clientId'),
    );
    expect(fault('getErasure', { strange: '1' })).toEqual(told('expected no parameters'));
    // The path has it: this would do nothing.
    expect(fault('getErasure', { erasureId: '1' })).toEqual(told('expected no parameters'));
    expect(fault('eraseUser', { messages: 'keep', metadata: 'x' })).toEqual([
      { path: 'metadata', message: expect.stringContaining('would not be kept') },
    ]);
  });
});

describe('Mentions', () => {
  it.each(['sendMessage', 'editMessage', 'streamMessage'] as const)('are left out of %s as null', (name) => {
    const input = { chatId: 4, messageId: 4, content: 'x' };
    const parsed = parseInput(name, { ...input, metadata: { mentions: null, b: 1 } });
    expect(parsed).toMatchObject({ content: 'x' });
    expect(parsed).toHaveProperty('metadata', { b: 1 });
  });
});

describe('An id as text', () => {
  it('is a number in mentions', () => {
    const sent = parseInput('sendMessage', {
      chatId: '4',
      content: 'x',
      metadata: { mentions: ['42', 7], b: '1' },
    });
    expect(sent).toStrictEqual({ chatId: 4, content: 'x', metadata: { mentions: [42, 7], b: '1' } });
  });

  it.each([
    ['sendMessage', { chatId: 1, content: 'x', metadata: { mentions: ['1', 'x'] } }, 'metadata.mentions.1'],
    ['sendMessage', { chatId: 1, content: 'x', metadata: { mentions: [1, 1.5] } }, 'metadata.mentions.1'],
    ['sendMessage', { chatId: 1, content: 'x', metadata: { mentions: 'x' } }, 'metadata.mentions'],
    ['addMembers', { chatId: 1, userIds: [1, '2', ' 3'] }, 'userIds.2'],
    ['createGroup', { title: 'x', memberIds: ['1e3'] }, 'memberIds.0'],
    ['watchPresence', { userIds: ['0'] }, 'userIds.0'],
    ['getUsersPresence', { ids: '1,x' }, 'ids.1'],
    ['sync', { versions: { '12': '-1' } }, 'versions.12'],
    ['sync', { versions: { '012': 1 } }, 'versions.012'],
    ['markAsSeen', { messageId: '9007199254740992' }, 'messageId'],
  ] as const)('that is none is refused by %s, with where it is: %j', (name, input, path) => {
    expect(outcomeOf(name, input)).toMatchObject([{ path }]);
  });
});
