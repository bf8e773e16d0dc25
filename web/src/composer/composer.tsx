import type { ChatListItem, Message, Room, TimelineItem } from '@chat-api/client';
import { useChat, useDraft } from '@chat-api/client/react';
import {
  type KeyboardEvent,
  lazy,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react';
import { useApp } from '../app/app';
import { usePreferences } from '../app/preferences';
import type { Where } from '../app/where';
import { Check, SendIcon, Smile } from '../parts/icons';
import { en } from '../text/en';
import type { MentionKeys } from './mentions';
import { mayWrite } from './rights';
import { later } from '../app/load-later';
import { Part } from '../parts/part';

const About = lazy(async () => ({ default: (await later()).About }));
const CannotWrite = lazy(async () => ({ default: (await later()).CannotWrite }));
const Mentions = lazy(async () => ({ default: (await later()).Mentions }));
const SlowSend = lazy(async () => ({ default: (await later()).SlowSend }));
const Emoji = lazy(() => import('../emoji/picker'));

export type Mode =
  | { kind: 'write' }
  /** `kept`: nobody has chosen it just now. */
  | { kind: 'reply'; message: Message; kept?: true }
  | { kind: 'edit'; item: TimelineItem };

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

/** The id of the message that a draft replies to, in what is kept beside it (see kept.ts); 0: none. */
const replyIn = (aside: string) => Number(/"reply":(\d+)/.exec(aside)?.[1] ?? 0);

export function Composer(props: Props) {
  const { chat } = props;
  const client = useChat();
  const [, draw] = useReducer((n: number) => n + 1, 0);
  if (!chat || mayWrite(chat, client.now())) return <Writing {...props} />;
  return (
    <Part fallback={<div className="composer" />}>
      <CannotWrite chat={chat} again={draw} />
    </Part>
  );
}

function Writing({ room, where, chat, title, mode, setMode, send, save, editLast }: Props) {
  const { enterSends } = usePreferences();
  const { limits } = useApp().config;
  const [kept, keep] = useDraft(where);
  const client = useChat();
  const aside = useMemo(() => client.draft(`${room.key}+`), [client, room]);
  const [edited, setEdited] = useState('');
  const editing = mode.kind === 'edit';
  // React puts a field back to what was drawn before as soon as its event is over, and the draft changes after that: an
  // input method would begin anew with each sign.
  const [written, setWritten] = useState(kept);
  useLayoutEffect(() => setWritten(kept), [kept]);
  const text = editing ? edited : written;
  const field = useRef<HTMLTextAreaElement>(null);
  const [picks, setPicks] = useState(false);
  const emojiButton = useRef<HTMLButtonElement>(null);
  const mentions = useRef<MentionKeys>(null);
  const waits = useRef(false);
  const group = chat?.type === 'group' ? chat : null;
  const slow = !editing && group !== null && group.slowModeSeconds > 0 && group.role === 'member';

  // At once: the next key may come before anything is painted.
  useLayoutEffect(() => {
    if (mode.kind === 'edit') setEdited(mode.item.message.content);
    if (mode.kind !== 'write' && !('kept' in mode)) field.current?.focus();
  }, [mode]);
  useEffect(() => {
    if (!isTouch()) field.current?.focus();
  }, []);

  const change = (value: string) => {
    if (editing) setEdited(value);
    else {
      setWritten(value);
      keep(value);
      room.typing(value.trim() !== '');
    }
  };
  const over = text.length - limits.contentLength;
  const can = text.trim() !== '' && over <= 0;
  const finish = () => {
    const area = field.current!;
    // As it stands in the field: what is drawn may be a key behind.
    const content = area.value.trim();
    if (content === '' || area.value.length > limits.contentLength || (slow && waits.current)) return;
    if (mode.kind === 'edit') save(mode.item, content);
    else {
      const named = mentions.current?.in(content) ?? [];
      // What it replies to is shown later than its text.
      const replyTo = mode.kind === 'reply' ? mode.message.id : replyIn(aside.get());
      send(content, {
        ...(replyTo ? { replyTo } : {}),
        ...(named.length > 0 ? { mentions: named } : {}),
      });
      setWritten('');
      keep('');
      if (aside.get()) aside.set('');
      area.value = '';
    }
    setMode({ kind: 'write' });
    area.focus();
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
    if (mentions.current?.key(event)) return;
    const { key, shiftKey } = event;
    const control = event.ctrlKey || event.metaKey;
    if (key === 'Enter' && !shiftKey && (control || (enterSends && !isTouch()))) {
      event.preventDefault();
      finish();
    } else if (key === 'Escape' && mode.kind !== 'write') {
      event.preventDefault();
      event.stopPropagation();
      setMode({ kind: 'write' });
    } else if (key === 'ArrowUp' && field.current!.value === '' && !editing) {
      event.preventDefault();
      editLast();
    }
  };
  return (
    <div className="composer">
      <Part>
        <About room={room} aside={aside} mode={mode} setMode={setMode} field={field} text={text} />
        {group && <Mentions chat={group} text={text} field={field} change={change} keys={mentions} />}
      </Part>
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
        {slow ? (
          <Part>
            <SlowSend room={room} chat={group} can={can} send={finish} waits={waits} />
          </Part>
        ) : (
          <button
            type="button"
            className="icon-button send"
            aria-label={editing ? en.composer.save : en.composer.send}
            disabled={!can}
            onClick={finish}
          >
            {editing ? <Check size={20} /> : <SendIcon size={20} />}
          </button>
        )}
      </div>
      {over > 0 && (
        <p className="fault" role="alert">
          {en.composer.tooLong(over)}
        </p>
      )}
      {picks && (
        <Part>
          <Emoji anchor={emojiButton.current!} pick={insert} close={() => setPicks(false)} />
        </Part>
      )}
    </div>
  );
}
