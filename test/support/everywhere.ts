import type { ChatView, MessageView } from '../../src/contract/index.js';
import type { Client, World } from './world.js';

/** An id whose digits stand nowhere else in the database, so that it is found in any text. */
const NUMBER = 771_234_567;

/** A person of whom there is a row in every table that can have one. */
export interface Everywhere {
  id: number;
  /** Part of all that they are called and of all that they wrote. */
  word: string;
  /** Shares a direct chat and a group with them. */
  bob: Client;
  group: number;
}

/**
 * Rows that take long to come about, or that another configuration makes. `$1` is the person, `$2` and `$3` are others, `$4`
 * is a group of the three, `$5` the word, `$6` a message.
 */
const ROWS = [
  `INSERT INTO chat_invitations ("chatId", "userId", "invitedBy", withheld) VALUES ($4, $1, $2, true), ($4, $3, $1, false)`,
  `INSERT INTO chat_refusals ("chatId", "userId") VALUES ($4, $1)`,
  `INSERT INTO chat_restrictions ("chatId", "userId", "bannedAt", "bannedBy", reason)
   SELECT id, $1, now(), $2, 'a reason of somebody else' FROM chats WHERE title = 'not theirs'`,
  `INSERT INTO credentials ("userId", username, "passwordHash") VALUES ($1, lower($5), 'hash of ' || $5)`,
  `INSERT INTO sessions ("userId", "tokenHash", "expiresAt") VALUES ($1, sha256($5::bytea), now() + interval '1 day')`,
  `INSERT INTO ended_sessions (id, "userId") VALUES (gen_random_uuid(), $1)`,
  `INSERT INTO logins ("userId", ok, network, "userAgent") VALUES ($1, true, '10.0.0.0/24', $5 || '/1.0')`,
  `INSERT INTO login_places ("userId", place) VALUES ($1, sha256($5::bytea))`,
  `INSERT INTO due_notifications ("userId", "chatId", seq, "messageId") VALUES ($1, $4, 1, $6)`,
  `INSERT INTO idempotency_keys ("actorId", key, command, "bodyHash", kept)
   VALUES ($1, $5, 'blockUser', 'h', '{"answer":{"userId":1}}'),
          ($2, 'a key of somebody else', 'blockUser', 'h', json_build_object('answer', json_build_object('userId', $1::bigint)))`,
  `INSERT INTO message_streams ("userId", key, "endsAt") VALUES ($1, $5, now() + interval '1 hour')`,
  `INSERT INTO notifications ("userId", "chatId", "actorId", kind, about, at)
   VALUES ($1, $4, $2, 'added', 7, now()), ($2, $4, $1, 'added', 7, now())`,
  `INSERT INTO push_quiet ("userId", until) VALUES ($1, now() + interval '1 hour')`,
  `INSERT INTO push_states ("userId", "chatId", "pushedSeq") VALUES ($1, $4, 1)`,
  `INSERT INTO push_targets ("userId", kind, token, keys, "deviceId")
   VALUES ($1, 'web', 'https://push.example/' || $5, jsonb_build_object('p256dh', $5, 'auth', 'a'), $5),
          ($1, 'fcm', 'token of ' || $5, NULL, NULL)`,
  `INSERT INTO webhook_parked ("webhookId", "eventId", "chatId", kind, nr, "messageId", details, at, tries, "deadAt")
   VALUES ((SELECT max(id) FROM webhooks), 'evt_' || $4 || '_m1_due' || $1, $4, 'notification.due', 1, $6,
     jsonb_build_object('userIds', ARRAY[$1::bigint]), now(), 3, now())`,
  `INSERT INTO webhook_tries ("webhookId", "eventId", kind, try, "tookMs")
   VALUES ((SELECT max(id) FROM webhooks), 'evt_' || $4 || '_m1_due' || $1, 'notification.due', 3, 10)`,
];

/** With the values in the text: PostgreSQL takes no parameter that a statement does not name. */
const filled = (text: string, values: readonly unknown[]) =>
  text.replace(/\$(\d)/g, (_, nr: string) => `'${String(values[Number(nr) - 1])}'`);

let people = 0;

/** Makes such a person, in open mode, where no sinks run: what happens is noted for them and stays there. */
export async function everywhere(world: World): Promise<Everywhere> {
  await world.sql(
    `INSERT INTO sinks (name, "messageId", "outboxId") VALUES ('webhooks', 0, 0) ON CONFLICT DO NOTHING`,
  );
  await world.sql(
    `INSERT INTO webhooks (url, events, secrets) VALUES ('https://nobody.example', '{all}', '[]')`,
  );
  const id = NUMBER + 10 * people;
  const word = `Quixotine${++people}`;
  const [me, bob, carol, dora, later] = await Promise.all([
    world.person(id),
    world.person(),
    world.person(),
    world.person(),
    world.person(id + 1),
  ]);
  await world.sql(
    `UPDATE users SET "externalId" = 'ext-' || $2, "creationKey" = '${bob.userId} key' WHERE id = $1`,
    [id, word],
  );
  const made = await me.ok<ChatView>('createGroup', {
    title: 'The group',
    memberIds: [bob.userId, carol.userId, dora.userId],
    clientId: `group-${word}`,
  });
  const group = made.id;
  const send = (client: Client, chatId: number, content: string, fields: object = {}) =>
    client.ok<MessageView>('sendMessage', { chatId, content, ...fields });
  for (const [one, other] of [
    [me, bob],
    [later, me],
  ] as const) {
    const { id: direct } = await one.ok<ChatView>('createChat', {
      user1Id: one.userId,
      user2Id: other.userId,
    });
    await send(me, direct, `${word} whispers`);
    await send(one === me ? bob : later, direct, 'what others write stays');
  }
  await world.http
    .patch(`/users/${id}`)
    .set('X-User-Id', String(id))
    .send({
      name: `${word} of Somewhere`,
      avatarUrl: `https://pictures.example/${word}.png`,
      metadata: { public: { city: word }, email: `${word}@mail.example` },
    })
    .expect(200);
  const first = await send(me, group, `${word} says hello`, {
    clientId: `key-${word}`,
    metadata: { from: word, mentions: [bob.userId] },
  });
  await me.ok('editMessage', { messageId: first.id, content: `${word} says goodbye` });
  await send(me, group, `${word} asks`, { metadata: { mentions: 'all', again: word } });
  const theirs = await send(bob, group, 'hello back', { metadata: { mentions: [id] } });
  for (const client of [me, carol]) await client.ok('addReaction', { messageId: theirs.id, emoji: '👍' });
  await bob.ok('addReaction', { messageId: first.id, emoji: '🎉' });
  const stream = await me.ok<MessageView>('streamMessage', { chatId: group, content: `${word} is writing` });
  await me.ok('sendDelta', {
    messageId: stream.id,
    offset: stream.content.length,
    text: ` and ${word} goes on`,
  });
  const regretted = await send(me, group, `${word} regrets`);
  await me.ok('deleteMessage', { messageId: regretted.id });
  await me.ok('deleteMessage', { messageId: theirs.id, for: 'me' });
  await me.ok('markAsSeen', { chatId: group });
  await me.ok('reportMessage', { messageId: theirs.id, reason: `${word} complains` });
  await carol.ok('reportMessage', { messageId: first.id });
  await carol.ok('reportUser', { userId: id, reason: 'a complaint' });
  await me.ok('createInvite', { chatId: group });
  await me.ok('banMember', { chatId: group, userId: dora.userId, reason: `${word} has had enough` });
  await me.ok('blockUser', { userId: carol.userId });
  await carol.ok('blockUser', { userId: id });
  await me.ok('updatePreferences', { timeZone: 'Europe/Berlin' });
  await me.ok('updateChat', { chatId: group, title: 'Another title', clientId: `once-${word}` });
  await bob.ok<ChatView>('createGroup', { title: 'not theirs', memberIds: [carol.userId] });
  await world.http
    .post(`/users/${id}/deactivate`)
    .send({ reason: `${word} was rude` })
    .expect(200);
  await world.http.post(`/users/${id}/reactivate`).send({}).expect(200);
  await world.http
    .post(`/users/${id}/deactivate`)
    .send({ reason: `${word} was rude again` })
    .expect(200);
  const values = [id, bob.userId, carol.userId, group, word, theirs.id];
  await world.sql(ROWS.map((text) => filled(text, values)).join(';'));
  return { id, word, bob, group };
}
