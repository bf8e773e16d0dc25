import { RawClient } from './raw-client.js';
import type { Address } from './operations.js';
import type { Sender } from './send-load.js';

/** Most handshakes at the same time. */
const OPENING = 50;

interface Answer {
  ok?: boolean;
  data?: { id?: number };
  error?: { code?: string; message?: string };
}

/** Opens sockets and sends `userOnline` on each, as the user that `userIdOf` gives for the n-th. */
export async function openPeople(
  port: number,
  count: number,
  userIdOf: (index: number) => number,
): Promise<RawClient[]> {
  const clients: RawClient[] = [];
  for (let first = 0; first < count; first += OPENING) {
    const group = Array.from({ length: Math.min(OPENING, count - first) }, (_, i) => first + i);
    clients.push(
      ...(await Promise.all(
        group.map(async (index) => {
          const client = await RawClient.open(port, index);
          expectOk('userOnline', await client.call('userOnline', userIdOf(index)));
          return client;
        }),
      )),
    );
  }
  return clients;
}

/** Sends `userOffline` on each socket that is still connected, so that the server has nothing left to do for them. */
export async function sayGoodbye(clients: RawClient[]): Promise<void> {
  const here = clients.filter(({ lost }) => lost === undefined);
  for (let first = 0; first < here.length; first += OPENING) {
    const group = here.slice(first, first + OPENING);
    await Promise.all(
      group.map(async (client) => expectOk('userOffline', await client.call('userOffline', {}))),
    );
  }
}

/** Opens the direct chat of each pair (0 with 1, 2 with 3, …); everyone sends to their partner. */
export async function pairUp(clients: RawClient[], firstUserId: number, address: Address): Promise<Sender[]> {
  const senders: Sender[] = [];
  for (let i = 0; i + 1 < clients.length; i += 2) {
    const [a, b] = [clients[i], clients[i + 1]];
    if (!a || !b) break;
    const [user1Id, user2Id] = [firstUserId + i, firstUserId + i + 1];
    const chat = expectOk('createChat', await a.call('createChat', { user1Id, user2Id }));
    const to = (receiver: number): string =>
      address === 'chat' ? `"chatId":${String(chat.data?.id)}` : `"receiverId":${receiver}`;
    senders.push({ client: a, addressing: `"senderId":${user1Id},${to(user2Id)}` });
    senders.push({ client: b, addressing: `"senderId":${user2Id},${to(user1Id)}` });
  }
  return senders;
}

/** Creates a group of all users; all may send, the first is the owner. Returns a reason if the server has no groups. */
export async function makeGroup(
  clients: RawClient[],
  firstUserId: number,
): Promise<{ chatId: number; senders: Sender[] } | { chatId: null; reason: string }> {
  const [owner] = clients;
  if (!owner) return { chatId: null, reason: 'no members' };
  const body = {
    userId: firstUserId,
    title: 'Benchmark group',
    memberIds: clients.map((_, index) => firstUserId + index),
  };
  let answer: Answer;
  try {
    answer = (await owner.call('createGroup', body)) as Answer;
  } catch (error) {
    return { chatId: null, reason: error instanceof Error ? error.message : String(error) };
  }
  const chatId = answer.data?.id;
  if (!answer.ok || chatId === undefined) {
    return { chatId: null, reason: `createGroup answered ${answer.error?.code ?? 'without an id'}` };
  }
  const senders = clients.map((client, index) => ({
    client,
    addressing: `"senderId":${firstUserId + index},"chatId":${chatId}`,
  }));
  return { chatId, senders };
}

export function expectOk(command: string, answer: unknown): Answer {
  const given = answer as Answer;
  if (given.ok !== true) throw new Error(`${command} answered ${JSON.stringify(answer)}`);
  return given;
}
