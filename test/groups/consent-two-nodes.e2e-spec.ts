import type { ChatView } from '../../src/contract/index.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { type Client, eventually, World } from '../support/world.js';

describeWithRedis('Invitations over nodes', () => {
  let redis: Redis;
  let one: World;
  let other: World;
  beforeAll(async () => {
    redis = await Redis.start();
    const shared = {
      REDIS_URL: redis.url,
      GROUP_ADDS: 'invited',
      RATE_LIMITS: 'on',
      RATE_LIMIT_ADDS: '20/1h',
    };
    one = await World.start(shared);
    other = await World.start({ ...shared, DATABASE_URL: one.config.database.url! });
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
    redis.close();
  });

  const invited = async (): Promise<{ alice: Client; bob: Client; chatId: number }> => {
    const [alice, bob] = [await one.person(), await other.person(one.newId())];
    const { id: chatId } = await alice.ok<ChatView>('createGroup', { title: 'Us', memberIds: [bob.userId] });
    expect(await bob.next('invitationReceived')).toMatchObject({ chatId, invitedBy: alice.userId });
    return { alice, bob, chatId };
  };

  it('are heard where the invited are, and who accepts hears the group from then on', async () => {
    const { alice, bob, chatId } = await invited();
    await bob.ok('acceptInvitation', { chatId });
    expect(await alice.next('membersAdded')).toMatchObject({ chatId, by: bob.userId });
    await alice.ok('sendMessage', { chatId, content: 'welcome' });
    await eventually(() =>
      (bob.unread('newMessage') as { content: string }[]).some(({ content }) => content === 'welcome'),
    );
  });

  it('end where the invited are: revoked, or declined on another device', async () => {
    const { alice, bob, chatId } = await invited();
    await alice.ok('removeMember', { chatId, userId: bob.userId });
    expect(await bob.next('invitationEnded')).toEqual({ chatId, reason: 'revoked' });

    const next = await invited();
    const phone = await one.person(next.bob.userId);
    await phone.ok('declineInvitation', { chatId: next.chatId });
    expect(await next.bob.next('invitationEnded')).toEqual({ chatId: next.chatId, reason: 'declined' });
  });

  it('count for one person on all nodes', async () => {
    const alice = await one.person();
    const twin = await other.person(alice.userId);
    const memberIds = Array.from({ length: 20 }, () => one.newId());
    await alice.ok('createGroup', { title: 'Many', memberIds });
    // Each refused attempt costs nothing, and each that gets through counts: the other node learns of it soon.
    await eventually(async () => {
      const answer = await twin.ask('createGroup', { title: 'More', memberIds: [one.newId()] });
      return !answer.ok && answer.error.code === 'RATE_LIMITED';
    });
    expect(await alice.refused('createGroup', { title: 'More', memberIds: [one.newId()] })).toBe(
      'RATE_LIMITED',
    );
  });
});
