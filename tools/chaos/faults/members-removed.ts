import { setTimeout as sleep } from 'node:timers/promises';
import { type Arena, type Fault, type Nodes, portsOf } from '../arena.js';
import type { Device } from '../load/device.js';
import { Ear } from '../load/ear.js';

/** Most milliseconds until a message reaches an added member on a busy machine. */
const HEARD_WITHIN_MS = 5_000;

export const fault: Fault = {
  title: 'members of a group removed and added again while others write there',
  expected: 'no event of the group reaches the removed later than 1 s after the ack, on any node',
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
    const removals = counts.reduce((sum, count) => sum + count.removals, 0);
    const deaf = counts.reduce((sum, count) => sum + count.deaf, 0);
    const soon = counts.reduce((sum, { ear }) => sum + ear.soon, 0);
    const late = counts.flatMap(({ ear }) => ear.late);
    arena.note(`${removals} removals; ${soon} events came within the second after the ack`);
    arena.expect(removals > load.listeners.length, 'too few members were removed');
    arena.expect(deaf === 0, `${deaf} times a member got no message of the group`);
    arena.expect(
      late.length === 0,
      `${late.length} events reached a removed user more than 1 s after the ack: ${[...new Set(late)].join(', ')}`,
    );
  },
};

function load0({ loads }: Arena) {
  const [load] = loads;
  if (!load) throw new Error('Start a load first');
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

/** Removes and adds members until the time is over; half of all stay removed. A removed member got messages before. */
async function comeAndGo({ arena, nodes, chatId, owner, device, end }: Membership) {
  const random = arena.randomOf('comes and goes', device.userId);
  const ear = new Ear();
  const counts = { removals: 0, deaf: 0, ear };
  device.onEvent = (event, id) => {
    if (id === chatId) ear.hear(event, performance.now());
  };
  const members = `/chats/${chatId}/members`;
  while (performance.now() < end) {
    await sleep(random.between(100, 800));
    if (!(await arena.until(() => ear.messages > 0, HEARD_WITHIN_MS))) counts.deaf++;
    await random.pick(nodes).request('DELETE', `${members}/${device.userId}`, owner);
    ear.removed(performance.now());
    counts.removals++;
    await sleep(random.between(1_200, 2_500));
    if (performance.now() > end && random.chance(0.5)) break;
    ear.added();
    await random.pick(nodes).request('POST', members, owner, { userIds: [device.userId] });
  }
  return counts;
}
