import type { ChatListItem } from '@chat-api/client';

/** `now`: by the server's clock. */
export const isSilenced = ({ silencedUntil }: ChatListItem, now: number): boolean =>
  silencedUntil !== null && Date.parse(silencedUntil) > now;

/** Whether one may write there now: a silence that is over no longer counts, although nobody says so. */
export function mayWrite(chat: ChatListItem, now: number): boolean {
  if (chat.canSend || chat.silencedUntil === null || isSilenced(chat, now)) return chat.canSend;
  return chat.sending === 'all' || chat.role !== 'member';
}

/** The same for reactions, which are free where only admins write. */
export const mayReact = (chat: ChatListItem, now: number): boolean =>
  chat.canReact || (chat.silencedUntil !== null && !isSilenced(chat, now));
