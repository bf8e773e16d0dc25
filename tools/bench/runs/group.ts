import { authorize } from '../results.js';
import { includes, inTurns, leave, per, perSecond, runParams, type Context } from './context.js';

const FIRST_USER_ID = 100_001;
/**
 * At a fixed rate both servers wait for work equally often, and a turn mostly writes one frame to each reader. With
 * four in flight they are busy, and the frames of a turn go out together.
 */
const LOADS = [
  { title: '50 msgs/s', load: { rate: 50 } },
  { title: '4 in flight', load: { inFlight: 4 } },
];

/** One member sends, all others receive: measures the server's cost of a delivered copy. */
export async function runGroup(context: Context): Promise<void> {
  const { options, progress, results } = context;
  const size = options.groupSize;
  const subjects = (['ours', 'relay'] as const).filter((name) => includes(context, name));
  const without = new Set<string>();
  for (const { title: load, load: how } of LOADS) {
    for (let round = 0; round < options.rounds; round++) {
      for (const subject of inTurns(subjects, round)) {
        if (without.has(subject)) continue;
        const title = `group of ${size}, ${load}, round ${round + 1}, ${subject}`;
        progress.during(title);
        const server = await context.fleet.server(subject);
        const group = await context.load.request('openGroup', {
          port: server.port,
          size,
          firstUserId: FIRST_USER_ID,
        });
        if (group.chatId === null) {
          without.add(subject);
          await leave(context.load, subject, server);
          results.notes.push(`Group of ${size} skipped for ${subject}: ${group.reason}`);
          progress.line(`group of ${size} skipped for ${subject}: ${group.reason}`);
          continue;
        }
        const result = await context.load.request('run', {
          ...runParams(context, server.pid, how),
          senders: 1,
        });
        await leave(context.load, subject, server);
        authorize(results, title, result.counts);
        const serverUsPerCopy = per(result.copies, result.cpu.server);
        results.group.push({
          subject,
          round,
          size,
          load,
          copiesPerSecond: perSecond(result.copies, result),
          serverUsPerCopy,
          ack: result.ack,
          receive: result.receive,
          counts: result.counts,
        });
        progress.line(
          `${title}: ${perSecond(result.copies, result).toFixed(0)} copies/s, ` +
            `${serverUsPerCopy?.toFixed(2) ?? '?'} µs of server CPU a copy`,
        );
      }
    }
  }
}
