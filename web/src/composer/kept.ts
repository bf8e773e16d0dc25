import type { Message, Room } from '@chat-api/client';
import { useChat, useConnection, useReadable } from '@chat-api/client/react';
import { type RefObject, useEffect, useMemo, useRef } from 'react';
import type { Where } from '../app/where';
import { isStored } from '../timeline/rows';
import type { Mode } from './composer';

export interface Written {
  room: Room;
  where: Where;
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
export function useKept({ room, where, mode, setMode, field, text }: Written): void {
  const client = useChat();
  const { state } = useConnection();
  const key = typeof where === 'number' ? where : `u${where.direct}`;
  const draft = useMemo(() => client.draft(`${key}+`), [client, key]);
  const kept = useReadable(draft);
  const shown = mode.kind === 'reply' ? mode.message.id : null;
  const wanted = read(kept).reply;

  const put = (change: Partial<Kept>) => {
    const next = { ...read(draft.get()), ...change };
    const made = next.reply === null && next.caret === null ? '' : JSON.stringify(next);
    if (made !== draft.get()) draft.set(made);
  };

  // What is chosen here is kept. Nothing is chosen yet where one has just come.
  const came = useRef(true);
  useEffect(() => {
    const nothing = came.current && shown === null;
    came.current = false;
    if (mode.kind !== 'edit' && !nothing) put({ reply: shown });
  }, [mode]);

  // What was kept, or was chosen in another tab, is shown.
  const before = useRef<number | null>(null);
  useEffect(() => {
    const had = before.current;
    before.current = wanted;
    // What was drawn may be older than what was chosen here since.
    if (mode.kind === 'edit' || wanted === shown || wanted !== read(draft.get()).reply) return undefined;
    if (wanted === null) {
      if (shown !== null && had === shown) setMode({ kind: 'write' });
      return undefined;
    }
    let isOver = false;
    const show = (message: Message) => {
      if (!isOver && message.deletedAt === null) setMode({ kind: 'reply', message });
    };
    const here = room.timeline.get().items.find(({ message }) => isStored(message) && message.id === wanted);
    if (here && isStored(here.message)) show(here.message);
    // Asked again with the next connection.
    else client.call('getMessage', { messageId: wanted }).then(show, () => undefined);
    return () => {
      isOver = true;
    };
  }, [wanted, state]);

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

  const now = useRef(mode.kind);
  now.current = mode.kind;
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
      if (!area || document.activeElement !== area || now.current === 'edit') return;
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
  }, [draft]);
}
