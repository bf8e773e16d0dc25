import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import webPush from 'web-push';
import { projectRoot } from '../../src/common/project-root.js';
import {
  ApnsService,
  FcmService,
  pushVariables,
  type Taken,
  WebPushService,
} from '../support/push-services.js';
import { eventually, World } from '../support/world.js';

const vapid = { ...webPush.generateVAPIDKeys(), subject: 'mailto:operator@example.com' };

/** The pushes that the guide shows, in its order. */
const guide = readFileSync(join(projectRoot(), 'docs', 'guides', 'push.md'), 'utf8');
const shown = [...guide.matchAll(/^ *```json not-run=elsewhere\n([\s\S]*?)^ *```$/gm)].map(
  ([, text]) => JSON.parse(text!) as Record<string, unknown>,
);

/** What differs from one push to the other, as the guide has it. */
const EXAMPLE = { chatId: 7, messageId: 81, seq: 12, at: 1_796_014_800_000, unreadChats: [7] };

/** A push as it would be if its chat, message and time were those of the guide. Texts stay texts, as Firebase has them. */
const asInGuide = (push: unknown, chatId: number): unknown => {
  const one = (key: string, value: unknown): unknown => {
    if (key in EXAMPLE) {
      const example = EXAMPLE[key as keyof typeof EXAMPLE];
      return typeof value === 'string' ? String(example) : example;
    }
    return value === `chat-${chatId}` ? 'chat-7' : value;
  };
  return JSON.parse(JSON.stringify(push, one));
};

describe('The guide to pushes', () => {
  it('shows them as they arrive', async () => {
    const [web, fcm, apns] = await Promise.all([
      WebPushService.start(vapid),
      FcmService.start(),
      ApnsService.start(),
    ]);
    const variables = { ...pushVariables(vapid, { fcm, apns }), PUSH_GATHER_MS: '100' };
    const world = await World.start(variables);
    try {
      const { alice, bob, chatId } = await world.pair();
      await world.http
        .patch(`/users/${alice.userId}`)
        .set({ 'X-User-Id': String(alice.userId) })
        .send({ name: 'Ann' })
        .expect(200);
      const device = web.subscribe();
      const iphone = 'ab'.repeat(32);
      for (const one of [device, { kind: 'fcm', token: 'phone' }, { kind: 'apns', token: iphone }])
        await bob.ok('addPushTarget', one);
      const taken = (): Taken[][] => [web.of(device.token), fcm.of('phone'), apns.of(iphone)];
      await alice.ok('sendMessage', { chatId, content: 'Are you there?' });
      await eventually(() => taken().every(({ length }) => length === 1));
      await bob.ok('markAsSeen', { chatId });
      await eventually(() => taken()[1]!.length === 2 && taken()[2]!.length === 2);

      const [ofWeb, ofFcm, ofApns] = taken().map((all) => all.map(({ body }) => asInGuide(body, chatId)));
      const [message, more, toAndroid, readAtAndroid, toApple, readAtApple] = shown;
      expect(ofWeb).toEqual([message]);
      expect(ofFcm).toEqual([toAndroid, readAtAndroid]);
      expect(ofApns).toEqual([toApple, readAtApple]);
      expect(apns.of(iphone).map(({ headers }) => headers)).toMatchObject([
        { 'apns-push-type': 'alert', 'apns-priority': '10', 'apns-collapse-id': `chat-${chatId}` },
        { 'apns-push-type': 'background', 'apns-priority': '5' },
      ]);

      // Eight chats at the end of quiet hours: three of them, and how many more.
      await bob.ok('updatePreferences', { quiet: { from: '00:00', to: '00:00' } });
      for (let nr = 0; nr < 8; nr++) {
        const other = await world.person();
        await other.ok('sendMessage', { receiverId: bob.userId, content: 'hello' });
      }
      const waiting = () => world.sql('SELECT 1 FROM push_quiet WHERE "userId" = $1', [bob.userId]);
      await eventually(async () => (await waiting()).length === 1);
      // All are read by now: of the last chat, too.
      await eventually(async () => {
        const [row] = await world.sql<{ read: boolean }>(
          `SELECT "messageId" >= (SELECT max(id) FROM messages) AS read FROM sinks WHERE name = 'push'`,
        );
        return row!.read;
      });
      await bob.ok('updatePreferences', { quiet: null });
      await world.sql('UPDATE push_quiet SET until = now() WHERE "userId" = $1', [bob.userId]);
      await eventually(() => web.of(device.token).length === 5);
      const sum = web.of(device.token).find(({ body }) => body.type === 'more')!;
      expect(asInGuide(sum.body, chatId)).toEqual(more);
      expect([web, fcm, apns].flatMap(({ faults }) => faults)).toEqual([]);
    } finally {
      await world.stop();
      await Promise.all([web.stop(), fcm.stop(), apns.stop()]);
    }
  });
});
