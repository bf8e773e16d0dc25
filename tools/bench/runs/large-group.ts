import type { Doing } from '../load/operations.js';
import { authorize, judgeAnswers } from '../results.js';
import type { Subject } from '../subjects/subject.js';
import { includes, inTurns, leave, per, perSecond, runParams, type Context } from './context.js';
import { written } from './written.js';

const FIRST_USER_ID = 300_001;
/** Members of a group in which a receipt is still pushed to all. */
const PUSHED_TO_ALL = 100;
/** Messages that 50 members, and then all, mark as seen one after the other. */
const MARKED = 40;
const LOADS = [
  { title: '20 msgs/s', load: { rate: 20 } },
  { title: 'saturated', load: { inFlight: 1 } },
];
const SENDERS = [1, 50];
/** Sends in flight of a single sender at the maximum rate. */
const ALONE_IN_FLIGHT = 4;

/** A group of a thousand connected members: the cost of a message, a receipt, typing, a join and a removal. */
export async function runLargeGroup(context: Context): Promise<void> {
  const { options } = context;
  const subjects = (['ours', 'relay'] as const).filter((name) => includes(context, name));
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of inTurns(subjects, round)) {
      const server = await context.fleet.server(subject);
      await open(context, server, options.largeGroup);
      for (const senders of SENDERS) {
        for (const { title, load } of LOADS) {
          const inFlight = senders === 1 ? ALONE_IN_FLIGHT : 1;
          await send(context, server, {
            subject,
            round,
            senders,
            title,
            load: 'rate' in load ? load : { inFlight },
          });
        }
      }
      if (subject === 'ours') await commands(context, server, round);
      await leave(context.load, subject, server);
    }
  }
  if (subjects.includes('ours')) await rows(context);
}

interface Sending {
  subject: 'ours' | 'relay';
  round: number;
  senders: number;
  title: string;
  load: { rate: number } | { inFlight: number };
}

async function send(context: Context, server: Subject, sending: Sending): Promise<void> {
  const { progress, results, options } = context;
  const { subject, round, senders, title: load } = sending;
  const title = `group of ${options.largeGroup}, ${senders} sending, ${load}, round ${round + 1}, ${subject}`;
  progress.during(title);
  const result = await context.load.request('run', {
    ...runParams(context, server.pid, sending.load),
    senders,
  });
  authorize(results, title, result.counts);
  const { cpu, messages, copies } = result;
  results.largeGroup.push({
    subject,
    round,
    senders,
    load,
    perSecond: perSecond(messages, result),
    serverUs: per(messages, cpu.server),
    databaseUs: subject === 'relay' ? 0 : per(messages, cpu.database),
    serverUsPerCopy: per(copies, cpu.server),
    databaseUsPerCopy: subject === 'relay' ? 0 : per(copies, cpu.database),
    loadUsPerCopy: per(copies, cpu.load),
    ack: result.ack,
    receive: result.receive,
    last: result.last,
    counts: result.counts,
  });
  progress.line(
    `${title}: ${perSecond(messages, result).toFixed(0)} msgs/s, ` +
      `${per(copies, cpu.server)?.toFixed(2) ?? '?'} µs of server CPU a copy, last copy p99 ${result.last.p99.toFixed(1)} ms`,
  );
}

async function open(context: Context, server: Subject, size: number): Promise<void> {
  context.progress.during(`a group of ${size}`);
  const made = await context.load.request('openGroup', {
    port: server.port,
    size,
    firstUserId: FIRST_USER_ID,
  });
  if (made.chatId === null) throw new Error(`a group of ${size}: ${made.reason}`);
}

/** The other commands in a group. The group of all users is open. */
async function commands(context: Context, server: Subject, round: number): Promise<void> {
  const size = context.options.largeGroup;
  const first = await context.load.request('say', { messages: MARKED });
  context.results.otherSends += MARKED;
  await act(context, server, round, size, { kind: 'seen', people: 50, messageIds: first });
  const second = await context.load.request('say', { messages: MARKED });
  context.results.otherSends += MARKED;
  await act(context, server, round, size, { kind: 'seen', people: size, messageIds: second });
  await act(context, server, round, size, { kind: 'typing', people: 20, times: 100 });
  await act(context, server, round, size, {
    kind: 'members',
    memberId: FIRST_USER_ID + size - 1,
    times: 100,
  });
  await leave(context.load, 'ours', server);
  await open(context, server, PUSHED_TO_ALL);
  const third = await context.load.request('say', { messages: MARKED });
  context.results.otherSends += MARKED;
  await act(context, server, round, PUSHED_TO_ALL, {
    kind: 'seen',
    people: PUSHED_TO_ALL,
    messageIds: third,
  });
}

async function act(
  context: Context,
  server: Subject,
  round: number,
  size: number,
  doing: Doing,
): Promise<void> {
  const { cluster, progress, results } = context;
  const what = titleOf(doing);
  const title = `group of ${size}, ${what}`;
  progress.during(title);
  const watch = { serverPid: server.pid, postmasterPid: cluster.postmasterPid };
  const result = await context.load.request('do', { doing, watch });
  const { commands, cpu } = result;
  // Each removal and join also writes a system message.
  if (doing.kind === 'members') results.otherSends += commands;
  judgeAnswers(results, title, result.faults);
  const pushes = per(commands, result.pushes) ?? 0;
  results.groupCommands.push({
    round,
    size,
    what,
    commands,
    perSecond: perSecond(commands, { windowMs: result.ms }),
    serverUs: per(commands, cpu.server),
    databaseUs: per(commands, cpu.database),
    pushes,
    answers: result.answers,
  });
  progress.line(
    `${title}: ${per(commands, cpu.server)?.toFixed(0) ?? '?'} µs of server CPU each, ` +
      `${per(commands, cpu.database)?.toFixed(0) ?? '?'} µs of database, ${pushes.toFixed(1)} pushes`,
  );
}

function titleOf(doing: Doing): string {
  if (doing.kind === 'members') return 'removal and join';
  if (doing.kind === 'typing') return `typing by ${doing.people}`;
  return `receipts of ${doing.people}`;
}

/** Rows written per message: a thousand members need as many as two. */
async function rows(context: Context): Promise<void> {
  const { fleet, progress, results, options } = context;
  const url = fleet.oursDatabaseUrl;
  if (url === undefined) return;
  const server = await fleet.server('ours');
  await open(context, server, options.largeGroup);
  for (const senders of SENDERS) {
    progress.during(`rows per message in a group of ${options.largeGroup}, ${senders} sending`);
    const before = await written(url);
    const { counts } = await context.load.request('run', {
      ...runParams(context, server.pid, { rate: 20 }),
      senders,
    });
    authorize(results, `rows per message, ${senders} sending`, counts);
    results.otherSends += counts.acked;
    const after = await written(url);
    const messages = after.messages - before.messages;
    const sample = {
      size: options.largeGroup,
      senders,
      messages: messages / counts.acked,
      chats: (after.chats - before.chats) / messages,
      members: (after.members - before.members) / messages,
    };
    results.groupRows.push(sample);
    progress.line(
      `rows per message in a group of ${sample.size}, ${senders} sending: ${sample.messages.toFixed(2)} of messages, ` +
        `${sample.chats.toFixed(2)} of chats, ${sample.members.toFixed(2)} of chat_members`,
    );
  }
  await leave(context.load, 'ours', server);
}
