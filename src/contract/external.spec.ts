import { z } from 'zod';
import { commandNames, definitionOf } from './commands.js';
import { externalsOf } from './external.js';
import { externalsIn, parseInput, withIds } from './validate.js';

/** The fields of inputs that are ids of users and chats, by their names; `ids` and `id` where the route says of whom. */
const OF_USERS = /^(?:\w*[uU]ser\d?Id|(?:sender|receiver|actor|member)Id|(?:user|member)Ids)$/;

/** Lists of people, of which a page begins after one of them. */
const OF_PEOPLE = /^\/(?:users|users\/blocks|deactivations|chats\/:chatId\/(?:members|banned))$/;

const expectedOf = (field: string, path: string) => {
  if (field === 'after' && OF_PEOPLE.test(path)) return 'user';
  if (field === 'before' && path === '/public-chats') return 'chat';
  if (field === 'chatId') return 'chat';
  if (OF_USERS.test(field)) return 'user';
  return (field === 'id' || field === 'ids') && path.startsWith('/users') ? 'user' : null;
};

describe('external:<externalId>', () => {
  it.each(commandNames)('is taken wherever %s takes the id of a user or chat', (name) => {
    const { input, rest } = definitionOf(name);
    const { properties = {} } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
    const swap = externalsOf(input);
    for (const field of Object.keys(properties)) {
      const found: string[] = [];
      for (const value of ['external:x', ['external:x']])
        swap?.({ [field]: value }, (externalId, of) => found.push(`${of} ${externalId}`));
      const of = expectedOf(field, rest?.path ?? '');
      expect({ field, found }).toEqual({ field, found: of === null ? [] : [`${of} x`] });
    }
  });

  it('is found in lists, mentions, marks and the keys of versions, and swapped there', () => {
    const idOf = (externalId: string, of: string) => (of === 'user' ? 7 : 8) + externalId.length * 10;
    const swapped = (...[name, raw]: Parameters<typeof parseInput>) => {
      const input = parseInput(name, raw);
      expect(externalsIn(name, input)).not.toBeNull();
      return withIds(name, input, idOf);
    };
    expect(swapped('createGroup', { title: 'x', memberIds: ['external:a', 1] })).toMatchObject({
      memberIds: [17, 1],
    });
    expect(
      swapped('sendMessage', {
        chatId: 'external:a',
        content: 'x',
        metadata: { mentions: ['external:ab', '5'] },
      }),
    ).toMatchObject({ chatId: 18, metadata: { mentions: [27, 5] } });
    expect(swapped('markAsDelivered', { marks: [{ chatId: 'external:a', seq: 1 }] })).toEqual({
      marks: [{ chatId: 18, seq: 1 }],
    });
    expect(swapped('sync', { versions: { 'external:a': 5, 18: 3, 4: 1 } })).toMatchObject({
      versions: { 18: 3, 4: 1 },
    });
    expect(swapped('getUsers', { ids: 'external:a,3' })).toMatchObject({ ids: [17, 3] });
  });

  it('is not looked for in input that names nobody so', () => {
    const input = { chatId: 1, content: 'external:x', metadata: { mentions: [1], to: 'external:x' } };
    expect(parseInput('sendMessage', input)).toBe(input);
    expect(externalsIn('sendMessage', input)).toBeNull();
  });

  it('is checked again with the ids', () => {
    const input = parseInput('sendMessage', { senderId: 7, receiverId: 'external:me', content: 'x' });
    expect(() => withIds('sendMessage', input, () => 7)).toThrow(/VALIDATION_FAILED|valid/i);
  });
});
