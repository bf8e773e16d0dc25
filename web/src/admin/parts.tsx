import { type ReactNode, useEffect, useRef } from 'react';
import { CircleAlert } from '../parts/icons';
import { Avatar } from '../parts/initials';
import { personHref } from './route';
import { agoOf, exactOf } from './times';

/** A time in words, exact for who asks. */
export function Time({ at, text }: { at: string; text?: string }) {
  return (
    <time dateTime={at} title={exactOf(at)}>
      {text ?? agoOf(at)}
    </time>
  );
}

/** What was refused, and what to do. */
export function Fault({ text, again }: { text: string | null; again?: () => void }) {
  if (text === null) return null;
  return (
    <div className="notice bad" role="alert">
      <CircleAlert size={18} />
      <p>{text}</p>
      {again && (
        <button type="button" className="button small" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Where there is nothing: what would be here. */
export function Nothing({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="nothing">
      <p className="nothing-title">{title}</p>
      {children && <p className="soft">{children}</p>}
    </div>
  );
}

/** Whether there is something visible that has the focus. */
function isFocusSomewhere(): boolean {
  const { activeElement, body } = document;
  return activeElement !== null && activeElement !== body && activeElement.checkVisibility();
}

interface HeadingProps {
  children: ReactNode;
  /** `taken`: it has the focus when the screen opens, so that readers hear where they are. `lost`: if nothing else has. */
  focus: 'taken' | 'lost';
}

export function Heading({ children, focus }: HeadingProps) {
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const somewhere = isFocusSomewhere();
    // The first screen leaves the focus where the browser puts it.
    if (focus === 'taken' ? somewhere : !somewhere) ref.current?.focus({ preventScroll: true });
  }, [focus]);
  return (
    <h2 ref={ref} tabIndex={-1} dir="auto">
      {children}
    </h2>
  );
}

export function PersonLink({ id, name }: { id: number; name: string }) {
  return (
    <a className="person-link" href={personHref(id)} dir="auto">
      {name}
    </a>
  );
}

export { Avatar };
