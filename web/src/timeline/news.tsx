import type { Room } from '@chat-api/client';
import { useChat, useMe } from '@chat-api/client/react';
import { type RefObject, useEffect, useMemo } from 'react';
import { makeTeller } from '../parts/announcer';
import { more } from '../text/en-more';
import { en } from '../text/en';
import { plainOf } from '../text/text';
import type { Anchored } from './anchored';
import { isSystem, streamOf } from './rows';

/** So much of a message is said to readers. */
const SAID = 200;

interface Props {
  room: Room;
  view: RefObject<Anchored | null>;
  /** Puts the line "New" after this seq; null: takes it away. */
  divide: (seq: number | null) => void;
}

/** New messages of the open chat: said to readers, and marked as new while nobody looks. Escape says that they were read. */
export function News({ room, view, divide }: Props) {
  const client = useChat();
  const me = useMe()?.id;
  const teller = useMemo(() => makeTeller(more.chat.newMany), []);
  useEffect(
    () =>
      client.on('message', (message) => {
        if (message.chatId !== room.chatId || message.senderId === me) return;
        const name = message.senderId === null ? '' : (client.user(message.senderId).get()?.name ?? '');
        const text = plainOf(message.content).slice(0, SAID);
        const said = streamOf(message) === 'growing' && text === '' ? en.chat.stream.growing : text;
        if (!isSystem(message)) teller(more.chat.newOf(name, said));
        const { unread = 0, unreadSeq = 0 } = room.chat.get() ?? {};
        if (!document.hasFocus() && unread > 0) divide(unreadSeq);
      }),
    [client, room, me, teller, divide],
  );
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      // It closes what is open before the chat.
      if (document.querySelector('dialog[open], :popover-open')) return;
      const { lastSeq = 0 } = room.chat.get() ?? {};
      const atEnd = view.current?.stuck === true && room.timeline.get().live;
      if (lastSeq > 0 && (event.shiftKey || atEnd)) room.seen(lastSeq);
      divide(null);
      document.querySelector<HTMLElement>('.composer textarea')?.focus();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [room, view, divide]);
  return null;
}
