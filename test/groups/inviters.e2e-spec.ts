import type { ChatView, InvitationView } from '../../src/contract/index.js';
import { edges, over } from '../support/edges.js';
import { World } from '../support/world.js';

describe.each([
  ['all', { stranger: true, contact: true }],
  ['contacts', { stranger: false, contact: true }],
  ['none', { stranger: false, contact: false }],
] as const)('With DIRECTORY=%s', (DIRECTORY, found) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ DIRECTORY, GROUP_ADDS: 'invited' });
  });
  afterAll(() => world.stop());

  it('an invitation says what the inviter is called to those who find them', async () => {
    const [alice, bob, carol] = await Promise.all([world.person(), world.person(), world.person()]);
    const profile = { name: 'Alice', avatarUrl: 'https://example.com/alice.png' };
    await world.http.patch(`/users/${alice.userId}`).send(profile).expect(200);
    await carol.ok('createChat', { user1Id: alice.userId, user2Id: carol.userId });
    const { id: chatId } = await alice.ok<ChatView>('createGroup', {
      title: 'Garden',
      memberIds: [bob.userId, carol.userId],
    });
    const called = { userId: alice.userId, ...profile };
    for (const [guest, finds] of [
      [bob, found.stranger],
      [carol, found.contact],
    ] as const) {
      const inviter = finds ? called : null;
      const heard = await guest.next<InvitationView>('invitationReceived');
      expect(heard).toMatchObject({ chatId, invitedBy: alice.userId, inviter });
      for (const edge of edges) expect(await over(edge, world, guest).ok('getInvitations')).toEqual([heard]);
    }
    // As every profile it is the present one.
    await world.http.patch(`/users/${alice.userId}`).send({ name: 'Alicia' }).expect(200);
    const [listed] = await carol.ok<InvitationView[]>('getInvitations');
    expect(listed!.inviter?.name).toBe(found.contact ? 'Alicia' : undefined);
    // Nobody hears who invited them once a block stands.
    await bob.ok('blockUser', { userId: alice.userId });
    expect(await bob.ok('getInvitations')).toEqual([]);
  });
});
