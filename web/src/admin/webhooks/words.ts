import type { Webhook } from '@chat-api/client';
import { agoOf, momentOf } from '../times';

/** What is told under a name of an event. */
export const EVENTS: Record<string, string> = {
  newMessage: 'A message was sent',
  messageEdited: 'A message was changed',
  messageDeleted: 'A message was deleted for everyone',
  reactionsChanged: 'A reaction came or went',
  newChat: 'A chat was made',
  chatUpdated: 'Title, picture or settings of a chat changed',
  chatDeleted: 'A chat was deleted',
  membersAdded: 'People came into a group',
  memberRemoved: 'Somebody left or was removed',
  memberUpdated: 'A role or a membership changed',
  'notification.due': 'People have not read a message for some time',
  webhookDisabled: 'Another webhook was disabled, because its receiver was down for days or wants no events',
};

const ERRORS: Record<string, string> = {
  ADDRESS_REFUSED: 'This server may not call that address: OUTBOUND_ALLOW says which it may.',
  EAI_AGAIN: 'The name of the host could not be looked up.',
  ECONNREFUSED: 'Nobody listens at this address and port.',
  ECONNRESET: 'The connection was broken off.',
  ECUT: 'The answer broke off.',
  ENOTFOUND: 'There is no host of this name.',
  ETIMEDOUT: 'There was no answer in time.',
};

/** What an error of a try means; null: its code says all that is known. */
export function meaningOf(error: string): string | null {
  if (Object.hasOwn(ERRORS, error)) return ERRORS[error]!;
  if (/CERT|TLS|SSL|SIGNATURE/.test(error))
    return 'Its certificate is not trusted, has expired, or is for another name.';
  const status = Number(/^HTTP (\d{3})$/.exec(error)?.[1]);
  if (status >= 300 && status < 400) return 'It redirects, and redirects are not followed.';
  if (status === 401 || status === 403) return 'It does not take the signature: does it have this secret?';
  if (status === 404) return 'There is nothing at this path.';
  if (status === 410) return 'It wants no events any more.';
  if (status === 429) return 'It was too fast for it.';
  if (status >= 500) return 'It failed itself: its own log says why.';
  return null;
}

export const withMeaning = (error: string): string => {
  const meaning = meaningOf(error);
  return meaning === null ? `${error}.` : `${error}. ${meaning}`;
};

/** How it stands with a webhook that is sent nothing at the moment; null: it is sent all. */
export function standingOf(webhook: Webhook, now = Date.now()): string | null {
  const { status, failures, failingSince, nextTryAt, lastError } = webhook;
  if (status === 'on') return null;
  if (status === 'disabled') {
    const why =
      lastError === null
        ? 'It was disabled.'
        : lastError === 'HTTP 410'
          ? 'Its receiver wants no events any more: HTTP 410.'
          : `Its receiver was down for too long: ${withMeaning(lastError)}`;
    return `${why} It is sent nothing until it is enabled.`;
  }
  const why =
    lastError === null ? 'Its receiver is down.' : `Its receiver is down: ${withMeaning(lastError)}`;
  const tries = failures === 1 ? 'One try failed' : `${failures} tries failed`;
  const since = failingSince === null ? '' : `, the first ${agoOf(failingSince, now)}`;
  const next =
    nextTryAt === null || Date.parse(nextTryAt) <= now
      ? 'it is tried now'
      : `the next is ${agoOf(nextTryAt, now)}`;
  return `${why} ${tries}${since}; ${next}. What happens meanwhile waits for it, in order.`;
}

/** Where it is sent to, short: without the protocol. */
export function placeOf(url: string): { host: string; path: string } {
  const { host, pathname, search } = new URL(url);
  return { host, path: `${pathname === '/' ? '' : pathname}${search}` };
}

/** What a webhook is called here: what it is for, else where it is. */
export const nameOf = ({ description, url }: Pick<Webhook, 'description' | 'url'>): string =>
  description === null || description === '' ? placeOf(url).host : description;

export const missedText = (at: string): string =>
  `On ${momentOf(at)} it was moved past events: it had not heard of them for SINK_KEEP_DAYS. Read what you need of the chats again.`;
