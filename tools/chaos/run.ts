import type { Arena, Fault, Size } from './arena.js';
import { check } from './checker.js';
import type { Verdict } from './evidence.js';
import { placeOf } from './history.js';
import { ANSWER_WITHIN_MS } from './load/device.js';
import { readTruth, type Truth } from './truth.js';

/** A fault and the number of nodes to run it on. */
export interface Trial {
  name: string;
  fault: Fault;
  size: Size;
}

/** The result of a trial. */
export interface Result {
  name: string;
  size: Size;
  sends: number;
  acked: number;
  /** Commands by the error code of their answer. */
  errors: Map<string, number>;
  reconnects: number;
  syncs: number;
  /** Seconds; null when nothing had to recover. */
  recovery: number | null;
  /** The slowest answer, in seconds. */
  slowest: number;
  verdict: Verdict;
  problems: string[];
  notes: string[];
}

const NOTHING: Verdict = { lost: [], doubled: [], gaps: [], inversions: [], unanswered: [], unequal: [] };

/** Runs a fault, lets everything settle, and checks what clients saw against what is stored. */
export async function runFault({ name, fault }: Trial, arena: Arena): Promise<Result> {
  let verdict = NOTHING;
  try {
    await fault.run(arena);
    arena.say('settling: old sends acked, replicas synced');
    for (const load of arena.loads) await load.settle();
    verdict = await authorize(arena);
    await fault.afterwards?.(arena);
  } catch (error) {
    arena.problems.push(
      `the fault did not finish: ${error instanceof Error ? error.message : String(error)}`,
    );
  } finally {
    await arena.close();
  }
  noteLogs(arena);
  return resultOf(name, arena, verdict);
}

async function authorize(arena: Arena): Promise<Verdict> {
  const { history, loads, nodes, databaseUrl } = arena;
  const [node] = nodes;
  if (!node) return NOTHING;
  const truth = await readTruth(databaseUrl, node.httpPort);
  const unacked = history.sends.filter((send) => placeOf(send) === null).length - history.refusals.length;
  arena.expect(unacked <= 0, `${unacked} sends were never acked, despite all retries`);
  arena.expect(history.abandoned === 0, `${history.abandoned} changes were never answered`);
  if (arena.connectionsStay)
    arena.expect(history.reconnects === 0, `${history.reconnects} connections of clients went and came back`);
  noteRetries(arena, truth);
  notePushes(arena, truth);
  const receivers = loads
    .flatMap(({ devices }) => devices)
    .map((device) => device.receiver(truth.chatsOf.get(device.userId) ?? []));
  return check({
    sends: history.sends,
    commands: history.commands.filter((command) => !history.isExcused(command)),
    changes: history.changes,
    clashes: history.clashes,
    told: history.versions,
    messages: truth.messages,
    chats: truth.chats,
    pages: truth.pages,
    receivers,
    answerWithinMs: ANSWER_WITHIN_MS,
  });
}

/** Shows that the fault had an effect: retries whose message was stored already. */
function noteRetries(arena: Arena, { storedAt }: Truth): void {
  const { history, notes } = arena;
  let retried = 0;
  let stored = 0;
  for (const send of history.sends) {
    const place = placeOf(send);
    const [, second] = send.attempts;
    if (!place || !second) continue;
    retried++;
    if ((storedAt.get(place.id) ?? Infinity) < second.sentAtWall) stored++;
  }
  if (retried > 0) notes.push(`${retried} messages were sent again, ${stored} of them were stored by then`);
  if (arena.answersAllTaken)
    arena.expect(stored === 0, `${stored} messages were stored, and their senders got no answer`);
  if (arena.answersAreLost)
    arena.expect(stored > 0, 'no retried message was stored already: no answer was lost');
}

/** Push is best effort, but if no connection and no member left, each message should have been pushed at once. */
function notePushes({ history, loads, nodes, notes, membersStay }: Arena, { chatsOf }: Truth): void {
  if (history.reconnects > 0 || nodes.length > 1 || !membersStay) return;
  const devices = loads.flatMap((load) => load.devices);
  const listeners = new Map<number, string[]>();
  for (const { userId, name } of devices) {
    for (const chatId of chatsOf.get(userId) ?? [])
      listeners.set(chatId, [...(listeners.get(chatId) ?? []), name]);
  }
  const silent = history.sends.filter((send) => {
    const place = placeOf(send);
    const origin = send.attempts[0]?.connection.replace(/ \d+$/, '');
    const others = place ? (listeners.get(place.chatId) ?? []).filter((name) => name !== origin) : [];
    return place !== null && others.some((name) => !history.pushes.has(`${name} ${place.id}`));
  });
  if (silent.length > 0)
    notes.push(`${silent.length} messages were stored and not pushed to everybody: sync brought them`);
}

function noteLogs({ nodes, notes, problems }: Arena): void {
  const lines = new Map<string, number>();
  for (const node of nodes) {
    problems.push(...node.faults);
    for (const [text, count] of node.log()) lines.set(text, (lines.get(text) ?? 0) + count);
  }
  for (const [text, count] of lines) notes.push(`log, ${count} times ${text}`);
}

function resultOf(name: string, arena: Arena, verdict: Verdict): Result {
  const { history, problems, notes, recovery } = arena;
  const errors = new Map<string, number>();
  let slowest = 0;
  for (const command of history.commands) {
    const { outcome, sentAt, answeredAt } = command;
    if (answeredAt === null) continue;
    if (!history.isExcused(command)) slowest = Math.max(slowest, answeredAt - sentAt);
    if (outcome !== null && outcome !== 'ok') errors.set(outcome, (errors.get(outcome) ?? 0) + 1);
  }
  return {
    name,
    size: arena.size,
    sends: history.sends.length,
    acked: history.sends.filter((send) => placeOf(send) !== null).length,
    errors,
    reconnects: history.reconnects,
    syncs: history.syncs,
    recovery,
    slowest: slowest / 1_000,
    verdict,
    problems: [...new Set([...problems, ...history.refusals])],
    notes,
  };
}
