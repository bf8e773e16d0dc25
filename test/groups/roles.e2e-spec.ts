import { edges, over } from '../support/edges.js';
import { type Group, groupOf } from '../support/groups.js';
import { type Client, World } from '../support/world.js';

type Who = 'owner' | 'admin' | 'member' | 'removed' | 'stranger';
type Input = (group: Group) => Record<string, unknown>;

const OK = 'ok';

/** What each is answered: ok, or a code. */
const table: [string, Input, Record<Who, string>][] = [
  ['getChat', ({ chatId }) => ({ chatId }), all(OK)],
  ['getMembers', ({ chatId }) => ({ chatId }), all(OK)],
  ['updateMembership', ({ chatId }) => ({ chatId, pinned: true }), all(OK)],
  ['updateChat', ({ chatId }) => ({ chatId, title: 'New' }), { ...all(OK), member: 'FORBIDDEN' }],
  ['addMembers', ({ chatId }) => ({ chatId, userIds: [7] }), { ...all(OK), member: 'FORBIDDEN' }],
  [
    'removeMember',
    ({ chatId, members }) => ({ chatId, userId: members[3]!.userId }),
    { ...all(OK), member: 'FORBIDDEN' },
  ],
  [
    'removeMember',
    ({ chatId, members }) => ({ chatId, userId: members[2]!.userId }),
    { ...all('FORBIDDEN'), owner: OK },
  ],
  [
    'removeMember',
    ({ chatId, owner }) => ({ chatId, userId: owner.userId }),
    { ...all('FORBIDDEN'), owner: OK },
  ],
  [
    'setRole',
    ({ chatId, members }) => ({ chatId, userId: members[3]!.userId, role: 'admin' }),
    { ...all('FORBIDDEN'), owner: OK },
  ],
  [
    'setRole',
    ({ chatId, members }) => ({ chatId, userId: members[3]!.userId, role: 'owner' }),
    { ...all('FORBIDDEN'), owner: OK },
  ],
  ['deleteChat', ({ chatId }) => ({ chatId }), { ...all('FORBIDDEN'), owner: OK }],
  ['leaveChat', ({ chatId }) => ({ chatId }), all(OK)],
];

/** The same for all members; nobody else learns that the group is there. */
function all(answer: string): Record<Who, string> {
  return { owner: answer, admin: answer, member: answer, removed: 'NOT_FOUND', stranger: 'NOT_FOUND' };
}

describe('In a group', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.stop());

  /** Members: an admin, a member, another admin, another member. */
  const cast = async (): Promise<{ group: Group; who: Record<Who, Client> }> => {
    const group = await groupOf(world, 5);
    const { chatId, owner, members } = group;
    const [admin, member, other, , removed] = members;
    for (const one of [admin!, other!]) {
      await owner.ok('setRole', { chatId, userId: one.userId, role: 'admin' });
    }
    await owner.ok('removeMember', { chatId, userId: removed!.userId });
    const stranger = await world.person();
    return { group, who: { owner, admin: admin!, member: member!, removed: removed!, stranger } };
  };

  describe.each(edges)('over %s', (edge) => {
    it.each(table.map(([command, input, answers], row) => ({ command, input, answers, row })))(
      '$command (row $row) is answered by role: $answers',
      async ({ command, input, answers }) => {
        let scene = await cast();
        for (const role of ['stranger', 'removed', 'member', 'admin', 'owner'] as const) {
          const { group, who } = scene;
          const answer = await over(edge, world, who[role]).ask(command, input(group));
          expect({ role, answer: answer.ok ? OK : answer.error.code }).toEqual({
            role,
            answer: answers[role],
          });
          if (answer.ok) scene = await cast();
        }
      },
    );

    it('a stranger is answered as for a group that does not exist', async () => {
      const { group, who } = await cast();
      for (const [command, input] of table) {
        const there = await over(edge, world, who.stranger).ask(command, input(group));
        const nowhere = input({ ...group, chatId: 999_999_999 });
        expect(await over(edge, world, who.stranger).ask(command, nowhere)).toEqual(there);
      }
    });

    it('ownership is handed over: the former owner is an admin, and there is one owner', async () => {
      const { group, who } = await cast();
      const { chatId } = group;
      const asked = { chatId, userId: who.member.userId, role: 'owner' };
      const { version } = await who.member.ok<{ version: number }>('getChat', { chatId });
      expect(await over(edge, world, who.owner).ok('setRole', asked)).toMatchObject({
        userId: who.member.userId,
        role: 'owner',
        version: version + 1,
      });
      const owners = await world.sql(
        'SELECT "userId"::int FROM chat_members WHERE "chatId" = $1 AND role = $2',
        [chatId, 'owner'],
      );
      expect(owners).toEqual([{ userId: who.member.userId }]);
      expect(await over(edge, world, who.owner).refused('setRole', asked)).toBe('FORBIDDEN');
      const back = { chatId, userId: who.member.userId, role: 'admin' };
      expect(await over(edge, world, who.member).refused('setRole', back)).toBe('CONFLICT');
      expect(await who.member.ok('getMessages', { chatId, limit: 1 })).toMatchObject({
        messages: [
          { type: 'system', version: version + 3, metadata: { event: 'memberUpdated', role: 'owner' } },
        ],
      });
    });

    it('nobody is added to a direct chat, removed from it or given a role in it', async () => {
      const { alice, bob, chatId } = await world.pair();
      const asker = over(edge, world, alice);
      for (const [command, input] of [
        ['updateChat', { chatId, title: 'Ours' }],
        ['addMembers', { chatId, userIds: [world.newId()] }],
        ['removeMember', { chatId, userId: bob.userId }],
        ['leaveChat', { chatId }],
        ['setRole', { chatId, userId: bob.userId, role: 'owner' }],
      ] as const) {
        expect([command, await asker.refused(command, input)]).toEqual([command, 'FORBIDDEN']);
      }
      expect(await world.http.post(`/chats/${chatId}/members`).send({ userIds: [5] })).toMatchObject({
        status: 403,
      });
      expect(await asker.ok('updateMembership', { chatId, pinned: true })).toMatchObject({ chatId });
    });
  });

  it('people do not write system messages, nor change, delete or react to them', async () => {
    const { chatId, owner } = await groupOf(world, 1);
    await owner.ok('updateChat', { chatId, title: 'New' });
    const { id: messageId } = await owner.next<{ id: number }>('newMessage');
    expect(await owner.refused('editMessage', { messageId, content: 'I did not' })).toBe('FORBIDDEN');
    expect(await owner.refused('deleteMessage', { messageId })).toBe('FORBIDDEN');
    expect(await owner.refused('addReaction', { messageId, emoji: '👍' })).toBe('FORBIDDEN');
    const words = { chatId, content: 'Bob left', metadata: { event: 'memberRemoved' } };
    expect(await owner.refused('sendMessage', { ...words, type: 'system' })).toBe('VALIDATION_FAILED');
    const forged = await owner.ok('sendMessage', { ...words, type: 'system', version: 1 });
    expect(forged).toMatchObject({ type: 'text', senderId: owner.userId });
    expect(await owner.ok('sendMessage', { ...words, type: 'text' })).toMatchObject({ type: 'text' });
    expect(await owner.ok('deleteMessage', { messageId, for: 'me' })).toMatchObject({ messageId });
  });
});
