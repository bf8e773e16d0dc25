import { useMe } from '@chat-api/client/react';
import { useLayoutEffect } from 'react';
import { X } from '../parts/icons-more';
import { useName } from '../parts/names';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { plainOf } from '../text/text';
import '../parts/later-styles';
import type { Mode } from './composer';
import { useKept, type Written } from './kept';

/** Whether the browser makes a field as high as its text: without it two layouts of the page with each key do. */
const GROWS = CSS.supports('field-sizing', 'content');

/** What is answered or edited, above the field. It is kept with the draft. */
export function About(written: Written) {
  useKept(written);
  const { mode, setMode, field, text } = written;
  useLayoutEffect(() => {
    if (GROWS) return;
    const area = field.current!;
    // While it is measured the row stays as high: otherwise the chat above grows and shrinks, and is not at its end any more.
    const row = area.parentElement!;
    row.style.minHeight = `${row.offsetHeight}px`;
    area.style.height = 'auto';
    const height = area.scrollHeight;
    row.style.minHeight = '';
    area.style.height = `${height}px`;
  }, [text]);
  return mode.kind === 'write' ? null : <Line mode={mode} end={() => setMode({ kind: 'write' })} />;
}

function Line({ mode, end }: { mode: Exclude<Mode, { kind: 'write' }>; end: () => void }) {
  const message = mode.kind === 'reply' ? mode.message : mode.item.message;
  const name = useName(message.senderId);
  const me = useMe();
  const of = message.senderId === me?.id ? en.you : name;
  return (
    <div className="about">
      <div className="about-text">
        <strong dir="auto">{mode.kind === 'reply' ? more.composer.replying(of) : en.composer.editing}</strong>
        <span className="soft" dir="auto">
          {plainOf(message.content)}
        </span>
      </div>
      <button type="button" className="icon-button" aria-label={more.composer.cancel} onClick={end}>
        <X size={18} />
      </button>
    </div>
  );
}
