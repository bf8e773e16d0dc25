'use strict';

/**
 * Demo users and chats: `npm run db:seed`, and `npx sequelize-cli db:seed:undo:all` to remove them.
 *
 * Repeatable: an existing user (by externalId) or chat (by its two users, or by its `metadata.demo`) stays as it is, so
 * a second run changes nothing. Texts, times and counters are always the same; ids are the next free ones. One
 * transaction.
 *
 * The counters are what the same messages sent through the API would give: see the migration of chats.
 */

const PEOPLE = {
  alice: 'Alice Ahmadi',
  bob: 'Bob Brandt',
  carol: 'Carol Costa',
  dave: 'Dave Dlamini',
  erin: 'Erin Eklund',
};

/**
 * `read`: how many of the messages each has seen. A message: who, minutes after the chat began, text, seq replied to.
 */
const CHATS = [
  {
    demo: 'alice-bob',
    direct: ['alice', 'bob'],
    begins: '2026-11-20T09:00:00.000Z',
    read: { alice: 6, bob: 5 },
    messages: [
      ['alice', 0, 'Hi Bob, are you coming along on Saturday?'],
      ['bob', 3, 'Gladly. When do we start?'],
      ['alice', 4, 'The train leaves at 8:12.'],
      ['bob', 6, 'That is early ☕'],
      ['alice', 7, 'The view is worth it.'],
      ['bob', 9, 'All right, I will be there.', 3],
      ['alice', 31, 'Could you bring the map?'],
      ['alice', 32, 'And the thermos, please.'],
    ],
  },
  {
    demo: 'carol-alice',
    direct: ['carol', 'alice'],
    begins: '2026-11-20T17:30:00.000Z',
    read: { carol: 3, alice: 3 },
    messages: [
      ['carol', 0, 'Thank you for the photos!'],
      ['alice', 12, 'The one by the lake is my favourite.'],
      ['carol', 13, 'Mine too 🙂', 2],
    ],
  },
  {
    demo: 'dave-bob',
    direct: ['dave', 'bob'],
    begins: '2026-11-21T08:15:00.000Z',
    read: { dave: 0, bob: 0 },
    messages: [['dave', 0, 'Do you still have my bicycle pump?']],
  },
  {
    demo: 'weekend-hike',
    title: 'Weekend hike',
    roles: { alice: 'owner', bob: 'admin', carol: 'member', dave: 'member' },
    begins: '2026-11-21T10:00:00.000Z',
    read: { alice: 5, bob: 3, carol: 5, dave: 0 },
    messages: [
      ['alice', 0, 'Saturday, 8:12 from the main station. Who is in?'],
      ['bob', 5, 'I am.', 1],
      ['carol', 8, 'Me too. I will bring cake.', 1],
      ['bob', 9, 'Then I am in twice.', 3],
      ['carol', 20, 'What will the weather be like?'],
    ],
  },
];

/** Serializes concurrent runs. An arbitrary number that nothing else locks: the migrations use some too. */
const LOCK = 5_005_003_003;

const externalIdOf = (name) => `demo:${name}`;

/** How many of the first `upTo` messages a user sent. */
const sentBy = (name, messages, upTo = messages.length) =>
  messages.slice(0, upTo).filter(([sender]) => sender === name).length;

/** A chat's members with their counters, computed from the messages and what each member has seen. */
function membersOf({ direct, roles, read, messages }) {
  return (direct ?? Object.keys(roles)).map((name) => ({
    name,
    role: roles?.[name] ?? 'member',
    readSeq: read[name],
    sentBefore: sentBy(name, messages, read[name]),
    // In a direct chat, the chat's row counts them.
    sent: direct ? 0 : sentBy(name, messages),
  }));
}

const minutesAfter = (begins, minutes) => new Date(Date.parse(begins) + minutes * 60_000).toISOString();

/** Runs one statement in a transaction and returns its rows. */
function runnerOf(sequelize, transaction) {
  return async (text, bind) => {
    const [rows] = await sequelize.query(text, { bind, transaction, raw: true });
    return rows;
  };
}

async function ensurePeople(rows) {
  const ids = {};
  for (const [name, fullName] of Object.entries(PEOPLE)) {
    const externalId = externalIdOf(name);
    const [found] = await rows('SELECT id FROM users WHERE "externalId" = $1', [externalId]);
    const [made] = found
      ? []
      : await rows('INSERT INTO users ("externalId", name) VALUES ($1, $2) RETURNING id', [
          externalId,
          fullName,
        ]);
    ids[name] = (found ?? made).id;
  }
  return ids;
}

/** The id of the chat if it was created now; undefined if it existed. */
async function openChat(rows, chat, ids) {
  const { demo, direct = [], title, messages, begins } = chat;
  const [one, other] = direct;
  const [made] = await rows(
    `INSERT INTO chats
       (type, "user1Id", "user2Id", "user1Sent", "user2Sent", title, metadata, "lastSeq", version,
        "lastActivityAt", "createdAt", "memberCount")
     SELECT $1, $2::bigint, $3::bigint, $4, $5, $6::text, jsonb_build_object('demo', $7::text), $8::bigint,
       1 + $8::bigint, $9::timestamptz, $10::timestamptz, $11::int
     WHERE NOT EXISTS (SELECT 1 FROM chats WHERE metadata->>'demo' = $7::text)
     ON CONFLICT (LEAST("user1Id", "user2Id"), GREATEST("user1Id", "user2Id")) WHERE type = 'direct' DO NOTHING
     RETURNING id`,
    [
      one ? 'direct' : 'group',
      ids[one] ?? null,
      ids[other] ?? null,
      sentBy(one, messages),
      sentBy(other, messages),
      title ?? null,
      demo,
      messages.length,
      minutesAfter(begins, messages.at(-1)[1]),
      begins,
      membersOf(chat).length,
    ],
  );
  return made?.id;
}

async function fillChat(rows, chat, chatId, ids) {
  for (const { name, role, readSeq, sentBefore, sent } of membersOf(chat)) {
    await rows(
      `INSERT INTO chat_members
         ("chatId", "userId", role, "readSeq", "deliveredSeq", "unreadSeq", "sentBefore", sent, "joinedAt")
       VALUES ($1, $2, $3, $4, $4, $4, $5, $6, $7)`,
      [chatId, ids[name], role, readSeq, sentBefore, sent, chat.begins],
    );
  }
  const messageIds = [];
  for (const [index, [sender, minutes, content, repliedSeq]] of chat.messages.entries()) {
    const seq = index + 1;
    const [{ id }] = await rows(
      `INSERT INTO messages ("chatId", seq, version, "senderId", content, "replyToId", "createdAt")
       VALUES ($1, $2::bigint, 1 + $2::bigint, $3, $4, $5, $6) RETURNING id`,
      [
        chatId,
        seq,
        ids[sender],
        content,
        repliedSeq ? messageIds[repliedSeq - 1] : null,
        minutesAfter(chat.begins, minutes),
      ],
    );
    messageIds.push(id);
  }
}

module.exports = {
  async up({ sequelize }) {
    await sequelize.transaction(async (transaction) => {
      const rows = runnerOf(sequelize, transaction);
      await rows('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      const ids = await ensurePeople(rows);
      for (const chat of CHATS) {
        const chatId = await openChat(rows, chat, ids);
        if (chatId !== undefined) await fillChat(rows, chat, chatId, ids);
      }
    });
  },

  /** Removes the demo chats with all their messages, and the demo users who are in no other chat. */
  async down({ sequelize }) {
    await sequelize.transaction(async (transaction) => {
      const rows = runnerOf(sequelize, transaction);
      await rows('SELECT pg_advisory_xact_lock($1)', [LOCK]);
      const demos = CHATS.map((chat) => chat.demo);
      const gone = await rows(`DELETE FROM chats WHERE metadata->>'demo' = ANY ($1) RETURNING id`, [demos]);
      await rows('DELETE FROM messages WHERE "chatId" = ANY ($1)', [gone.map(({ id }) => id)]);
      await rows(
        `DELETE FROM users u WHERE u."externalId" = ANY ($1)
           AND NOT EXISTS (SELECT 1 FROM chat_members m WHERE m."userId" = u.id)`,
        [Object.keys(PEOPLE).map(externalIdOf)],
      );
    });
  },
};
