import { addedNote, listed, removedNote, roleNote } from './system-notes.js';

const nameOf = (userId: number) => ['', 'Alice', 'Bob', 'Carol', 'Dave'][userId] ?? `User ${userId}`;

describe('The text of system messages', () => {
  it.each([
    [[1], 'Alice'],
    [[1, 2], 'Alice and Bob'],
    [[1, 2, 3], 'Alice, Bob and Carol'],
    [[1, 2, 3, 4], 'Alice, Bob, Carol and 1 other'],
    [[1, 2, 3, 4, 5], 'Alice, Bob, Carol and 2 others'],
  ])('names a few of %j and counts the rest', (userIds, text) => {
    expect(listed(userIds, nameOf)).toBe(text);
  });

  it.each([
    [addedNote(1, [2]), 'Alice added Bob'],
    [addedNote(null, [2]), 'Bob was added'],
    [addedNote(null, [2, 9]), 'Bob and User 9 were added'],
    [removedNote(1, 2, { newOwnerId: null, banned: false }), 'Alice removed Bob'],
    [removedNote(null, 2, { newOwnerId: null, banned: false }), 'Bob was removed'],
    [removedNote(2, 2, { newOwnerId: null, banned: false }), 'Bob left'],
    [removedNote(1, 1, { newOwnerId: 2, banned: false }), 'Alice left; Bob is the owner now'],
    [roleNote(1, 2, 'admin'), 'Alice made Bob an admin'],
    [roleNote(null, 2, 'owner'), 'Bob is the owner now'],
  ])('tells who did what', (note, text) => {
    expect(note.text(nameOf)).toBe(text);
  });

  it('carries at most a hundred ids, and the count of all', () => {
    const ids = Array.from({ length: 999 }, (_, i) => i + 1);
    const { metadata } = addedNote(1, ids);
    expect(metadata).toEqual({ event: 'membersAdded', userIds: ids.slice(0, 100), count: 999 });
  });
});
