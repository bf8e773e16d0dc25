import { randomUUID } from 'node:crypto';
import type {
  AuditEntryView,
  ChatReportedView,
  MessageView,
  ReportView,
  UserReportedView,
} from '../../src/contract/index.js';
import { connected, newApiKey, ownAccounts } from '../support/accounts.js';
import { type Asker, edges, RestAsker } from '../support/edges.js';
import { erased, tracesOf } from '../support/erasures.js';
import { groupOf } from '../support/groups.js';
import { World } from '../support/world.js';

describe('A report of a user or a chat', () => {
  let world: World;
  let application: Asker;
  beforeAll(async () => {
    world = await World.start();
    application = new RestAsker(world, 0);
  });
  afterAll(() => world.stop());

  const read = (query: object) => application.ok<ReportView[]>('getReports', { limit: 100, ...query });
  const about = async (of: Partial<ReportView>) =>
    (await read({})).filter((report) =>
      Object.entries(of).every(([field, value]) => report[field as keyof ReportView] === value),
    );

  describe.each(edges)('made over %s', (edge) => {
    const as = (client: { userId: number } & Asker): Asker =>
      edge === 'REST' ? new RestAsker(world, client.userId) : client;

    it('holds the user as others saw them, and outlives what they change', async () => {
      const { alice, bob } = await world.pair();
      const profile = { name: 'Bad Bob', metadata: { public: { mood: 'bad' }, secret: 1 } };
      const change = (fields: object) =>
        new RestAsker(world, bob.userId).ok('updateUser', { id: bob.userId, ...fields });
      await change(profile);
      const reported = await as(alice).ok<UserReportedView>('reportUser', {
        userId: bob.userId,
        reason: 'rude',
      });
      expect(reported).toEqual({
        reportId: expect.any(Number),
        userId: bob.userId,
        reason: 'rude',
        createdAt: expect.any(String),
      });
      await change({ name: 'Nice Bob', metadata: {} });
      expect(await about({ userId: bob.userId })).toEqual([
        {
          ...reported,
          chatExternalId: null,
          userExternalId: null,
          reporterExternalId: null,
          kind: 'user',
          messageId: null,
          chatId: null,
          reporterId: alice.userId,
          status: 'open',
          updatedAt: expect.any(String),
          note: null,
          handledBy: null,
          message: null,
          user: { name: 'Bad Bob', avatarUrl: null, metadata: { public: { mood: 'bad' } } },
          chat: null,
        },
      ]);
      expect(bob.unread('userReported')).toEqual([]);
    });

    it('holds the chat as it was, and outlives it', async () => {
      const { owner, members, chatId } = await groupOf(world, 1);
      const reported = await as(members[0]!).ok<ChatReportedView>('reportChat', { chatId });
      expect(reported).toEqual({
        reportId: expect.any(Number),
        chatId,
        reason: null,
        createdAt: expect.any(String),
      });
      await owner.ok('updateChat', { chatId, title: 'Another' });
      await owner.ok('deleteChat', { chatId });
      expect(await about({ chatId })).toMatchObject([
        {
          ...reported,
          kind: 'chat',
          userId: null,
          reporterId: members[0]!.userId,
          message: null,
          user: null,
          chat: { type: 'group', title: 'A group', visibility: 'private', memberCount: 2 },
        },
      ]);
    });

    it('is one of each reporter, however often and however many at once they make it', async () => {
      const { alice, bob, chatId } = await world.pair();
      for (const [command, of] of [
        ['reportUser', { userId: bob.userId }],
        ['reportChat', { chatId }],
      ] as const) {
        const by = as(alice);
        const answers = await Promise.all([
          ...Array.from({ length: 5 }, (_, i) => by.ok(command, { ...of, reason: `reason ${i}` })),
          by.ok(command, { ...of, clientId: randomUUID() }),
        ]);
        for (const answer of answers) expect(answer).toEqual(answers[0]);
        expect(await about(of)).toHaveLength(1);
      }
      await as(bob).ok('reportChat', { chatId });
      expect(await about({ chatId })).toHaveLength(2);
    });

    it('is answered again by its key', async () => {
      const { alice, bob, chatId } = await world.pair();
      const clientId = randomUUID();
      const first = await as(alice).ok('reportUser', { userId: bob.userId, clientId });
      expect(await as(alice).ok('reportUser', { userId: bob.userId, clientId })).toEqual(first);
      expect(await as(alice).refused('reportUser', { userId: alice.userId + 1_000_000, clientId })).toBe(
        'IDEMPOTENCY_MISMATCH',
      );
      const key = randomUUID();
      const chat = await as(alice).ok('reportChat', { chatId, clientId: key });
      expect(await as(alice).ok('reportChat', { chatId, clientId: key })).toEqual(chat);
    });

    it('is not made of oneself, nor of a chat that is not there for the reporter', async () => {
      const { alice, bob, chatId } = await world.pair();
      expect(await as(alice).refused('reportUser', { userId: alice.userId })).toBe('VALIDATION_FAILED');
      const mallory = as(await world.person());
      expect(await mallory.ask('reportChat', { chatId })).toEqual(
        await mallory.ask('reportChat', { chatId: 987_654_321 }),
      );
      await alice.ok('deleteChat', { chatId });
      expect(await as(bob).refused('reportChat', { chatId })).toBe('NOT_FOUND');
    });
  });

  it('without a callback is answered by an event', async () => {
    const { alice, bob, chatId } = await world.pair();
    alice.emit('reportUser', { userId: bob.userId });
    expect(await alice.next('userReported')).toMatchObject({ userId: bob.userId });
    alice.emit('reportChat', { chatId });
    expect(await alice.next('chatReported')).toMatchObject({ chatId });
  });

  it('stands in one queue with those of messages: by kind and status, from either end', async () => {
    const { alice, bob, chatId } = await world.pair();
    const { id: messageId } = await bob.ok<MessageView>('sendMessage', { chatId, content: 'an insult' });
    const made: number[] = [];
    for (const [command, of] of [
      ['reportMessage', { messageId }],
      ['reportUser', { userId: bob.userId }],
      ['reportChat', { chatId }],
    ] as const)
      made.push((await alice.ok<{ reportId: number }>(command, of)).reportId);
    const [ofMessage, ofUser, ofChat] = made as [number, number, number];
    const ids = async (query: object) => (await read(query)).map(({ reportId }) => reportId);
    const after = ofMessage - 1;
    expect(await ids({ after })).toEqual(made);
    expect(await ids({ after, order: 'newest' })).toEqual([...made].reverse());
    expect(await ids({ order: 'newest', limit: 2 })).toEqual([ofChat, ofUser]);
    expect(await ids({ order: 'newest', limit: 1, before: ofUser })).toEqual([ofMessage]);
    expect(await ids({ after, before: ofChat })).toEqual([ofMessage, ofUser]);
    expect(await ids({ after, kind: 'message' })).toEqual([ofMessage]);
    expect(await ids({ after, kind: 'user' })).toEqual([ofUser]);
    expect(await ids({ after, kind: 'chat', status: 'open' })).toEqual([ofChat]);
    expect(await ids({ after, kind: 'chat', status: 'resolved' })).toEqual([]);
    expect(await about({ reportId: ofMessage })).toMatchObject([
      {
        kind: 'message',
        userId: bob.userId,
        chatId,
        message: { content: 'an insult' },
        user: null,
        chat: null,
      },
    ]);
    for (const wrong of [{ kind: 'thing' }, { order: 'best' }, { before: 0 }])
      expect(await application.refused('getReports', wrong)).toBe('VALIDATION_FAILED');
  });

  it('is worked off with a note, which the audit log does not have', async () => {
    const { alice, bob } = await world.pair();
    const { reportId } = await alice.ok<UserReportedView>('reportUser', { userId: bob.userId });
    const update = (fields: object) => application.ok<ReportView>('updateReport', { reportId, ...fields });
    const audit = async () =>
      (
        await application.ok<AuditEntryView[]>('getAudit', { action: 'reportUpdated', userId: bob.userId })
      ).map(({ details, actorId, chatId }) => ({ ...details, actorId, chatId }));
    const done = await update({ status: 'resolved', note: 'Warned him.', handledBy: 'Dora' });
    expect(done).toMatchObject({ status: 'resolved', note: 'Warned him.', handledBy: 'Dora' });
    // The same again, and what is left out, are no change.
    expect(await update({ status: 'resolved', note: 'Warned him.' })).toEqual(done);
    expect(await update({ status: 'resolved' })).toEqual(done);
    const open = await update({ status: 'open', note: null });
    expect(open).toMatchObject({ status: 'open', note: null, handledBy: 'Dora' });
    expect(await about({ reportId })).toEqual([open]);
    const entry = { reportId, kind: 'user', actorId: null, chatId: null };
    expect(await audit()).toEqual([
      { ...entry, status: 'open', former: 'resolved' },
      { ...entry, status: 'resolved', former: 'open' },
    ]);
  });

  it('goes with the person whom it is about, and with the one who made it', async () => {
    const { alice, bob, chatId } = await world.pair();
    await alice.ok('reportUser', { userId: bob.userId, reason: 'Zaphodine is rude' });
    await bob.ok('reportUser', { userId: alice.userId, reason: 'she is rude' });
    await bob.ok('reportChat', { chatId, reason: 'all are rude' });
    await alice.ok('reportChat', { chatId });
    await erased(world, bob.userId);
    const left = [...(await about({ chatId })), ...(await about({ userId: bob.userId }))];
    expect(left.map(({ kind, reporterId }) => ({ kind, reporterId }))).toEqual([
      { kind: 'chat', reporterId: alice.userId },
    ]);
    expect(await tracesOf(world.config.database.url!, bob.userId, ['Zaphodine'])).toEqual([]);
    expect(await alice.refused('reportUser', { userId: bob.userId })).toBe('NOT_FOUND');
  });
});

describe('Where people do not find each other, a report of a user', () => {
  it.each(['contacts', 'none'])(
    'is made by those who share a chat, and says nothing to others: %s',
    async (DIRECTORY) => {
      const world = await World.start({
        ...ownAccounts(),
        API_KEYS: newApiKey(),
        GROUP_ADDS: 'everybody',
        DIRECTORY,
      });
      try {
        const [alice, bob, mallory] = await Promise.all([
          connected(world),
          connected(world),
          connected(world),
        ]);
        await alice.ok('createGroup', { title: 'A group', memberIds: [bob.userId] });
        expect(await alice.ok('reportUser', { userId: bob.userId })).toMatchObject({ userId: bob.userId });
        expect(await mallory.ask('reportUser', { userId: bob.userId })).toEqual(
          await mallory.ask('reportUser', { userId: 987_654_321 }),
        );
      } finally {
        await world.stop();
      }
    },
  );
});
