import { isDeepStrictEqual } from 'node:util';
import { type Arena, type Fault, portsOf } from '../arena.js';
import type { Attempt, SendRecord } from '../history.js';
import { Device } from '../load/device.js';
import { type Message, RETRIED } from '../protocol.js';

const DEVICES = 10;
const SENDS_A_DEVICE = 5;
const SENDER = 1;

export const fault: Fault = {
  title: 'the same clientId 50 times at once, spread over the nodes',
  expected: 'one row, identical answers',
  async run(arena) {
    const ports = portsOf(await arena.serve());
    const devices = Array.from(
      { length: DEVICES },
      (_, i) =>
        new Device(
          SENDER,
          `device ${i + 1}`,
          ports[i % ports.length] ?? 0,
          arena.history,
          arena.randomOf('device', i),
        ),
    );
    try {
      const end = performance.now() + 10_000;
      for (const device of devices) await device.whenConnected(() => performance.now() > end);
      const rounds = arena.scale(200, 60);
      let different = 0;
      // Every other round goes to a new user, so the chat has to be opened too, once.
      for (let round = 0; round < rounds; round++) {
        different += await sendAtOnce(arena, devices, round, round % 2 === 0 ? 1_000 + round : 2);
      }
      arena.expect(
        different === 0,
        `in ${different} of ${rounds} rounds the answers were not all ok and identical`,
      );
    } finally {
      for (const device of devices) device.close();
    }
  },
};

/** Every device sends the same message several times. @returns 0 if all answers are ok and identical, else 1. */
async function sendAtOnce(
  { history }: Arena,
  devices: readonly Device[],
  round: number,
  receiverId: number,
): Promise<number> {
  const clientId = `round-${round}`;
  const send: SendRecord = { senderId: SENDER, clientId, content: `text ${clientId}`, attempts: [] };
  history.sends.push(send);
  const payload = { senderId: SENDER, receiverId, clientId, content: send.content };
  const replies = await Promise.all(
    Array.from({ length: SENDS_A_DEVICE }, () => devices)
      .flat()
      .map(async (device) => {
        const attempt: Attempt = Object.assign(device.begin('sendMessage'), {
          sentAtWall: Date.now(),
          place: null,
        });
        send.attempts.push(attempt);
        const reply = await device.ask<Message>('sendMessage', payload, attempt);
        if (reply.kind === 'ok') {
          const { id, chatId, seq, version } = reply.data;
          attempt.place = { id, chatId, seq };
          history.told(chatId, version, id);
        }
        return reply;
      }),
  );
  const answers = replies.flatMap((reply) => (reply.kind === 'ok' ? [reply.data] : []));
  for (const reply of replies) {
    if (reply.kind === 'error' && !RETRIED.has(reply.code)) history.refused(reply.record);
  }
  const areSame = answers.every((answer) => isDeepStrictEqual(answer, answers[0]));
  return answers.length === replies.length && areSame ? 0 : 1;
}
