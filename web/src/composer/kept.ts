import type { ChatClient, ChatError, Message, Room } from '@chat-api/client';
import { useChat, useConnection, useReadable } from '@chat-api/client/react';
import { type RefObject, useEffect, useLayoutEffect, useReducer, useRef } from 'react';
import { isStored } from '../timeline/rows';
import type { Mode } from './composer';

export interface Written {
  room: Room;
  /** What is kept beside the text of the draft. */
  aside: ReturnType<ChatClient['draft']>;
  mode: Mode;
  setMode: (mode: Mode) => void;
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
}

/** Beside the text of a draft: the id of the message that it replies to, and where in the text one is. */
interface Kept {
  reply: number | null;
  /** From where to where something is selected; null: the end. */
  caret: [from: number, to: number] | null;
}

/** The caret is kept so long after it was moved last, in milliseconds. */
const CARET_MS = 300;

/** What it replies to is asked for again so long after there was no answer, in milliseconds. */
const AGAIN_MS = 3_000;

const NOTHING: Kept = { reply: null, caret: null };

function read(text: string): Kept {
  try {
    return { ...NOTHING, ...(JSON.parse(text) as Partial<Kept>) };
  } catch {
    return NOTHING;
  }
}

/**
 * Keeps what a draft replies to and its caret where its text is kept, and shows both again when one comes back to the
 * chat, also after a reload; what it replies to in other tabs, too.
 */
export function useKept({ room, aside, mode, setMode, field, text }: Written): void {
  const client = useChat();
  const { state } = useConnection();
  const [tries, tryAgain] = useReducer((n: number) => n + 1, 0);
  const kept = useReadable(aside);
  const shown = mode.kind === 'reply' ? mode.message.id : null;
  const wanted = read(kept).reply;
  const isEdit = mode.kind === 'edit';
  const now = useRef(mode);
  now.current = mode;

  const put = (change: Partial<Kept>) => {
    const next = { ...read(aside.get()), ...change };
    const made = next.reply === null && next.caret === null ? '' : JSON.stringify(next);
    if (made !== aside.get()) aside.set(made);
  };

  // What is chosen here is kept, at once: Enter may come next. While a message is edited, what was chosen before stays.
  const last = useRef<Mode['kind']>('write');
  useLayoutEffect(() => {
    const was = last.current;
    last.current = mode.kind;
    if (shown !== null || (was === 'reply' && !isEdit)) put({ reply: shown });
  }, [mode]);

  // What was kept, or was chosen in another tab, is shown.
  const before = useRef<number | null>(null);
  useEffect(() => {
    const had = before.current;
    before.current = wanted;
    // What was drawn may be older than what was chosen here since.
    if (isEdit || wanted === shown || wanted !== read(aside.get()).reply) return undefined;
    if (wanted === null) {
      if (shown !== null && had === shown) setMode({ kind: 'write' });
      return undefined;
    }
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (message: Message) => {
      // What was begun meanwhile goes first.
      if (isOver || now.current !== mode) return;
      if (message.deletedAt === null) setMode({ kind: 'reply', message, kept: true });
      else put({ reply: null });
    };
    const here = room.timeline.get().items.find(({ message }) => isStored(message) && message.id === wanted);
    if (here && isStored(here.message)) show(here.message);
    else
      client.call('getMessage', { messageId: wanted }).then(show, (error: ChatError) => {
        if (isOver) return;
        if (error.code === 'NOT_FOUND') put({ reply: null });
        // Without a connection it is asked again with the next one.
        else if (state === 'live') timer = setTimeout(tryAgain, AGAIN_MS);
      });
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [wanted, state, isEdit, tries]);

  const placed = useRef(false);
  useEffect(() => {
    const area = field.current;
    if (placed.current || mode.kind === 'edit' || !area?.value) return;
    placed.current = true;
    const { caret } = read(kept);
    // A finger says itself where it goes on, and Safari would open the keyboard.
    if (!caret || matchMedia('(pointer: coarse)').matches) return;
    // Who has gone elsewhere in it meanwhile stays there.
    if (document.activeElement !== area || area.selectionStart === area.value.length)
      area.setSelectionRange(...caret);
  }, [kept, text]);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let caret: Kept['caret'] = null;
    const keep = () => {
      clearTimeout(timer);
      timer = undefined;
      put({ caret });
    };
    const moved = () => {
      const area = field.current;
      if (!area || document.activeElement !== area || now.current.kind === 'edit') return;
      const { selectionStart, selectionEnd, value } = area;
      caret = selectionStart === value.length ? null : [selectionStart, selectionEnd];
      clearTimeout(timer);
      timer = setTimeout(keep, CARET_MS);
    };
    document.addEventListener('selectionchange', moved);
    return () => {
      document.removeEventListener('selectionchange', moved);
      if (timer !== undefined) keep();
    };
  }, [aside]);
}
