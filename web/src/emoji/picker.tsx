import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { announce } from '../parts/announcer';
import '../parts/later-styles';
import { useRoving } from '../parts/roving';
import { addStyles } from '../parts/styles';
import { en } from '../text/en';
import { more } from '../text/en-more';
import text from './emoji.txt?raw';
import { type Emoji, findEmoji, groupsOf } from './find';
import styles from './picker.css?inline';
import { noteRecent, recentSigns } from './recent';

addStyles(styles);

const GROUPS = groupsOf(text);
const BY_SIGN = new Map(GROUPS.flatMap(({ emoji }) => emoji.map((one) => [one.sign, one])));
/** What stands for each group. */
const SIGNS = ['🕘', '😀', '👋', '🐻', '🍎', '🚗', '⚽', '💡', '🔣', '🏁'];

const EDGE = 8;
const MOST_FOUND = 120;
/** Milliseconds after the last key until readers hear how many there are. */
const SAID_AFTER_MS = 600;

interface Props {
  anchor: HTMLElement;
  pick: (emoji: string) => void;
  close: () => void;
}

const isTouch = () => matchMedia('(pointer: coarse)').matches;

/** Those picked last, known ones with their names. */
const recent = (): Emoji[] =>
  recentSigns().map((sign) => BY_SIGN.get(sign) ?? { sign, name: sign, named: [], other: [] });

/** All emoji by groups, and by their names. */
export default function EmojiPicker({ anchor, pick, close }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [q, setQ] = useState('');
  const [group, setGroup] = useState(0);
  const [named, setNamed] = useState<Emoji | null>(null);
  const along = useRoving('[role="tab"]', 'horizontal');
  const latest = useMemo(recent, []);
  const words = q.trim();
  const shown = useMemo(
    () =>
      words !== ''
        ? findEmoji(GROUPS, words, MOST_FOUND)
        : group === 0
          ? latest
          : (GROUPS[group - 1]?.emoji ?? []),
    [words, group, latest],
  );
  const groups = [more.emoji.recent, ...GROUPS.map(({ name }) => name)];

  useLayoutEffect(() => {
    const panel = ref.current!;
    panel.showPopover();
    const at = anchor.getBoundingClientRect();
    const { width, height } = panel.getBoundingClientRect();
    const above = at.top - 4 - height >= EDGE;
    const top = above ? at.top - 4 - height : Math.min(at.bottom + 4, innerHeight - height - EDGE);
    panel.style.top = `${Math.max(EDGE, top)}px`;
    panel.style.left = `${Math.max(EDGE, Math.min(at.left, innerWidth - width - EDGE))}px`;
    // At a touch screen the keyboard would cover what there is to choose.
    if (isTouch()) panel.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
    else search.current?.focus();
  }, [anchor]);
  useEffect(() => {
    const panel = ref.current!;
    const turned = (event: Event) => {
      if ((event as ToggleEvent).newState === 'closed') close();
    };
    panel.addEventListener('toggle', turned);
    return () => panel.removeEventListener('toggle', turned);
  }, [close]);
  useEffect(() => {
    grid.current?.scrollTo(0, 0);
    setNamed(null);
    if (words === '') return undefined;
    const timer = setTimeout(() => announce(more.emoji.found(shown.length)), SAID_AFTER_MS);
    return () => clearTimeout(timer);
  }, [words, group, shown.length]);

  const end = () => {
    ref.current?.hidePopover();
    anchor.focus();
    close();
  };
  const choose = ({ sign }: Emoji) => {
    noteRecent(sign);
    end();
    pick(sign);
  };
  const choices = () => [...(grid.current?.querySelectorAll('button') ?? [])];

  const inSearch = (event: KeyboardEvent<HTMLInputElement>) => {
    const [first] = shown;
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      choices()[0]?.focus();
    } else if (event.key === 'Enter' && words !== '' && first) {
      event.preventDefault();
      choose(first);
    }
  };
  const inGrid = (event: KeyboardEvent<HTMLElement>) => {
    const all = choices();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const columns = getComputedStyle(event.currentTarget).gridTemplateColumns.split(' ').length;
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at + columns,
      ArrowUp: at - columns,
      Home: 0,
      End: all.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    if (to < 0) search.current?.focus();
    else all[event.key === 'ArrowDown' ? Math.min(to, all.length - 1) : to]?.focus();
  };

  return (
    <div
      ref={ref}
      className="menu emoji-panel"
      popover="auto"
      role="dialog"
      aria-label={en.composer.emoji}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        event.preventDefault();
        end();
      }}
    >
      <input
        ref={search}
        className="field"
        type="search"
        aria-label={more.emoji.search}
        placeholder={more.emoji.search}
        autoComplete="off"
        spellCheck={false}
        maxLength={60}
        value={q}
        onInput={(event) => setQ(event.currentTarget.value)}
        onKeyDown={inSearch}
      />
      <div className="emoji-groups" role="tablist" aria-label={more.emoji.groups} onKeyDown={along}>
        {groups.map((name, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`emoji-tab-${index}`}
            aria-label={name}
            title={name}
            aria-controls="emoji-choices"
            aria-selected={words === '' && group === index}
            tabIndex={group === index ? 0 : -1}
            onFocus={() => setGroup(index)}
            onClick={() => {
              setQ('');
              setGroup(index);
            }}
          >
            {SIGNS[index]}
          </button>
        ))}
      </div>
      <div
        ref={grid}
        id="emoji-choices"
        className="emoji-choices"
        role="tabpanel"
        aria-label={words === '' ? groups[group] : en.composer.emoji}
        onKeyDown={inGrid}
      >
        {shown.map((emoji, index) => (
          <button
            key={emoji.sign}
            type="button"
            aria-label={emoji.name}
            tabIndex={index === 0 ? 0 : -1}
            onFocus={() => setNamed(emoji)}
            onMouseEnter={() => setNamed(emoji)}
            onClick={() => choose(emoji)}
          >
            {emoji.sign}
          </button>
        ))}
        {shown.length === 0 && <p className="soft">{more.emoji.none}</p>}
      </div>
      <p className="emoji-name soft" aria-hidden="true">
        {named ? (
          <>
            <span className="emoji-large">{named.sign}</span>
            {named.name}
          </>
        ) : words === '' ? (
          groups[group]
        ) : (
          more.emoji.found(shown.length)
        )}
      </p>
    </div>
  );
}
