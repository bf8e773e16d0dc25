import type { ErasureView, MessageView } from '../../src/contract/index.js';
import { expectNoGaps, writerInGroups } from '../support/bulk.js';
import { expectUnreadRight, tracesOf } from '../support/erasures.js';
import { HeldChanges } from '../support/held-changes.js';
import { type Node, ownNodes } from '../support/programs.js';

jest.setTimeout(240_000);

const posixOnly = process.platform === 'win32' ? describe.skip : describe;

/** Of groups of their own, more than one part. */
const MESSAGES = 250;
const OWN_GROUPS = 5;

/** Of each kind besides: notes about the person, reactions, mentions. */
const OTHERS = 4;

posixOnly('An erasure whose process is killed in each of its steps', () => {
  const nodes = ownNodes();
  /** Without what would note things of the person meanwhile. */
  const start = () => nodes.start({ SINKS: 'off', INBOX: 'off' });
  let people = 0;
  let node: Node | undefined;

  async function ask<T = unknown>(
    node: Node,
    method: string,
    path: string,
    as: number | null,
    body?: object,
  ) {
    const headers = {
      'content-type': 'application/json',
      ...(as === null ? {} : { 'x-user-id': String(as) }),
    };
    const response = await fetch(`${node.rest}${path}`, { method, headers, body: JSON.stringify(body) });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer as T;
  }

  /** Somebody who wrote to groups of their own, and who left traces of every kind in a group of somebody else. */
  async function somebody(node: Node): Promise<{ id: number; word: string }> {
    const id = ++people * 1_000;
    const word = `Zaphodine${people}`;
    await writerInGroups(nodes.url, { id, word, messages: MESSAGES, groups: OWN_GROUPS });
    const { id: group } = await ask<{ id: number }>(node, 'POST', '/chats', id + 1, {
      title: 'of somebody else',
      memberIds: [id, id + 2],
    });
    await ask(node, 'PATCH', `/chats/${group}/members/${id}`, id + 1, { role: 'admin' });
    for (let nr = 1; nr <= OTHERS; nr++) {
      const { id: messageId } = await ask<MessageView>(node, 'POST', `/chats/${group}/messages`, id + 1, {
        content: `message ${nr}`,
        metadata: { mentions: [id] },
      });
      await ask(node, 'PUT', `/messages/${messageId}/reactions/${encodeURIComponent('👍')}`, id);
      await ask(node, 'PATCH', `/chats/${group}`, id, { title: `title ${nr}` });
    }
    for (const other of [id, id + 1]) {
      await ask(node, 'POST', '/chats', id, { user1Id: id, user2Id: other });
    }
    await nodes.sql.query(
      `WITH a AS (INSERT INTO user_blocks ("userId", "blockedId") VALUES ($1, $1::bigint + 2), ($1::bigint + 2, $1)),
       b AS (INSERT INTO notification_preferences ("userId") VALUES ($1)),
       c AS (INSERT INTO push_targets ("userId", kind, token) VALUES ($1, 'fcm', $2))
       INSERT INTO idempotency_keys ("actorId", key, command, "bodyHash") VALUES ($1, $2, 'blockUser', 'h')`,
      [id, word],
    );
    return { id, word };
  }

  // What the other steps do is the same in both modes. The changes of the row in `messages` are by turns what was done, with
  // it, and how far it is, after it: so once a part is undone, and once it is done and nobody knows it.
  it.each([
    { messages: 'erase', kills: { messages: 3, mentions: 2, chats: 3 } },
    { messages: 'keep', kills: { messages: 2, reactions: 3, notes: 2, rows: 3 } },
  ] as const)('ends as if nothing had happened, with `$messages`', async ({ messages, kills }) => {
    node ??= await start();
    const { id, word } = await somebody(node);
    let erasureId: number | undefined;
    const stepsOfKills: string[] = [];
    for (const [step, change] of Object.entries(kills)) {
      const when = `OLD.step = '${step}' AND OLD."leasedBy" = NEW."leasedBy"`;
      const held = await HeldChanges.begin(nodes.url, { table: 'erasures', when, from: change });
      node ??= await start();
      if (erasureId === undefined) {
        const path = `/users/${id}?messages=${messages}`;
        ({ id: erasureId } = await ask<ErasureView>(node, 'DELETE', path, null));
      }
      await held.holding();
      const { rows } = await nodes.sql.query<{ step: string }>('SELECT step FROM erasures WHERE id = $1', [
        erasureId,
      ]);
      stepsOfKills.push(rows[0]!.step);
      await nodes.kill(node);
      node = undefined;
      await held.cut();
      await held.end();
      // Another node need not wait for the lease of the dead one to end.
      await nodes.sql.query('UPDATE erasures SET "leasedUntil" = now() WHERE id = $1', [erasureId]);
    }
    expect(stepsOfKills).toEqual(Object.keys(kills));
    node = await start();
    const { counts } = await nodes.until<{ counts: ErasureView['counts']; done: boolean }>(
      `SELECT counts, "doneAt" IS NOT NULL AS done FROM erasures WHERE id = $1`,
      [erasureId],
      ({ done }) => done,
    );
    expect(counts).toMatchObject({
      [messages === 'keep' ? 'kept' : 'messages']: MESSAGES,
      reactions: OTHERS,
      mentions: OTHERS,
      directChats: 2,
      // Both blocks, and a row of each other table.
      rows: 5,
    });
    expect(counts.notes).toBeGreaterThan(OTHERS);
    const left = messages === 'keep' ? [`messages.content (${word})`] : [];
    expect(await tracesOf(nodes.url, id, [word])).toEqual(left);
    await expectUnreadRight(nodes.url);
    await expectNoGaps(nodes.url);
  });
});
