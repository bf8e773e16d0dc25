import type { ShownMessage } from './contents.queries.js';

/** Most characters of a title and of a text: together, whatever they are, far from the 4 KiB that push services take. */
const MAX_TITLE = 80;
const MAX_BODY = 240;

const NO_PREVIEW = { title: 'New message', body: null };

/** The words of a push; without preview none that somebody wrote. */
export function textOf(message: ShownMessage, preview: boolean): { title: string; body: string | null } {
  if (!preview) return NO_PREVIEW;
  const { isDirect, title, senderId, senderName, content } = message;
  const sender = senderName ?? (senderId === null ? null : `User ${senderId}`);
  const text = content.trim() === '' ? NO_PREVIEW.title : content;
  if (isDirect) return { title: short(sender ?? NO_PREVIEW.title, MAX_TITLE), body: short(text, MAX_BODY) };
  const body = sender === null ? text : `${short(sender, MAX_TITLE)}: ${text}`;
  return { title: short(title ?? 'Group', MAX_TITLE), body: short(body, MAX_BODY) };
}

/** What is said of chats of which nothing is shown. */
export const moreText = (chats: number): { title: string; body: string } => ({
  title: chats === 1 ? '1 more chat' : `${chats} more chats`,
  body: 'With unread messages',
});

/** No character is cut in two. */
function short(text: string, most: number): string {
  const characters = [...text.slice(0, 4 * most)];
  return characters.length <= most && text.length <= 4 * most
    ? text
    : `${characters.slice(0, most - 1).join('')}…`;
}
