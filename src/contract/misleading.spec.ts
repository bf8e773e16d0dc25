import { type z } from 'zod';
import { commandNames, definitionOf } from './commands.js';
import type { AppError } from './errors.js';
import { parseInput } from './validate.js';

const faultsOf = (input: unknown) => {
  try {
    parseInput('updateChat', input);
    return [];
  } catch (error) {
    return ((error as AppError).details as { path: string }[]).map(({ path }) => path);
  }
};

describe('A misleading field', () => {
  it('is no input of its command', () => {
    for (const name of commandNames) {
      const { input, misleading = {} } = definitionOf(name);
      const fields = Object.keys((input as z.ZodObject).shape);
      expect([name, Object.keys(misleading).filter((field) => fields.includes(field))]).toEqual([name, []]);
    }
  });

  it('is refused where it has a value, and not in a view', () => {
    expect(faultsOf({ chatId: 1, title: 'x', pinned: true, members: [] })).toEqual(['members', 'pinned']);
    expect(faultsOf({ chatId: 1, title: 'x', pinned: null, unknown: 1 })).toEqual([]);
    expect(faultsOf({ chatId: 1, title: 'x', pinned: true, version: 3 })).toEqual([]);
    expect(faultsOf([])).not.toEqual([]);
  });

  it('is metadata wherever it is not kept', () => {
    const deletes = () => parseInput('deleteMessage', { messageId: 1, metadata: {} });
    expect(deletes).toThrow(
      expect.objectContaining({ details: [expect.objectContaining({ path: 'metadata' })] }),
    );
    expect(parseInput('getMessage', { messageId: 1, metadata: {} })).toEqual({ messageId: 1 });
  });

  it('is `q` where users are listed: another command finds them by their name', () => {
    const details = [{ path: 'q', message: expect.stringContaining('GET /users/search?q=') as unknown }];
    expect(() => parseInput('getUsers', { q: 'ann' })).toThrow(expect.objectContaining({ details }));
    expect(parseInput('searchUsers', { q: 'ann' })).toMatchObject({ q: 'ann' });
  });
});

describe('The key of a message view', () => {
  const view = {
    id: 5,
    seq: 2,
    version: 3,
    createdAt: '2026-11-29T10:00:00.000Z',
    clientId: 'k',
    content: 'x',
  };

  it('is the key of a send, and of nothing else', () => {
    expect(parseInput('sendMessage', { ...view, chatId: 1 })).toMatchObject({ clientId: 'k' });
    expect(parseInput('editMessage', { ...view, messageId: 5 })).toEqual({ messageId: 5, content: 'x' });
    expect(parseInput('editMessage', { messageId: 5, content: 'x', clientId: 'k' })).toMatchObject({
      clientId: 'k',
    });
  });
});
