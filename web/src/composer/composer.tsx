import type { ChatListItem, Member, Message, Room, TimelineItem } from '@chat-api/client';
import { useChat, useMe, useMembers, useReadable } from '@chat-api/client/react';
import { type KeyboardEvent, lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useApp } from '../app/app';
import { usePreferences } from '../app/preferences';
import type { Where } from '../app/where';
import { Avatar } from '../parts/avatar';
import { Check, SendIcon, Smile, X } from '../parts/icons';
import { useName } from '../parts/names';
import { en } from '../text/en';
import { plainOf } from '../text/text';

const Emoji = lazy(() => import('../parts/emoji'));

export type Mode =
  { kind: 'write' } | { kind: 'reply'; message: Message } | { kind: 'edit'; item: TimelineItem };

interface Props {
  room: Room;
  where: Where;
  chat: ChatListItem | null;
  title: string;
  mode: Mode;
  setMode: (mode: Mode) => void;
  send: (text: string, options: { replyTo?: number; mentions?: number[] }) => void;
  save: (item: TimelineItem, text: string) => void;
  editLast: () => void;
}

/** Where a touch is the pointer there is no Shift: Enter makes a line, and a button sends. */
const isTouch = () => matchMedia('(pointer: coarse)').matches;

/** A placeholder has one line, and no ellipsis of its own. */
const short = (title: string) => (title.length > 28 ? `${title.slice(0, 27)}…` : title);

export function Composer(props: Props) {
  const { chat } = props;
  if (chat && !chat.canSend) return <CannotWrite chat={chat} />;
  return <Writing {...props} />;
}

function CannotWrite({ chat }: { chat: ChatListItem }) {
  const client = useChat();
  const other = chat.otherUser?.id;
  return (
    <div className="composer cannot">
      <span className="soft">{chat.blockedByMe ? en.composer.blockedByMe : en.composer.cannot}</span>
      {chat.blockedByMe && other !== undefined && (
        <button
          type="button"
          className="link"
          onClick={() => void client.call('unblockUser', { userId: other }).catch(() => undefined)}
        >
          {en.composer.unblock}
        </button>
      )}
    </div>
  );
}

function Writing({ room, where, chat, title, mode, setMode, send, save, editLast }: Props) {
  const client = useChat();
  const { enterSends } = usePreferences();
  const { limits } = useApp().config;
  const draft = client.draft(typeof where === 'number' ? where : `u${where.direct}`);
  const kept = useReadable(draft);
  const [edited, setEdited] = useState('');
  const editing = mode.kind === 'edit';
  const text = editing ? edited : kept;
  const field = useRef<HTMLTextAreaElement>(null);
  const [picks, setPicks] = useState(false);
  const emojiButton = useRef<HTMLButtonElement>(null);
  const mentions = useMentions(where, chat, text, field);

  useEffect(() => {
    if (mode.kind === 'edit') setEdited(mode.item.message.content);
    if (mode.kind !== 'write') field.current?.focus();
  }, [mode]);
  useEffect(() => {
    if (!isTouch()) field.current?.focus();
  }, []);
  useLayoutEffect(() => {
    const area = field.current!;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  const change = (value: string) => {
    if (editing) setEdited(value);
    else {
      draft.set(value);
      room.typing(value.trim() !== '');
    }
  };
  const over = text.length - limits.contentLength;
  const can = text.trim() !== '' && over <= 0;
  const finish = () => {
    if (!can) return;
    if (mode.kind === 'edit') {
      save(mode.item, text.trim());
      setMode({ kind: 'write' });
    } else {
      const named = mentions.in(text);
      send(text.trim(), {
        ...(mode.kind === 'reply' ? { replyTo: mode.message.id } : {}),
        ...(named.length > 0 ? { mentions: named } : {}),
      });
      draft.set('');
      setMode({ kind: 'write' });
    }
    field.current?.focus();
  };
  const insert = (sign: string) => {
    const area = field.current!;
    area.focus();
    area.setRangeText(sign, area.selectionStart, area.selectionEnd, 'end');
    change(area.value);
  };
  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Safari ends the composition before its Enter: 229 tells it.
    if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229) return;
    if (mentions.key(event, change)) return;
    const { key, shiftKey } = event;
    const control = event.ctrlKey || event.metaKey;
    if (key === 'Enter' && !shiftKey && (control || (enterSends && !isTouch()))) {
      event.preventDefault();
      finish();
    } else if (key === 'Escape' && mode.kind !== 'write') {
      event.preventDefault();
      event.stopPropagation();
      setMode({ kind: 'write' });
    } else if (key === 'ArrowUp' && text === '' && !editing) {
      event.preventDefault();
      editLast();
    }
  };
  return (
    <div className="composer">
      {mode.kind !== 'write' && <About mode={mode} end={() => setMode({ kind: 'write' })} />}
      {mentions.list}
      <div className="composer-row">
        <button
          ref={emojiButton}
          type="button"
          className="icon-button"
          aria-label={en.composer.emoji}
          onClick={() => setPicks(true)}
        >
          <Smile size={20} />
        </button>
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={editing ? en.composer.editing : en.composer.placeholder(title)}
          placeholder={editing ? en.composer.editing : en.composer.placeholder(short(title))}
          value={text}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={pressed}
          onBlur={() => room.typing(false)}
        />
        <button
          type="button"
          className="icon-button send"
          aria-label={editing ? en.composer.save : en.composer.send}
          disabled={!can}
          onClick={finish}
        >
          {editing ? <Check size={20} /> : <SendIcon size={20} />}
        </button>
      </div>
      {over > 0 && (
        <p className="fault" role="alert">
          {en.composer.tooLong(over)}
        </p>
      )}
      {picks && (
        <Suspense fallback={null}>
          <Emoji anchor={emojiButton.current!} pick={insert} close={() => setPicks(false)} />
        </Suspense>
      )}
    </div>
  );
}

function About({ mode, end }: { mode: Exclude<Mode, { kind: 'write' }>; end: () => void }) {
  const message = mode.kind === 'reply' ? mode.message : mode.item.message;
  const name = useName(message.senderId);
  const me = useMe();
  const of = message.senderId === me?.id ? en.you : name;
  return (
    <div className="about">
      <div className="about-text">
        <strong dir="auto">{mode.kind === 'reply' ? en.composer.replying(of) : en.composer.editing}</strong>
        <span className="soft" dir="auto">
          {plainOf(message.content)}
        </span>
      </div>
      <button type="button" className="icon-button" aria-label={en.composer.cancel} onClick={end}>
        <X size={18} />
      </button>
    </div>
  );
}

const SOUGHT = /(?:^|\s)@([\p{L}\p{N}]*(?: [\p{L}\p{N}]*)?)$/u;
const MOST_OFFERED = 6;

/** Offers the members of a group after an `@`, and tells whom a text mentions. */
function useMentions(
  where: Where,
  chat: ChatListItem | null,
  text: string,
  field: { current: HTMLTextAreaElement | null },
) {
  const isGroup = chat?.type === 'group';
  const me = useMe()?.id;
  const members = useMembers(where);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState('');
  const before = text.slice(0, field.current?.selectionStart ?? text.length);
  const sought = isGroup ? SOUGHT.exec(before)?.[1] : undefined;
  const others = (isGroup ? (members ?? []) : []).filter(({ userId, name }) => userId !== me && name);
  const fits = ({ name }: Member) => name!.toLocaleLowerCase().startsWith(sought!.toLocaleLowerCase());
  const offered = sought === undefined || closed === before ? [] : others.filter(fits).slice(0, MOST_OFFERED);
  const whole = offered.length === 1 && offered[0]!.name === sought;
  const shown = whole ? [] : offered;
  const chosen = Math.min(at, shown.length - 1);
  const take = ({ name }: Member, change: (text: string) => void) => {
    const area = field.current!;
    const start = before.length - sought!.length;
    area.setRangeText(`${name} `, start, before.length, 'end');
    change(area.value);
    area.focus();
  };
  const changed = useRef<(text: string) => void>(() => undefined);
  return {
    in: (content: string) =>
      others.filter(({ name }) => content.includes(`@${name}`)).map(({ userId }) => userId),
    key: (event: KeyboardEvent<HTMLTextAreaElement>, change: (text: string) => void): boolean => {
      changed.current = change;
      if (shown.length === 0) return false;
      const { key } = event;
      if (key === 'ArrowDown' || key === 'ArrowUp')
        setAt((chosen + (key === 'ArrowDown' ? 1 : shown.length - 1)) % shown.length);
      else if (key === 'Enter' || key === 'Tab') take(shown[chosen]!, change);
      else if (key === 'Escape') setClosed(before);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    list:
      shown.length === 0 ? null : (
        <ul className="mentions">
          {shown.map((member, index) => (
            <li key={member.userId}>
              <button
                type="button"
                className={index === chosen ? 'chosen' : undefined}
                onClick={() => take(member, changed.current)}
              >
                <Avatar id={member.userId} name={member.name} small />
                <span dir="auto">{member.name}</span>
              </button>
            </li>
          ))}
        </ul>
      ),
  };
}
