import type { ChatClient, Message } from '@chat-api/client';
import { useChat, useMe } from '@chat-api/client/react';
import { useEffect, useReducer } from 'react';
import { en } from '../text/en';

const list = new Intl.ListFormat('en', { type: 'conjunction' });

/** So many people are named; the rest is counted. */
const NAMED = 3;

interface Event {
  event: string;
  userId?: number;
  userIds?: number[];
  count?: number;
  role?: 'owner' | 'admin' | 'member';
  title?: string;
}

function idsOf({ senderId, metadata }: Message): number[] {
  const { userId, userIds = [] } = (metadata ?? {}) as Partial<Event>;
  const ids = [senderId, userId ?? null, ...userIds.slice(0, NAMED)];
  return [...new Set(ids.filter((id): id is number => typeof id === 'number'))];
}

/** A line of the server about a change of the chat, from its names; what the server wrote as the fallback. */
export function systemText(message: Message, nameOf: (id: number) => string): string {
  const {
    event,
    userId,
    userIds = [],
    count = userIds.length,
    role,
    title,
  } = (message.metadata ?? { event: '' }) as unknown as Event;
  const who = message.senderId === null ? en.system.app : nameOf(message.senderId);
  const named = userIds.slice(0, NAMED).map(nameOf);
  const whom = list.format(count > named.length ? [...named, en.system.others(count - named.length)] : named);
  switch (event) {
    case 'chatCreated':
    case 'groupCreated':
      return en.system.created(who);
    case 'membersAdded':
      return userIds.length === 1 && userIds[0] === message.senderId
        ? en.system.joined(who)
        : en.system.added(who, whom);
    case 'memberRemoved':
      return userId === undefined || userId === message.senderId
        ? en.system.left(userId === undefined ? who : nameOf(userId))
        : en.system.removed(who, nameOf(userId));
    case 'memberUpdated':
      return userId === undefined || !role
        ? message.content
        : en.system.role(who, nameOf(userId), en.system.roles[role]);
    case 'chatUpdated':
      return title ? en.system.renamed(who, title) : message.content || en.system.changed(who);
    default:
      return message.content;
  }
}

/** Names of people, who may be many: rendered again when one of them becomes known. */
export function useNames(ids: readonly number[]): (id: number) => string {
  const client: ChatClient = useChat();
  const me = useMe();
  const [, again] = useReducer((n: number) => n + 1, 0);
  const key = ids.join();
  useEffect(() => {
    const ends =
      key === '' ? [] : key.split(',').map((id) => client.user(Number(id)).subscribe(() => again()));
    return () => ends.forEach((end) => end());
  }, [client, key]);
  return (id) => (id === me?.id ? en.you : (client.user(id).get()?.name ?? en.unnamed(id)));
}

export function useSystemText(message: Message): string {
  return systemText(message, useNames(idsOf(message)));
}
