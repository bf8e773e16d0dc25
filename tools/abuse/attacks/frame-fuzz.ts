import { setTimeout as sleep } from 'node:timers/promises';
import { attackOf } from '../attack.js';
import { mutated } from '../attacker/mutations.js';
import { Budget, type Stage } from '../attacker/stage.js';
import { attackerAddress } from '../wire/address.js';
import { ChatSocket } from '../wire/chat-socket.js';
import { clientFrame, OPCODE, textFrame } from '../wire/frames.js';

const LINES = 6;
const CASES_PER_SECOND = 60;

/** The share of cases whose frame is changed, head and all; else only the packet in it. */
const RAW_SHARE = 0.3;

/** Milliseconds without an answer and without an end. The second look at a difference is patient. */
const SILENT_AFTER_MS = 700;
const PATIENT_MS = 4_000;

interface Data {
  people: { id: number; token: string }[];
  otherId: number;
}

/** What a connection did about some bytes: closed, went on, or waits for more of them; and its answers if it went on. */
async function outcomeOf(
  stage: Stage<Data>,
  node: number,
  nth: number,
  bytes: Buffer,
  silentAfterMs: number,
) {
  const { people } = stage.data;
  const { token = '' } = people[nth % people.length] ?? {};
  const endpoint = stage.socketEndpoint(node, attackerAddress(nth % 20));
  const socket = await ChatSocket.connect(endpoint, token);
  if (!socket) return null;
  const answers: string[] = [];
  socket.onAnswer = (ack, code) => answers.push(`${ack} ${code}`);
  socket.connection.write(bytes);
  const probed = socket.ask('getVisibility').then((answer) => (answer ? 'goes on' : 'closed'));
  const state = await Promise.race([probed, sleep(silentAfterMs, 'waits')]);
  socket.close();
  if (answers.some((answer) => answer.endsWith('RATE_LIMITED'))) return null;
  return state === 'goes on' ? `goes on: ${answers.sort().join(', ')}` : state;
}

async function compare(stage: Stage<Data>, nth: number, bytes: Buffer): Promise<void> {
  for (const silentAfterMs of [SILENT_AFTER_MS, PATIENT_MS]) {
    const [fast, stock] = await Promise.all(
      [0, 1].map((node) => outcomeOf(stage, node, nth, bytes, silentAfterMs)),
    );
    if (fast === null || stock === null) return stage.tally.refuse('a case was refused');
    if (fast === stock) return void stage.tally.served++;
    if (silentAfterMs === PATIENT_MS)
      stage.tally.expect(false, `${bytes.toString('base64')}: fast "${fast}", stock "${stock}"`);
  }
}

export const attack = attackOf<Data>({
  title:
    'frames and packets with random changes, on a node with the fast wire and on one with the stock wire',
  expected: 'both close the same connections, and answer the same to the others',
  fate: 'held',
  others: [{ SOCKET_WIRE: 'stock' }],
  prepare: async (scene) => {
    const [otherId = 0] = await scene.people(1);
    return { people: await scene.persons(8), otherId };
  },
  run: async (stage) => {
    const { otherId } = stage.data;
    const templates = [
      `421["sendMessage",{"receiverId":${otherId},"content":"hello é 😀"}]`,
      `42["sendMessage",{"receiverId":${otherId},"content":"hello"}]`,
      '422["getChats",{"limit":5}]',
      '423["getPresence",{"userIds":[1,2,3]}]',
      '424["noSuchCommand",1]',
      '430[{"ok":true}]',
      '451-["sendMessage",{"_placeholder":true,"num":0}]',
      '40/nowhere,',
      '3',
    ];
    const budget = new Budget(stage, CASES_PER_SECOND);
    let next = 0;
    const line = async (): Promise<void> => {
      while (!stage.isOver) {
        await budget.take(1);
        const { random } = stage;
        const packet = Buffer.from(random.pick(templates));
        const opcode = random.chance(0.9) ? OPCODE.text : random.pick(Object.values(OPCODE));
        const bytes = random.chance(RAW_SHARE)
          ? mutated(textFrame(packet.toString()), random)
          : clientFrame(opcode, mutated(packet, random));
        await compare(stage, next++, bytes);
      }
    };
    await Promise.all(Array.from({ length: LINES }, line));
    stage.tally.notes.push(`${stage.tally.served} cases were the same on both`);
  },
});
