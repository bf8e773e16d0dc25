import type { ChatListItem } from '@chat-api/client';
import { useMe, useUser } from '@chat-api/client/react';
import { en } from '../text/en';

/** What somebody is called. */
export function useName(id: number | null): string {
  const user = useUser(id ?? 0);
  if (id === null) return en.system.app;
  return user?.name ?? en.unnamed(id);
}

/** What a chat is called for this person. */
export function titleOf(chat: ChatListItem, me: number | undefined): string {
  if (chat.type === 'group') return chat.title ?? en.untitled;
  const other = chat.otherUser;
  if (!other || other.id === me) return en.notes;
  return other.name ?? en.unnamed(other.id);
}

export function useTitle(chat: ChatListItem | null): string {
  const me = useMe();
  return chat ? titleOf(chat, me?.id) : '';
}
