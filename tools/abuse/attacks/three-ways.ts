import { attackOf } from '../attack.js';
import type { Stage } from '../attacker/stage.js';
import { ChatSocket } from '../wire/chat-socket.js';
import { PollingSession, SEPARATOR } from '../wire/polling.js';

/** Milliseconds between two rounds: far below every limit. */
const ROUND_EVERY_MS = 1_000;

interface Data {
  /** One for each way, all in the same situation. */
  people: { id: number; token: string; otherId: number; chatId: number }[];
}

type Person = Data['people'][number];

/** Commands, right and wrong, as the arguments of a packet. */
function packetsOf({ id, otherId, chatId }: Person): string[] {
  return [
    `["sendMessage",{"receiverId":${otherId},"content":"é 😀 \\u0041"}]`,
    `["sendMessage",{"chatId":${chatId},"content":""}]`,
    `["sendMessage",{"chatId":"${chatId}","content":"by a text","clientId":"not a key"}]`,
    `["sendMessage",{"senderId":${otherId},"chatId":${chatId},"content":"of somebody else"}]`,
    `["sendMessage",{"chatId":${chatId},"content":"${'x'.repeat(10_001)}"}]`,
    `["getMessages",{"chatId":${chatId},"limit":3}]`,
    '["getMessages",{"chatId":1e20}]',
    '["getMessages",{"chatId":{"$ne":1}}]',
    `["getChats",${id}]`,
    `["getChats","${id}"]`,
    `["getChats",${otherId}]`,
    '["getPresence",{"userIds":[]}]',
    '["sync",{"versions":{"__proto__":1}}]',
    '["noSuchCommand",{"a":[1,2,3]}]',
    '["__proto__"]',
    `["markAsSeen",{"chatId":${chatId}}]`,
    '["markAsSeen",{}]',
    `["typing",{"chatId":${chatId},"typing":true}]`,
    `["createChat",{"user1Id":${id},"user2Id":${otherId}}]`,
    `["sendMessage",${'['.repeat(5_000)}${']'.repeat(5_000)}]`,
  ];
}

/** The parts of an answer that are the same for everybody. */
function shapeOf(packet: string): [number, string] {
  const [, ack = '', json = ''] = /^43(\d+)\[([\s\S]*)\]$/.exec(packet) ?? [];
  const { ok, data, error } = JSON.parse(json) as { ok: boolean; data?: unknown; error?: { code: string } };
  return [Number(ack), ok ? `ok ${keysOf(data)}` : (error?.code ?? '')];
}

/** A list has the keys of its items. */
function keysOf(data: unknown): string {
  const [first] = Array.isArray(data) ? (data as unknown[]) : [data];
  return Object.keys(first ?? {})
    .sort()
    .join();
}

async function overWebsocket(stage: Stage<Data>, node: number, person: Person): Promise<string[] | null> {
  const socket = await ChatSocket.connect(stage.socketEndpoint(node), person.token, stage.tally);
  if (!socket) return null;
  const packets = packetsOf(person);
  const shapes = await new Promise<string[]>((resolve) => {
    const found: string[] = [];
    let missing = packets.length;
    socket.onAnswer = (ack, _code, packet) => {
      const [, shape] = shapeOf(packet);
      found[ack] = shape;
      if (--missing === 0) resolve(found);
    };
    packets.forEach((packet, ack) => socket.tell(`42${ack}${packet}`));
    void socket.connection.closed.then(() => resolve(['closed']));
  });
  socket.close();
  return shapes;
}

async function overPolling(stage: Stage<Data>, person: Person): Promise<string[] | null> {
  const session = await PollingSession.connect(stage.socketEndpoint(), person.token, stage.tally);
  if (!session) return null;
  const packets = packetsOf(person);
  const shapes: string[] = [];
  let missing = packets.length;
  await session.post(packets.map((packet, ack) => `42${ack}${packet}`).join(SEPARATOR));
  while (missing > 0) {
    const body = await session.poll();
    if (body === null) return ['closed'];
    for (const packet of body.split(SEPARATOR)) {
      if (!packet.startsWith('43')) continue;
      const [ack, shape] = shapeOf(packet);
      shapes[ack] = shape;
      missing--;
    }
  }
  await session.post('1');
  return shapes;
}

export const attack = attackOf<Data>({
  title: 'the same packets, right and wrong, by the fast wire, by the stock wire and by long polling',
  expected: 'the answers are the same',
  fate: 'held',
  others: [{ SOCKET_WIRE: 'stock' }],
  prepare: async (scene) => ({
    people: await scene.all([0, 1, 2], async () => {
      const person = await scene.person();
      const [otherId = 0] = await scene.people(1);
      return { ...person, otherId, chatId: await scene.directChat(person.id, otherId) };
    }),
  }),
  run: async (stage) => {
    const [one, two, three] = stage.data.people;
    if (!one || !two || !three) throw new Error('there is nobody');
    while (!stage.isOver) {
      const ways = await stage.inTime(
        Promise.all([overWebsocket(stage, 0, one), overWebsocket(stage, 1, two), overPolling(stage, three)]),
      );
      if (ways) {
        const [fast, stock, polling] = ways.map((shapes) => JSON.stringify(shapes));
        stage.tally.expect(fast === stock, `fast ${fast}, stock ${stock}`);
        stage.tally.expect(fast === polling, `fast ${fast}, polling ${polling}`);
      }
      await stage.pause(ROUND_EVERY_MS);
    }
    stage.tally.expect(stage.tally.served > 0, 'nothing was answered');
  },
});
