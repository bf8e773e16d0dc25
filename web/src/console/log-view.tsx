import { memo, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Contract } from './contract';
import type { Identity } from './identities';
import { asLines, clear, type Entry, isPaused, pause, useLog, waiting } from './log';
import { Tree } from './tree';
import { Words } from './words';

/** So many lines are in the document at first; a button shows more. */
const SHOWN = 300;
const NEAR_PX = 24;
const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const KINDS = { all: 'Everything', failed: 'Failures', out: 'Sent', in: 'Received' };
type Show = keyof typeof KINDS;

/** `chat:12` finds what is of a chat; other words stand in the name, the code or who it was. */
function matches({ name, who, code, data }: Entry, words: string[]): boolean {
  const text = `${name} ${who} ${code ?? ''}`.toLowerCase();
  return words.every((word) => {
    const [, chat] = /^chat:(\d+)$/.exec(word) ?? [];
    if (chat === undefined) return text.includes(word);
    return new RegExp(`"(chatId|replyToChatId)":${chat}\\b`).test(JSON.stringify(data) ?? '');
  });
}

const fits = ({ direction, code }: Entry, show: Show) =>
  show === 'all' || (show === 'failed' ? code !== undefined : direction === show);

interface Props {
  identities: readonly Identity[];
  events: Contract['events'];
}

/** All that went out and came in, newest last: in one list, or in a column for each identity. */
export function LogView({ identities, events }: Props) {
  const entries = useLog();
  const [filter, setFilter] = useState('');
  const [show, setShow] = useState<Show>('all');
  const [apart, setApart] = useState(false);
  const found = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    return entries.filter((entry) => fits(entry, show) && matches(entry, words));
  }, [entries, filter, show]);
  const inColumns = apart && identities.length > 1;
  return (
    <section className="log" aria-label="Log">
      <div className="bar">
        <input
          className="field"
          type="search"
          aria-label="Filter the log"
          title="Words of the name, the person or the error code; chat:12 is what is about a chat"
          placeholder="Filter, chat:12"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <label>
          <span className="hidden">Lines</span>
          <select
            className="choice"
            value={show}
            onChange={(event) => setShow(event.currentTarget.value as Show)}
          >
            {Object.entries(KINDS).map(([one, word]) => (
              <option key={one} value={one}>
                {word}
              </option>
            ))}
          </select>
        </label>
        {identities.length > 1 && (
          <button
            type="button"
            className="button small"
            aria-pressed={apart}
            title="A column for each identity"
            onClick={() => setApart(!apart)}
          >
            Columns
          </button>
        )}
        <button
          type="button"
          className="button small"
          aria-pressed={isPaused()}
          onClick={() => pause(!isPaused())}
        >
          {isPaused() ? `Go on${waiting() > 0 ? ` (${waiting()})` : ''}` : 'Pause'}
        </button>
        <button type="button" className="button small" disabled={entries.length === 0} onClick={clear}>
          Clear
        </button>
        <button type="button" className="button small" disabled={entries.length === 0} onClick={save}>
          Export
        </button>
      </div>
      {found.length === 0 ? (
        <p className="nothing soft">
          {entries.length > 0
            ? 'No line fits the filter.'
            : identities.length === 0
              ? 'Add an identity above, or two. What they send and receive comes here.'
              : 'What is sent and received comes here.'}
        </p>
      ) : inColumns ? (
        <div className="apart">
          {identities.map(({ key, label, colour }) => (
            <section key={key} className={`c${colour}`} aria-label={`Log of ${label}`}>
              <h2 dir="auto">{label}</h2>
              <Lines found={found.filter((entry) => entry.key === key)} events={events} />
            </section>
          ))}
        </div>
      ) : (
        <Lines found={found} events={events} />
      )}
    </section>
  );
}

/** Keeps its end in sight as long as it is there. */
function Lines({ found, events }: { found: readonly Entry[]; events: Contract['events'] }) {
  const [most, setMost] = useState(SHOWN);
  const [below, setBelow] = useState(false);
  const list = useRef<HTMLOListElement>(null);
  const stuck = useRef(true);
  const shown = found.slice(-most);
  const newest = shown.at(-1)?.n;
  useLayoutEffect(() => {
    const box = list.current;
    if (box && stuck.current) box.scrollTop = box.scrollHeight;
    else if (box) setBelow(true);
  }, [newest]);
  const scrolled = () => {
    const box = list.current!;
    stuck.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
    if (stuck.current) setBelow(false);
  };
  const toNewest = () => {
    list.current!.scrollTop = list.current!.scrollHeight;
  };
  return (
    // Keyboards reach it by its lines.
    <div className="lines-box">
      <ol className="lines" ref={list} onScroll={scrolled}>
        {shown.length < found.length && (
          <li className="earlier">
            <button type="button" className="link" onClick={() => setMost(most + SHOWN)}>
              {found.length - shown.length} earlier
            </button>
          </li>
        )}
        {shown.map((entry) => (
          <Line key={entry.n} entry={entry} about={aboutOf(entry, events)} />
        ))}
      </ol>
      {below && shown.length > 0 && (
        <button type="button" className="button small newest" onClick={toNewest}>
          Newest ↓
        </button>
      )}
    </div>
  );
}

/** What the contract says of an event. An answer has a time, and may have the name of one. */
const aboutOf = ({ direction, via, name, ms }: Entry, events: Contract['events']) =>
  direction === 'in' && via === 'socket' && ms === undefined ? events[name]?.summary : undefined;

const ARROWS = { out: '→', in: '←', note: '·' };
const WORDS = { out: 'sent', in: 'received', note: 'connection' };
const sizeOf = (bytes: number) => (bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KB`);
const msOf = (ms: number) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

/** So much of what a line holds stands in it. */
const PEEKED = 160;
/** Nothing of this size is written out for that. */
const TOO_LARGE = 20_000;

/** What was said, where something was; else the JSON. */
function peek({ data, size }: Entry): string {
  if (size === 0 || size > TOO_LARGE) return '';
  const { content, message } = (typeof data === 'object' ? (data ?? {}) : {}) as Record<string, unknown>;
  const said = [content, message].find((one) => typeof one === 'string' && one !== '');
  return JSON.stringify(said ?? data).slice(0, PEEKED);
}

const Line = memo(function Line({ entry, about }: { entry: Entry; about?: string }) {
  const [open, setOpen] = useState(false);
  const { at, who, colour, direction, via, name, size, ms, code, data } = entry;
  return (
    <li className={`line c${colour} ${direction}${code === undefined ? '' : ' failed'}`}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <time dateTime={new Date(at).toISOString()}>{TIME.format(at)}</time>
        <span className="who" dir="auto">
          {who}
        </span>
        <span className="arrow" aria-hidden="true">
          {ARROWS[direction]}
        </span>
        <span className="hidden">{WORDS[direction]}</span>
        <span className="what">
          <span>{name}</span>
          {via === 'rest' && <span className="edge">REST</span>}
          {code !== undefined && <span className="code-of">{code}</span>}
          <span className="peek" dir="auto" aria-hidden="true">
            {peek(entry)}
          </span>
        </span>
        <span className="size">{size > 0 && sizeOf(size)}</span>
        <span className="ms">{ms !== undefined && msOf(ms)}</span>
      </button>
      {open && (
        <div className="opened">
          {about !== undefined && (
            <p className="soft small">
              <Words text={about} />
            </p>
          )}
          <Tree value={data} />
        </div>
      )}
    </li>
  );
});

/** A file of JSON lines, without tokens and passwords. */
function save(): void {
  const url = URL.createObjectURL(new Blob([`${asLines()}\n`], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `console-${new Date().toISOString().replace(/[:.]/g, '-')}.jsonl`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
