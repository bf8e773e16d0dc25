import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { MessageView } from '../../src/contract/index.js';
import { isSigned, type Manner, type Received, Receiver, waysToBeDown } from '../support/receiver.js';
import { StatementLog } from '../support/statements.js';
import { type Client, eventually, World } from '../support/world.js';

const SECRET = `whsec_${randomBytes(32).toString('base64')}`;

const answer = (response: ServerResponse, body: unknown) =>
  void response
    .writeHead(200, { 'content-type': 'application/json' })
    .end(typeof body === 'string' ? body : JSON.stringify(body));

interface Asked {
  chat: { id: number; type: string } | null;
  sender: { id: number };
  receiver: { id: number } | null;
  message: { id: number | null; content: string; metadata: unknown; clientId: string | null };
}

const asked = ({ body }: Received) => body.data as unknown as Asked;

describe('Before a message is sent', () => {
  let receiver: Receiver;
  let world: World;
  let alice: Client;
  let bob: Client;
  let chatId: number;
  const variables = () => ({
    BEFORE_SEND_URL: receiver.url,
    BEFORE_SEND_SECRET: SECRET,
    // As long as a slow machine takes between two steps of a test.
    BEFORE_SEND_TIMEOUT_MS: '2500',
    BEFORE_SEND_MAX_IN_FLIGHT: '100',
    OUTBOUND_ALLOW: '127.0.0.1',
    OUTBOUND_PORTS: 'any',
  });
  beforeAll(async () => {
    receiver = await Receiver.start();
    world = await World.start(variables());
    ({ alice, bob, chatId } = await world.pair());
  });
  beforeEach(() => {
    receiver.came.length = 0;
    receiver.manner = () => 204;
  });
  afterAll(async () => {
    await world.stop();
    await receiver.stop();
  });

  const verdict =
    (body: unknown): Manner =>
    (_, response) =>
      answer(response, body);
  const send = (input: Record<string, unknown>) => alice.ok<MessageView>('sendMessage', { chatId, ...input });
  const stored = async (messageId: number) => {
    const rows = await world.sql<{ content: string }>('SELECT content FROM messages WHERE id = $1', [
      messageId,
    ]);
    return rows[0]!.content;
  };
  const counted = async (outcome: string) => {
    const { text } = await world.http.get('/metrics').expect(200);
    return Number(new RegExp(`chat_before_send_total{outcome="${outcome}"} (\\d+)`).exec(text)![1]);
  };

  describe('the application is asked, with a signature', () => {
    it('and lets it through', async () => {
      for (const manner of [() => 204, verdict({ action: 'allow' })]) {
        receiver.manner = manner;
        await send({ content: 'Hello!', metadata: { a: 1 }, clientId: `c-${Math.random()}` });
      }
      const [first, second] = receiver.came;
      expect(isSigned(first!, SECRET)).toBe(true);
      expect(first!.id).not.toBe(second!.id);
      expect(first!.body).toMatchObject({
        type: 'beforeSend',
        timestamp: expect.any(String) as string,
        data: {
          chat: { id: chatId, type: 'direct', externalId: null },
          sender: { id: alice.userId },
          receiver: { id: bob.userId },
          message: { id: null, content: 'Hello!', metadata: { a: 1 }, replyToId: null },
        },
      });
    });

    it('and refuses it in words of its own, over sockets and REST; nothing is stored', async () => {
      receiver.manner = verdict({ action: 'refuse', code: 'SPAM', reason: 'No advertising here.' });
      const error = {
        code: 'REFUSED_BY_APPLICATION',
        details: { code: 'SPAM', reason: 'No advertising here.' },
      };
      const content = 'buy this';
      expect(await alice.ask('sendMessage', { chatId, content })).toMatchObject({ ok: false, error });
      const { body } = await world.http
        .post(`/chats/${chatId}/messages`)
        .send({ senderId: alice.userId, content })
        .expect(403);
      expect(body).toMatchObject({ error });
      expect(await world.sql('SELECT 1 FROM messages WHERE content = $1', [content])).toEqual([]);
      receiver.manner = verdict({ action: 'refuse' });
      expect(await alice.ask('sendMessage', { chatId, content })).toMatchObject({
        error: { details: { code: null, reason: null } },
      });
    });

    it('and changes it: for the sender, for the others, in the history', async () => {
      receiver.manner = verdict({ action: 'replace', content: 'darn', metadata: { checked: true } });
      const message = await send({ content: 'damn', clientId: 'replaced' });
      expect(message).toMatchObject({ content: 'darn', metadata: { checked: true }, clientId: 'replaced' });
      await bob.settled();
      expect(bob.unread('newMessage')).toContainEqual(
        expect.objectContaining({ id: message.id, content: 'darn' }),
      );
      expect(await stored(message.id)).toBe('darn');
      // A repeat is recognised by what was sent, and not asked about again.
      const before = receiver.came.length;
      receiver.manner = verdict({ action: 'refuse' });
      expect(await send({ content: 'damn', clientId: 'replaced' })).toMatchObject({
        id: message.id,
        content: 'darn',
      });
      expect(receiver.came.length).toBe(before);
      receiver.manner = () => 204;
      expect(await alice.refused('sendMessage', { chatId, content: 'other', clientId: 'replaced' })).toBe(
        'IDEMPOTENCY_MISMATCH',
      );
      receiver.manner = verdict({ action: 'replace', metadata: {} });
      expect(await send({ content: 'kept', metadata: { a: 1 } })).toMatchObject({
        content: 'kept',
        metadata: null,
      });
    });

    it('and changes nothing by what the message is already: it is let through', async () => {
      const counts = async () => [await counted('allowed'), await counted('replaced')];
      const [allowed, replaced] = await counts();
      const metadata = { b: { c: [1.5] }, a: null };
      receiver.manner = verdict({
        action: 'replace',
        content: 'same',
        metadata: { a: null, b: { c: [1.5] } },
      });
      const { id } = await send({ content: 'same', metadata, clientId: 'same' });
      receiver.manner = verdict({ action: 'replace', metadata: {} });
      await send({ content: 'without' });
      expect(await counts()).toEqual([allowed! + 2, replaced]);
      const [row] = await world.sql('SELECT "originalHash", metadata FROM messages WHERE id = $1', [id]);
      expect(row).toEqual({ originalHash: null, metadata });
    });

    it('and what it was sent as is written with the message, in one statement', async () => {
      receiver.manner = verdict({ action: 'replace', content: 'darn', metadata: { mentions: [bob.userId] } });
      const log = new StatementLog();
      await send({ content: 'damn', metadata: { a: 1 }, clientId: 'one-statement' });
      expect(log.take()).toEqual(['hooks.aboutSend', 'messages.sendReplaced']);
      log.stop();
    });

    it('and two repeats at the same time, at two nodes, are one message, whatever each was replaced by', async () => {
      const other = await World.start({ ...variables(), DATABASE_URL: world.config.database.url! });
      try {
        const there = await other.person(alice.userId);
        const answers: (() => void)[] = [];
        receiver.manner = (_, response) => {
          const content = `changed ${answers.length}`;
          answers.push(() => answer(response, { action: 'replace', content }));
        };
        const input = { chatId, content: 'at two', metadata: { b: 1.5, a: [null] }, clientId: 'at-two' };
        const sending = [alice, there].map((client) => client.ok<MessageView>('sendMessage', input));
        await eventually(() => answers.length === 2);
        for (const go of answers) go();
        const [one, two] = await Promise.all(sending);
        expect(two).toEqual(one);
        expect(await there.refused('sendMessage', { ...input, content: 'x' })).toBe('IDEMPOTENCY_MISMATCH');
        expect(await stored(one!.id)).toBe(one!.content);
      } finally {
        await other.stop();
      }
    });

    it('and two repeats at the same time are one message', async () => {
      let nth = 0;
      receiver.manner = (_, response) => answer(response, { action: 'replace', content: `changed ${nth++}` });
      const input = { content: 'twice', clientId: 'twice' };
      const [one, other] = await Promise.all([send(input), send(input)]);
      expect(one.id).toBe(other.id);
      expect(one.content).toBe(other.content);
    });

    it('and is asked about changes of messages', async () => {
      const { id } = await send({ content: 'first', metadata: { a: 1 } });
      receiver.came.length = 0;
      receiver.manner = verdict({ action: 'replace', content: 'second, checked' });
      const edited = await alice.ok('editMessage', { messageId: id, content: 'second' });
      expect(edited).toMatchObject({ content: 'second, checked', metadata: { a: 1 } });
      expect(receiver.came.map(({ body }) => body)).toMatchObject([
        { type: 'beforeEdit', data: { message: { id, content: 'second', metadata: { a: 1 } } } },
      ]);
      receiver.manner = verdict({ action: 'refuse', reason: 'No.' });
      expect(await alice.refused('editMessage', { messageId: id, content: 'third' })).toBe(
        'REFUSED_BY_APPLICATION',
      );
      expect(await stored(id)).toBe('second, checked');
    });

    it('and not about what is not theirs, nor about what it sends itself', async () => {
      const stranger = await world.person();
      expect(await stranger.refused('sendMessage', { chatId, content: 'x' })).toBe('NOT_FOUND');
      const { id } = await send({ content: 'mine' });
      receiver.came.length = 0;
      expect(await bob.refused('editMessage', { messageId: id, content: 'x' })).toBe('FORBIDDEN');
      await world.http.post(`/chats/${chatId}/system-messages`).send({ content: 'Hello' }).expect(201);
      expect(receiver.came).toEqual([]);
    });
  });

  describe('when there is no verdict, the message is sent as it is', () => {
    const none: [string, Manner][] = [
      ...waysToBeDown,
      ['refuses the signature', () => 401],
      ['answers with nothing', () => 200],
      ['answers with no JSON', verdict('{"action":')],
      ['answers with too much', verdict({ action: 'allow', more: 'x'.repeat(140_000) })],
      ['answers with too deep a text', verdict(`${'['.repeat(40)}${']'.repeat(40)}`)],
      ['has another action', verdict({ action: 'delete' })],
      ['has no action', verdict(null)],
      ['changes nothing', verdict({ action: 'replace' })],
      ['has content that is too long', verdict({ action: 'replace', content: 'x'.repeat(10_001) })],
      ['has content that is blank', verdict({ action: 'replace', content: ' ' })],
      ['has content that is no text', verdict({ action: 'replace', content: 7 })],
      ['has metadata that is none', verdict({ action: 'replace', metadata: [1] })],
      ['mentions nobody', verdict({ action: 'replace', metadata: { mentions: ['external:x'] } })],
      ['has a reason that is too long', verdict({ action: 'refuse', reason: 'x'.repeat(501) })],
      ['has a code that is none', verdict({ action: 'refuse', code: 'a b' })],
    ];
    it('whatever it is that the application does', async () => {
      const failed = await counted('failed');
      const manners = new Map(none);
      receiver.manner = (received, response) =>
        manners.get(asked(received).message.content)!(received, response);
      // At the same time: some take all the time that there is.
      const sent = await Promise.all(none.map(([content]) => send({ content })));
      expect(await Promise.all(sent.map(({ id }) => stored(id)))).toEqual(none.map(([content]) => content));
      expect(sent.map(({ seq }) => seq)).toEqual(sent.map((_, nth) => sent[0]!.seq + nth));
      expect(await counted('failed')).toBe(failed + none.length);
    });
  });

  describe('what is slow', () => {
    /** Answers about slow messages when `go` is called. */
    function slowly(): { go: () => void } {
      const waiting: ServerResponse[] = [];
      receiver.manner = (received, response) => {
        if (!asked(received).message.content.startsWith('slow')) return 204;
        waiting.push(response);
        return undefined;
      };
      return { go: () => waiting.forEach((response) => response.writeHead(204).end()) };
    }

    it('holds neither other chats of the same person nor other people in the chat, and keeps the order in its own', async () => {
      const carol = await world.person();
      const other = await alice.ok<{ id: number }>('createChat', {
        user1Id: alice.userId,
        user2Id: carol.userId,
      });
      const { go } = slowly();
      const slow = send({ content: 'slow 1' });
      // By its receiver, it is the same chat.
      const behind = alice.ok<MessageView>('sendMessage', { receiverId: bob.userId, content: 'behind it' });
      await alice.ok('sendMessage', { chatId: other.id, content: 'elsewhere' });
      const ofBob = await bob.ok<MessageView>('sendMessage', { chatId, content: 'of somebody else' });
      await eventually(() => receiver.came.length === 4);
      go();
      const [first, second] = await Promise.all([slow, behind]);
      expect([ofBob.seq, first.seq, second.seq]).toEqual([ofBob.seq, ofBob.seq + 1, ofBob.seq + 2]);
    });

    it('keeps the order of messages that open a chat', async () => {
      const dave = await world.person();
      const { go } = slowly();
      const sent = ['slow 1', '2'].map((content) =>
        alice.ok<MessageView>('sendMessage', { receiverId: dave.userId, content }),
      );
      await eventually(() => receiver.came.length === 2);
      expect(asked(receiver.came[0]!)).toMatchObject({ chat: null, receiver: { id: dave.userId } });
      go();
      expect((await Promise.all(sent)).map(({ seq }) => seq)).toEqual([1, 2]);
    });

    it('is bounded: a chat has a quarter of it, and what comes beyond has no verdict', async () => {
      const busy = await counted('busy');
      const { go } = slowly();
      const sent = Array.from({ length: 27 }, (_, nth) => send({ content: `slow ${nth}` }));
      await eventually(() => receiver.came.length === 25);
      expect(await counted('busy')).toBe(busy + 2);
      const { text } = await world.http.get('/metrics').expect(200);
      expect(text.includes('chat_before_send_in_flight 25')).toBe(true);
      go();
      const seqs = (await Promise.all(sent)).map(({ seq }) => seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    });
  });
});
