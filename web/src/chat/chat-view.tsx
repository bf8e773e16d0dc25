import type { Message, TimelineItem } from '@chat-api/client';
import { useChat, useMe, useReadable, useRoom, useUser } from '@chat-api/client/react';
import { type KeyboardEvent, lazy, useMemo, useRef, useState } from 'react';
import { usePreferences } from '../app/preferences';
import { go } from '../app/route';
import type { Where } from '../app/where';
import { Composer, type Mode } from '../composer/composer';
import { mayReact, mayWrite } from '../composer/rights';
import { announce } from '../parts/announcer';
import { titleOf } from '../parts/names';
import { en } from '../text/en';
import { isStored, isSystem } from '../timeline/rows';
import { Timeline } from '../timeline/timeline';
import { ChatHead } from './head';
import { later } from '../app/load-later';
import { Part } from '../parts/part';

const Faults = lazy(async () => ({ default: (await later()).Faults }));
const TypingLine = lazy(async () => ({ default: (await later()).TypingLine }));
const Details = lazy(() => import('./details'));
const Info = lazy(() => import('./message-info'));
const MessageMenu = lazy(() => import('./message-menu'));
const DeleteMessage = lazy(() => import('./delete-message'));
const Emoji = lazy(() => import('../emoji/picker'));

/** One chat: its head, its messages, what is being written, and its details beside it. */
export function ChatView({ where, seq }: { where: Where; seq: number | null }) {
  const client = useChat();
  const room = useRoom(where);
  const me = useMe();
  const chat = useReadable(room.chat);
  const error = useReadable(room.error);
  const { letters } = usePreferences();
  const direct = useUser(typeof where === 'number' ? 0 : where.direct);
  const [mode, setMode] = useState<Mode>({ kind: 'write' });
  const [details, setDetails] = useState(false);
  const [menu, setMenu] = useState<{ item: TimelineItem; anchor: HTMLElement } | null>(null);
  const [reacts, setReacts] = useState<{ message: Message; anchor: HTMLElement } | null>(null);
  const [deletes, setDeletes] = useState<Message | null>(null);
  const [info, setInfo] = useState<Message | null>(null);
  const [sent, setSent] = useState(0);
  const title = chat
    ? titleOf(chat, me?.id)
    : typeof where === 'object'
      ? where.direct === me?.id
        ? en.notes
        : (direct?.name ?? en.unnamed(where.direct))
      : '';

  const tell = useRef((_fault: unknown) => undefined as void);
  const todo = useMemo(() => {
    const quiet = (promise: Promise<unknown>) => void promise.catch((fault: unknown) => tell.current(fault));
    return {
      reply: (item: TimelineItem) =>
        isStored(item.message) && setMode({ kind: 'reply', message: item.message }),
      edit: (item: TimelineItem) => setMode({ kind: 'edit', item }),
      copy: (item: TimelineItem) => {
        navigator.clipboard?.writeText(item.message.content).then(
          () => announce(en.copied),
          () => undefined,
        );
      },
      unread: (item: TimelineItem) => {
        if (!isStored(item.message)) return;
        go(null);
        quiet(room.unseen(item.message.id));
      },
      info: (item: TimelineItem) => isStored(item.message) && setInfo(item.message),
      remove: (item: TimelineItem) =>
        isStored(item.message) ? setDeletes(item.message) : room.discard(item.key),
      hide: (item: TimelineItem) => isStored(item.message) && quiet(room.delete(item.message.id, 'me')),
      react: (item: TimelineItem, anchor: HTMLElement) =>
        isStored(item.message) && setReacts({ message: item.message, anchor }),
      toggle: (item: TimelineItem, emoji: string, mine: boolean) => {
        if (isStored(item.message))
          quiet(mine ? room.unreact(item.message.id, emoji) : room.react(item.message.id, emoji));
      },
      retry: (key: string) => room.retry(key),
      discard: (key: string) => room.discard(key),
      menu: (item: TimelineItem, anchor: HTMLElement) => {
        if (!isSystem(item.message)) setMenu({ item, anchor });
      },
    };
  }, [room]);

  const canWrite = !chat || mayWrite(chat, client.now());
  const canReact = !chat || mayReact(chat, client.now());
  const onKey = (event: KeyboardEvent<HTMLElement>, item: TimelineItem, row: HTMLElement) => {
    if (event.target !== row) return;
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isSystem(item.message)) return;
    if (key === 'Enter' || key === 'ContextMenu') setMenu({ item, anchor: row });
    else if (key === 'Delete') todo.remove(item);
    else if (letters) {
      const own = item.message.senderId === me?.id;
      const gone = isStored(item.message) && item.message.deletedAt !== null;
      const name = key.toLowerCase();
      if (name === 'r' && canWrite && !gone) todo.reply(item);
      else if (name === 'e' && own && canWrite && !gone) todo.edit(item);
      else if (key === '+' && canReact && !gone) todo.react(item, row);
      else if (name === 'c') todo.copy(item);
      else if (name === 'u') todo.unread(item);
      else return;
    } else return;
    event.preventDefault();
  };

  const editLast = () => {
    const last = room.timeline
      .get()
      .items.findLast(
        ({ message }) =>
          message.senderId === me?.id &&
          !isSystem(message) &&
          !(isStored(message) && message.deletedAt !== null),
      );
    if (last) setMode({ kind: 'edit', item: last });
  };

  // One was removed from it, or it was deleted, while it was open.
  const had = useRef(false);
  if (chat) had.current = true;
  if (error || (had.current && !chat))
    return (
      <div className="nothing">
        <h2>{en.chat.gone}</h2>
        <p className="soft">{en.chat.goneHelp}</p>
        <button type="button" className="button" onClick={() => go(null)}>
          {en.chat.back}
        </button>
      </div>
    );
  const isNotes = typeof where === 'object' ? where.direct === me?.id : chat?.otherUser?.id === me?.id;
  return (
    <div className="chat-columns">
      <section
        className={`chat-main${canWrite ? '' : ' no-writing'}${canReact ? '' : ' no-reacting'}`}
        aria-label={title}
      >
        <ChatHead
          where={where}
          chat={chat}
          title={title}
          open={details}
          toggle={() => setDetails(!details)}
        />
        <Timeline
          room={room}
          chat={chat}
          jump={seq}
          actions={todo}
          onKey={onKey}
          sent={sent}
          empty={
            isNotes ? en.chat.firstNotes : chat?.type === 'group' ? en.chat.first : en.chat.firstDirect(title)
          }
        />
        <Part fallback={<p className="typing-line" />}>
          <TypingLine where={where} />
        </Part>
        <Composer
          room={room}
          where={where}
          chat={chat}
          title={title}
          mode={mode}
          setMode={setMode}
          editLast={editLast}
          send={(text, options) => {
            const { stored } = room.send(text, options);
            setSent((n) => n + 1);
            const { sending, sent: done } = en.chat.status;
            announce(sending);
            // One that is refused says so itself.
            stored.then(
              () => announce(done),
              () => undefined,
            );
          }}
          save={(item, text) => {
            if (text === item.message.content) return;
            const what = isStored(item.message) ? item.message.id : item.key;
            void room.edit(what, text).catch((fault: unknown) => tell.current(fault));
          }}
        />
      </section>
      {details && chat && (
        <Part>
          <Details room={room} chat={chat} title={title} close={() => setDetails(false)} />
        </Part>
      )}
      {menu && (
        <Part>
          <MessageMenu
            {...menu}
            own={menu.item.message.senderId === me?.id}
            canWrite={canWrite}
            canReact={canReact}
            todo={todo}
            close={() => setMenu(null)}
          />
        </Part>
      )}
      {reacts && (
        <Part>
          <Emoji
            anchor={reacts.anchor}
            pick={(emoji) => void room.react(reacts.message.id, emoji).catch(() => undefined)}
            close={() => setReacts(null)}
          />
        </Part>
      )}
      {deletes && (
        <Part>
          <DeleteMessage
            room={room}
            message={deletes}
            own={deletes.senderId === me?.id}
            failed={(fault) => tell.current(fault)}
            close={() => setDeletes(null)}
          />
        </Part>
      )}
      {info && (
        <Part>
          <Info
            message={info}
            receipts={info.senderId === me?.id && chat?.type === 'group'}
            close={() => setInfo(null)}
          />
        </Part>
      )}
      <Part>
        <Faults on={tell} />
      </Part>
    </div>
  );
}
