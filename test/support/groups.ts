import type { ChatView } from '../../src/contract/index.js';
import { type Client, eventually, type World } from './world.js';

export interface Group {
  chatId: number;
  owner: Client;
  /** The others, in the order in which they are members. */
  members: Client[];
}

/** A group of people who are online, with so many besides its owner. */
export async function groupOf(world: World, others: number, fields: object = {}): Promise<Group> {
  const [owner, ...members] = await Promise.all(Array.from({ length: others + 1 }, () => world.person()));
  const { id } = await owner!.ok<ChatView>('createGroup', {
    title: 'A group',
    memberIds: members.map(({ userId }) => userId),
    ...fields,
  });
  await Promise.all(members.map((member) => member.next('newChat')));
  return { chatId: id, owner: owner!, members };
}

/** Makes people by one statement: for groups larger than the people at sockets. */
export async function manyPeople(world: World, count: number): Promise<number[]> {
  const ids = Array.from({ length: count }, () => world.newId());
  await world.sql('INSERT INTO users (id) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING', [ids]);
  return ids;
}

/** Waits until the client has heard a message with that content; all that it heard until then. */
export async function heardUpTo(client: Client, content: string): Promise<string[]> {
  const heard: string[] = [];
  const take = () => {
    for (const message of client.unread('newMessage') as { content: string }[]) heard.push(message.content);
    return heard.includes(content);
  };
  await eventually(take);
  return heard;
}
