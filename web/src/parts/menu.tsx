import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';
import { useRoving } from './roving';
import './later-styles';

export interface Action {
  label: string;
  icon?: ReactNode;
  danger?: boolean;
  run: () => void;
}

const EDGE = 8;

interface Props {
  label: string;
  /** What it was opened from: it stands beside it, and the focus goes back to it. */
  anchor: HTMLElement;
  actions: readonly Action[];
  /** Shown above the actions. */
  head?: ReactNode;
  close: () => void;
}

/** A menu above everything else: a native popover, so that Escape and a click elsewhere close it. */
export function Menu({ label, anchor, actions, head, close }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const roving = useRoving('[role="menuitem"]');
  const open = () => {
    const menu = ref.current!;
    menu.showPopover();
    // Of a row that has the focus, beside what is said.
    const at = (anchor.querySelector('.bubble') ?? anchor).getBoundingClientRect();
    const { width, height } = menu.getBoundingClientRect();
    const below = at.bottom + 4 + height <= innerHeight - EDGE;
    const top = below ? at.bottom + 4 : Math.max(EDGE, at.top - 4 - height);
    const start = at.left + width <= innerWidth - EDGE ? at.left : at.right - width;
    menu.style.top = `${top}px`;
    menu.style.left = `${Math.max(EDGE, start)}px`;
    menu.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
  };
  useLayoutEffect(open, [anchor]);
  // The end of the long press that opened it is for the browser a click elsewhere, which closes it.
  const press = useRef<'first' | 'ended' | null>('first');
  useEffect(() => {
    const down = () => (press.current = null);
    const up = () => (press.current &&= 'ended');
    addEventListener('pointerdown', down, true);
    addEventListener('pointerup', up, true);
    return () => {
      removeEventListener('pointerdown', down, true);
      removeEventListener('pointerup', up, true);
    };
  }, []);
  useEffect(() => {
    const menu = ref.current!;
    const turned = (event: Event) => {
      if ((event as ToggleEvent).newState !== 'closed') return;
      if (press.current === 'ended') open();
      else close();
      press.current = null;
    };
    menu.addEventListener('toggle', turned);
    return () => menu.removeEventListener('toggle', turned);
  }, [close]);
  const end = () => {
    ref.current?.hidePopover();
    anchor.focus();
    close();
  };
  return (
    <div
      ref={ref}
      className="menu"
      popover="auto"
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.preventDefault();
          event.stopPropagation();
          end();
        } else if (event.key === 'Tab') end();
        else roving(event);
      }}
    >
      {head}
      <div role="menu" aria-label={label}>
        {actions.map((action) => (
          <button
            key={action.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className={action.danger ? 'danger' : undefined}
            onClick={() => {
              end();
              action.run();
            }}
          >
            {action.icon}
            {action.label}
          </button>
        ))}
      </div>
    </div>
  );
}
