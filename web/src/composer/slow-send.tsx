import type { ChatListItem, Room } from '@chat-api/client';
import { useChat, useMe, useReadable } from '@chat-api/client/react';
import { type RefObject, useEffect, useState } from 'react';
import { SendIcon } from '../parts/icons';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { isStored, isSystem } from '../timeline/rows';

interface Props {
  room: Room;
  chat: ChatListItem;
  can: boolean;
  send: () => void;
  /** Whether the next message has to wait. */
  waits: RefObject<boolean>;
}

/** The button that sends, in a group with slow mode: it counts down to when the next message may go. */
export function SlowSend({ room, chat, can, send, waits }: Props) {
  const client = useChat();
  const me = useMe()?.id;
  const { items } = useReadable(room.timeline);
  const [now, setNow] = useState(() => client.now());
  const last = items.findLast(
    ({ message, status }) => message.senderId === me && !isSystem(message) && status !== 'failed',
  )?.message;
  // What is not stored yet has the time of this device.
  const sentAt = last ? Date.parse(last.createdAt) + (isStored(last) ? 0 : client.now() - Date.now()) : 0;
  const left = Math.ceil((sentAt + chat.slowModeSeconds * 1_000 - Math.max(now, client.now())) / 1_000);
  const slow = left > 0;
  waits.current = slow;
  useEffect(() => {
    if (!slow) return undefined;
    const timer = setInterval(() => setNow(client.now()), 250);
    return () => clearInterval(timer);
  }, [slow, client]);
  useEffect(() => () => void (waits.current = false), [waits]);
  if (slow)
    return (
      <span
        className="slow"
        role="timer"
        aria-label={more.composer.slow(left)}
        title={more.composer.slow(left)}
      >
        {clockOf(left)}
      </span>
    );
  return (
    <button
      type="button"
      className="icon-button send"
      aria-label={en.composer.send}
      disabled={!can}
      onClick={send}
    >
      <SendIcon size={20} />
    </button>
  );
}

/** `42`, `4:05`, `1:04:05` */
function clockOf(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return minutes > 0 ? `${minutes}:${two(seconds % 60)}` : String(seconds);
}
