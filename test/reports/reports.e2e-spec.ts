import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Database } from '../../src/database/database.js';
import type { MessageReportedView, ReportView } from '../../src/contract/index.js';
import { type Asker, edges, over } from '../support/edges.js';
import { eventually, World } from '../support/world.js';

describe('A report', () => {
  let world: World;
  let application: Asker;
  beforeAll(async () => {
    world = await World.start();
    application = over('REST', world, await world.stranger());
  });
  afterAll(() => world.stop());

  /** A message of Bob's to Alice, edited once. */
  async function offence() {
    const { alice, bob, chatId } = await world.pair();
    const message = await bob.ok<{ id: number }>('sendMessage', {
      chatId,
      content: 'first words',
      metadata: { mood: 'bad' },
    });
    await bob.ok('editMessage', { messageId: message.id, content: 'an insult' });
    return { alice, bob, chatId, messageId: message.id };
  }

  const reportsOf = async (messageId: number) => {
    const reports = await application.ok<ReportView[]>('getReports', { limit: 100 });
    return reports.filter((report) => report.messageId === messageId);
  };

  describe.each(edges)('made over %s', (edge) => {
    it('holds the message as it was, and outlives its edits, its deletion and its chat', async () => {
      const { alice, bob, chatId, messageId } = await offence();
      const reported = await over(edge, world, alice).ok<MessageReportedView>('reportMessage', {
        messageId,
        reason: 'rude',
      });
      expect(reported).toEqual({
        reportId: expect.any(Number),
        messageId,
        chatId,
        reason: 'rude',
        createdAt: expect.any(String),
      });
      const asItWas = {
        ...reported,
        reporterId: alice.userId,
        status: 'open',
        message: {
          seq: 1,
          senderId: bob.userId,
          content: 'an insult',
          metadata: { mood: 'bad' },
          replyToId: null,
          edits: [
            { content: 'first words', at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/) },
          ],
        },
      };
      expect(await reportsOf(messageId)).toMatchObject([asItWas]);

      await bob.ok('editMessage', { messageId, content: 'nothing to see' });
      await bob.ok('deleteMessage', { messageId });
      expect(await reportsOf(messageId)).toMatchObject([asItWas]);
      await bob.ok('deleteChat', { chatId });
      expect(await reportsOf(messageId)).toMatchObject([asItWas]);
    });

    it('is one per person and message: a repeat is answered with the first', async () => {
      const { alice, bob, messageId } = await offence();
      const by = over(edge, world, alice);
      const first = await by.ok('reportMessage', { messageId, reason: 'rude' });
      await bob.ok('deleteMessage', { messageId });
      const answers = await Promise.all([
        by.ok('reportMessage', { messageId, reason: 'rude' }),
        by.ok('reportMessage', { messageId, reason: 'very rude' }),
        by.ok('reportMessage', { messageId, clientId: randomUUID() }),
      ]);
      for (const answer of answers) expect(answer).toEqual(first);
      expect(await reportsOf(messageId)).toHaveLength(1);
    });

    it('is one also when it is made ten times at once', async () => {
      const { alice, messageId } = await offence();
      const by = over(edge, world, alice);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => by.ok('reportMessage', { messageId })),
      );
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(await reportsOf(messageId)).toHaveLength(1);
    });

    it('is made by people who can read the message, of one that is there', async () => {
      const { bob, messageId } = await offence();
      const mallory = over(edge, world, await world.person());
      expect(await mallory.ask('reportMessage', { messageId })).toEqual(
        await mallory.ask('reportMessage', { messageId: 987_654_321 }),
      );
      await bob.ok('deleteMessage', { messageId });
      expect(await over(edge, world, bob).refused('reportMessage', { messageId })).toBe('NOT_FOUND');
      expect(await reportsOf(messageId)).toEqual([]);
    });
  });

  it('is one of each person', async () => {
    const { alice, bob, messageId } = await offence();
    await alice.ok('reportMessage', { messageId });
    await bob.ok('reportMessage', { messageId });
    expect((await reportsOf(messageId)).map((report) => report.reporterId)).toEqual([
      alice.userId,
      bob.userId,
    ]);
  });

  it('keeps the last 20 of what was said before', async () => {
    const { alice, bob, messageId } = await offence();
    for (let n = 1; n <= 25; n++) await bob.ok('editMessage', { messageId, content: `version ${n}` });
    await alice.ok('reportMessage', { messageId });
    const [report] = await reportsOf(messageId);
    expect(report?.message?.edits.map((edit) => edit.content)).toEqual(
      Array.from({ length: 20 }, (_, i) => `version ${i + 5}`),
    );
  });

  it('is announced to nobody; without a callback the reporter receives messageReported', async () => {
    const { alice, bob, messageId } = await offence();
    alice.emit('reportMessage', { messageId });
    expect(await alice.next('messageReported')).toMatchObject({ messageId });
    await bob.settled();
    expect(bob.unread('messageReported')).toEqual([]);
  });

  it('is read by the application only, in pages, by status', async () => {
    const { alice, messageId } = await offence();
    const { reportId } = await alice.ok<MessageReportedView>('reportMessage', { messageId });
    const person = over('REST', world, alice);
    expect(await person.refused('getReports')).toBe('FORBIDDEN');
    expect(await person.refused('updateReport', { reportId, status: 'resolved' })).toBe('FORBIDDEN');

    const ids = async (page: object) =>
      (await application.ok<ReportView[]>('getReports', { ...page })).map((report) => report.reportId);
    expect(await ids({ after: reportId - 1, limit: 1 })).toEqual([reportId]);
    expect(await ids({ after: reportId })).toEqual([]);
    expect(await ids({ status: 'open' })).toContain(reportId);
    expect(await ids({ status: 'resolved' })).not.toContain(reportId);
  });

  it('is not missed by clients that read on from the last one, whichever was committed first', async () => {
    const [one, other] = [await offence(), await offence()];
    const [{ max }] = (await world.sql<{ max: number | null }>('SELECT max(id) FROM message_reports')) as [
      { max: number | null },
    ];
    const slow = new pg.Client({ connectionString: world.config.database.url! });
    await slow.connect();
    await slow.query('BEGIN');
    await slow.query(
      `INSERT INTO message_reports ("messageId", "reporterId", "chatId", seq, content, edits, "sentAt")
       VALUES ($1, $2, $3, 1, 'slow', '[]', now())`,
      [one.messageId, one.alice.userId, one.chatId],
    );
    let done = false;
    const reporting = other.alice
      .ok('reportMessage', { messageId: other.messageId })
      .then(() => (done = true));
    const waits =
      "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    await eventually(async () => done || (await world.sql(waits)).length > 0);

    const start = max === null ? undefined : Number(max);
    const page = (after?: number) => application.ok<ReportView[]>('getReports', { after, limit: 100 });
    const before = await page(start);
    await slow.query('COMMIT');
    await slow.end();
    await reporting;
    const after = await page(before.at(-1)?.reportId ?? start);
    const seen = [...before, ...after].map((report) => report.messageId);
    expect(seen).toEqual([one.messageId, other.messageId]);
  });

  it('is resolved, dismissed and opened again by the application', async () => {
    const { alice, messageId } = await offence();
    const { reportId } = await alice.ok<MessageReportedView>('reportMessage', { messageId });
    for (const status of ['resolved', 'dismissed', 'open', 'resolved']) {
      const report = await application.ok<ReportView>('updateReport', { reportId, status });
      expect(report).toMatchObject({ reportId, status, message: { content: 'an insult' } });
      expect(await application.ok('updateReport', { reportId, status })).toEqual(report);
      expect(await reportsOf(messageId)).toEqual([report]);
    }
    expect(await application.refused('updateReport', { reportId: 987_654_321, status: 'open' })).toBe(
      'NOT_FOUND',
    );
    expect(await application.refused('updateReport', { reportId, status: 'gone' })).toBe('VALIDATION_FAILED');
  });

  it('is updated over one connection', async () => {
    const { alice, messageId } = await offence();
    const { reportId } = await alice.ok<MessageReportedView>('reportMessage', { messageId });
    const runs = jest.spyOn(Database.prototype, 'run');
    // The second time it is no change.
    for (let time = 0; time < 2; time++)
      await application.ok('updateReport', { reportId, status: 'resolved' });
    const beside = runs.mock.calls.filter(([{ name }]) => name === 'directory.ownIds');
    runs.mockRestore();
    expect(beside).toEqual([]);
  });
});
