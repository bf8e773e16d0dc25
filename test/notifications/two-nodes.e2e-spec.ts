import type { MessageView, NotificationsPage } from '../../src/contract/index.js';
import { describeWithRedis, Redis } from '../support/redis.js';
import { World } from '../support/world.js';

describeWithRedis('An inbox that one of two nodes writes', () => {
  let redis: Redis;
  let web: World;
  let worker: World;
  beforeAll(async () => {
    redis = await Redis.start();
    web = await World.start({ REDIS_URL: redis.url });
    worker = await World.start({
      REDIS_URL: redis.url,
      DATABASE_URL: web.config.database.url!,
      SINKS: 'on',
      SINK_POLL_MS: '20',
    });
  });
  afterAll(async () => {
    await worker.stop();
    await web.stop();
    redis.close();
  });

  it('is told and marked as seen wherever a person is', async () => {
    const { alice, bob, chatId } = await web.pair();
    const there = await worker.person(bob.userId);
    const mention = { chatId, content: 'hey', metadata: { mentions: [bob.userId] } };
    const { id: messageId } = await alice.ok<MessageView>('sendMessage', mention);
    const told = await bob.next<{ id: number }>('notification');
    expect(told).toMatchObject({ kind: 'mention', messageId, unseen: 1 });
    expect(await there.next('notification')).toEqual(told);
    await bob.ok('markNotificationsSeen', { upToId: told.id });
    expect(await there.next('notificationsSeen')).toEqual({ upToId: told.id, unseen: 0 });
    const { notifications } = await there.ok<NotificationsPage>('getNotifications');
    expect(notifications).toMatchObject([{ id: told.id, seenAt: expect.any(String) }]);
  });
});
