import type { ChatView } from '../../src/contract/index.js';
import { type Client, eventually, type World } from './world.js';

export interface Group {
  chatId: number;
  owner: Client;
  /** The other members, in the order of the member list. */
  members: Client[];
}

/** A group of online users, with so many members besides the owner. */
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

/** Creates users by one statement, for groups with more members than sockets. */
export async function manyPeople(world: World, count: number): Promise<number[]> {
  const ids = Array.from({ length: count }, () => world.newId());
  await world.sql('INSERT INTO users (id) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING', [ids]);
  return ids;
}

/** Waits until the client has got a message with that content. Returns all messages up to it. */
export async function heardUpTo(client: Client, content: string): Promise<string[]> {
  const heard: string[] = [];
  const take = () => {
    for (const message of client.unread('newMessage') as { content: string }[]) heard.push(message.content);
    return heard.includes(content);
  };
  await eventually(take);
  return heard;
}
