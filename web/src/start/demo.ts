import type { AnsweredChat, Message, User } from '@chat-api/client';
import { rest } from '../app/rest';

const NAMES = ['Alice Ahmadi', 'Bob Brandt', 'Carol Costa', 'Dave Dlamini'];

/** Who says what; a third one: the line that it answers. */
type Line = [who: number, text: string, answers?: number];

const HIKE: Line[] = [
  [0, 'Who comes along on Saturday? The forecast is *good*.'],
  [1, 'I do! When does the train leave?'],
  [0, '8:12 from the main station. Platform 4.', 1],
  [2, 'That is early ☕'],
  [3, 'The view is worth it.'],
];
const MAP: Line[] = [
  [1, 'Shall I bring the map?'],
  [0, 'Yes please, and the thermos.'],
  [1, 'Done. See you on Saturday!'],
];
const PHOTOS: Line[] = [
  [2, 'Thank you for the photos!'],
  [0, 'The one by the lake is my favourite.'],
  [2, 'Mine too 🙂'],
];

/** Makes four people and three short chats, as any application would: through the API. */
export async function makeDemo(): Promise<User[]> {
  const users: User[] = [];
  for (const name of NAMES) users.push(await rest<User>('POST', '/users', { name }));
  const id = (who: number) => users[who]!.id;
  const direct = (one: number, other: number) =>
    rest<AnsweredChat>('POST', '/chats', { user1Id: id(one), user2Id: id(other) }, id(one));
  const say = async (chat: AnsweredChat, lines: Line[]) => {
    const sent: Message[] = [];
    for (const [who, content, answers] of lines) {
      const replyToId = answers === undefined ? undefined : sent[answers]?.id;
      sent.push(await rest<Message>('POST', `/chats/${chat.id}/messages`, { content, replyToId }, id(who)));
    }
    return sent;
  };
  await say(await direct(2, 0), PHOTOS);
  await say(await direct(0, 1), MAP);
  const group = { title: 'Weekend hike', memberIds: [id(1), id(2), id(3)] };
  const hike = await say(await rest<AnsweredChat>('POST', '/chats', group, id(0)), HIKE);
  const last = hike.at(-1);
  if (last) await rest('PUT', `/messages/${last.id}/reactions/${encodeURIComponent('👍')}`, {}, id(0));
  return users;
}
