import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, type Fault, type Nodes, portsOf } from '../arena.js';
import type { Device } from '../load/device.js';

/** Milliseconds after the ack of a removal from which on nothing of the group may come. */
const SILENT_AFTER_MS = 1_000;

export const fault: Fault = {
  title: 'members of a group removed and added again while others write there',
  expected: 'no message after the ack of the removal + 1 s reaches the removed, on any node',
  async run(arena) {
    arena.membersStay = false;
    const nodes = await arena.serve();
    let chatId = 0;
    let owner = 0;
    const load = await arena.load({
      ports: portsOf(nodes),
      listeners: 8,
      thinkMs: 30,
      group: async (userIds) => {
        const listening = new Set(load0(arena).listeners.map(({ userId }) => userId));
        owner = userIds.find((userId) => !listening.has(userId)) ?? 0;
        const group = { userId: owner, memberIds: userIds, title: 'Chaos' };
        ({ id: chatId } = await nodes[0].request<{ id: number }>('POST', '/chats', owner, group));
        return chatId;
      },
    });
    const end = performance.now() + arena.scale(30_000, 10_000);
    const counts = await Promise.all(
      load.listeners.map((device) => comeAndGo({ arena, nodes, chatId, owner, device, end })),
    );
    const total = (kind: 'removals' | 'soon' | 'late'): number =>
      counts.reduce((sum, count) => sum + count[kind], 0);
    arena.note(
      `${total('removals')} removals; ${total('soon')} messages came within the second after the ack`,
    );
    arena.expect(total('removals') > load.listeners.length, 'hardly anybody was removed');
    arena.expect(
      total('late') === 0,
      `${total('late')} messages reached somebody removed, more than 1 s later`,
    );
  },
};

function load0({ loads }: Arena) {
  const [load] = loads;
  if (!load) throw new Error('There is no load yet');
  return load;
}

interface Membership {
  arena: Arena;
  nodes: Nodes;
  chatId: number;
  owner: number;
  device: Device;
  end: number;
}

/** Removed and added until the time is over; half of all stay removed. */
async function comeAndGo({ arena, nodes, chatId, owner, device, end }: Membership) {
  const { random } = arena;
  const counts = { removals: 0, soon: 0, late: 0 };
  let silentFrom = Infinity;
  device.onPush = (message) => {
    const after = performance.now() - silentFrom;
    if (message.chatId !== chatId || after < 0) return;
    if (after > SILENT_AFTER_MS) counts.late++;
    else counts.soon++;
  };
  const members = `/chats/${chatId}/members`;
  while (performance.now() < end) {
    await sleep(random.between(100, 800));
    await random.pick(nodes).request('DELETE', `${members}/${device.userId}`, owner);
    silentFrom = performance.now();
    counts.removals++;
    await sleep(random.between(1_200, 2_500));
    if (performance.now() > end && random.chance(0.5)) break;
    silentFrom = Infinity;
    await random.pick(nodes).request('POST', members, owner, { userIds: [device.userId] });
  }
  return counts;
}
