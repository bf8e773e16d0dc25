import type { Evidence, HeldMessage, Verdict } from './evidence.js';
import { groupBy } from './group-by.js';
import { placeOf, type SendRecord } from './history.js';

/** Checks a run. A pure function: the same evidence gives the same verdict. */
export function check(evidence: Evidence): Verdict {
  return {
    lost: findLost(evidence),
    doubled: findDoubled(evidence),
    gaps: [...findGaps(evidence), ...findSkipped(evidence), ...evidence.clashes],
    inversions: findInversions(evidence),
    unanswered: findUnanswered(evidence),
    unequal: [...findUnequal(evidence), ...findMiscounted(evidence)],
  };
}

function findLost({ sends, changes, messages, pages }: Evidence): string[] {
  const lost: string[] = [];
  const byId = new Map(messages.map((message) => [message.id, message]));
  const paged = new Map([...pages].map(([chatId, ids]) => [chatId, new Set(ids)]));
  for (const send of sends) {
    const place = placeOf(send);
    if (!place) continue;
    const row = byId.get(place.id);
    const what = `message ${place.id} (chat ${place.chatId}, seq ${place.seq}) was acked`;
    if (!row) lost.push(`${what} and is not in the database`);
    else if (row.chatId !== place.chatId || row.seq !== place.seq || row.clientId !== send.clientId) {
      lost.push(`${what} and is in the database as chat ${row.chatId}, seq ${row.seq}`);
    } else if (!row.edited && !row.deleted && row.content !== send.content) {
      lost.push(`${what} and has another text`);
    }
    if (!paged.get(place.chatId)?.has(place.id)) lost.push(`${what} and the API does not page to it`);
  }
  for (const { command, messageId, version } of changes) {
    const row = byId.get(messageId);
    if (row && row.version >= version) continue;
    lost.push(`${command} of message ${messageId} was acked as version ${version} and is gone`);
  }
  return lost;
}

function findDoubled({ sends, messages }: Evidence): string[] {
  const doubled: string[] = [];
  const known = new Set(sends.map(({ senderId, clientId }) => `${senderId} ${clientId}`));
  const keys = new Set<string>();
  const texts = new Map<string, number>();
  for (const { id, senderId, clientId, content, deleted, system } of messages) {
    if (system) continue;
    const key = `${senderId} ${clientId}`;
    if (keys.has(key)) doubled.push(`message ${id} has the key ${clientId} of another one`);
    keys.add(key);
    if (!known.has(key)) doubled.push(`message ${id} was never sent`);
    const duplicate = deleted ? undefined : texts.get(content);
    if (duplicate !== undefined) doubled.push(`messages ${duplicate} and ${id} have one text`);
    if (!deleted) texts.set(content, id);
  }
  for (const send of sends) {
    const first = placeOf(send);
    for (const { place } of send.attempts) {
      if (!place || !first || (place.id === first.id && place.seq === first.seq)) continue;
      doubled.push(
        `${send.clientId} was answered with message ${first.id} (seq ${first.seq}) and ${place.id} (seq ${place.seq})`,
      );
    }
  }
  return doubled;
}

function findGaps({ messages, chats, pages }: Evidence): string[] {
  const gaps: string[] = [];
  const byChat = groupBy(messages, ({ chatId }) => chatId);
  const bySeq = new Map(messages.map(({ id, seq }) => [id, seq]));
  for (const chat of chats) {
    const rows = (byChat.get(chat.id) ?? []).toSorted((a, b) => a.seq - b.seq);
    rows.forEach(({ seq }, index) => {
      if (seq !== index + 1) gaps.push(`chat ${chat.id} has seq ${seq} in place ${index + 1}`);
    });
    if (rows.length !== chat.lastSeq) {
      gaps.push(`chat ${chat.id} has ${rows.length} messages and lastSeq ${chat.lastSeq}`);
    }
    const versions = new Set(rows.map(({ version }) => version));
    if (versions.size !== rows.length) gaps.push(`chat ${chat.id} has two messages of one version`);
    // A chat is created at version 1; every message takes one version, and changes take more.
    const highest = Math.max(1, ...versions);
    if (highest > chat.version || chat.version < rows.length + 1) {
      gaps.push(`chat ${chat.id} is at version ${chat.version}, its messages at ${highest}`);
    }
    const seqs = (pages.get(chat.id) ?? []).map((id) => bySeq.get(id));
    if (seqs.length !== rows.length || seqs.some((seq, index) => seq !== index + 1)) {
      gaps.push(`the API pages through ${seqs.length} of ${rows.length} messages of chat ${chat.id}`);
    }
  }
  return gaps;
}

/**
 * Versions of a direct chat that no event or ack carried. The chat is created at version 1, each change of a message
 * takes the next, and each change is repeated until an answer has its version. Groups also have changes of members.
 */
function findSkipped({ chats, told }: Evidence): string[] {
  return chats.flatMap(({ id, version, counted }) => {
    if (counted.length === 0) return [];
    const known = told.get(id);
    const skipped: number[] = [];
    for (let next = 2; next <= version; next++) if (!known?.has(next)) skipped.push(next);
    return skipped.length === 0
      ? []
      : [`chat ${id} is at version ${version}, and no event or ack carried ${skipped.join(', ')}`];
  });
}

/**
 * Two rules. Sends of one connection that were answered at the first attempt are stored in the order in which they were
 * emitted. And across all connections, a message that was acked before another was first emitted comes before it.
 */
function findInversions({ sends, receivers }: Evidence): string[] {
  const inversions = receivers.flatMap(({ faults }) => faults);
  const acked = sends.flatMap((send) => {
    const [first] = send.attempts;
    const place = placeOf(send);
    return first && place ? [{ ...place, first, ackedAt: firstAckAt(send) }] : [];
  });

  const lines = groupBy(
    acked.filter(({ first }) => first.outcome === 'ok'),
    ({ first, chatId }) => `${first.connection} ${chatId}`,
  );
  for (const line of lines.values()) {
    line.sort((a, b) => a.first.nr - b.first.nr);
    for (let i = 1; i < line.length; i++) {
      const [before, after] = [line[i - 1]!, line[i]!];
      if (after.seq > before.seq) continue;
      inversions.push(
        `message ${after.id} (seq ${after.seq}) was sent after ${before.id} (seq ${before.seq})`,
      );
    }
  }

  for (const [chatId, inChat] of groupBy(acked, (message) => message.chatId)) {
    inChat.sort((a, b) => b.seq - a.seq);
    let earliestAck = Infinity;
    for (const { id, seq, first, ackedAt } of inChat) {
      if (first.sentAt > earliestAck) {
        inversions.push(
          `message ${id} (chat ${chatId}, seq ${seq}) stands before one acked before it was sent`,
        );
      }
      earliestAck = Math.min(earliestAck, ackedAt);
    }
  }
  return inversions;
}

function firstAckAt(send: SendRecord): number {
  return Math.min(...send.attempts.map(({ place, answeredAt }) => (place && answeredAt) ?? Infinity));
}

function findUnanswered({ commands, answerWithinMs }: Evidence): string[] {
  return commands.flatMap(({ command, userId, outcome, sentAt, answeredAt }) => {
    if (outcome === 'silent') return [`${command} of user ${userId} got no answer`];
    const ms = answeredAt === null ? 0 : answeredAt - sentAt;
    return ms > answerWithinMs
      ? [`${command} of user ${userId} was answered after ${Math.round(ms)} ms`]
      : [];
  });
}

function findUnequal({ messages, chats, receivers }: Evidence): string[] {
  const unequal: string[] = [];
  const stored = new Map(chats.map((chat) => [chat.id, chat]));
  const rows = groupBy(messages, ({ chatId }) => chatId);
  for (const { device, memberOf, chats: held } of receivers) {
    const mine = new Set(memberOf);
    const has = new Set(held.map(({ chatId }) => chatId));
    for (const id of mine) if (!has.has(id)) unequal.push(`${device} does not know chat ${id}`);
    for (const chat of held) {
      const inChat = `${device}, chat ${chat.chatId}:`;
      if (!mine.has(chat.chatId)) unequal.push(`${inChat} is not theirs`);
      const version = stored.get(chat.chatId)?.version;
      if (version !== chat.version) unequal.push(`${inChat} version ${chat.version} instead of ${version}`);
      const known = new Map(chat.messages.map((message) => [message.id, message]));
      const visible = (rows.get(chat.chatId) ?? []).filter(({ seq }) => seq >= chat.fromSeq);
      for (const row of visible) {
        const message = known.get(row.id);
        known.delete(row.id);
        if (!message) unequal.push(`${inChat} message ${row.id} (seq ${row.seq}) is missing`);
        else if (shown(message) !== shown(row)) {
          unequal.push(`${inChat} message ${row.id} is ${shown(message)} instead of ${shown(row)}`);
        }
      }
      const surplus = [...known.values()].filter(({ seq }) => seq >= chat.fromSeq);
      for (const { id } of surplus) unequal.push(`${inChat} message ${id} is not in the database`);
    }
  }
  return unequal;
}

function shown({ seq, version, senderId, clientId, content, reactions, ...rest }: HeldMessage): string {
  const { edited, deleted } = rest;
  return JSON.stringify([seq, version, senderId, clientId, content, reactions, edited && !deleted, deleted]);
}

function findMiscounted({ messages, chats }: Evidence): string[] {
  const sent = new Map<string, number>();
  for (const { chatId, senderId } of messages) {
    const key = `${chatId} ${senderId}`;
    sent.set(key, (sent.get(key) ?? 0) + 1);
  }
  return chats.flatMap(({ id, counted }) =>
    counted.flatMap(({ userId, sent: said }) => {
      const is = sent.get(`${id} ${userId}`) ?? 0;
      return said === is ? [] : [`chat ${id} counts ${said} messages of user ${userId}, there are ${is}`];
    }),
  );
}
