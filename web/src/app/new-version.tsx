import { useConnection } from '@chat-api/client/react';
import { useEffect, useRef, useState } from 'react';
import { more } from '../text/en-more';
import { isOutdated, keepShell } from './keep-shell';

/** Many pages come back at once when a server was replaced: each asks at some moment of that time. In milliseconds. */
const SPREAD_MS = 4_000;
/** A page that stays connected asks when it comes to the front, at most so often. In milliseconds. */
const EVERY_MS = 3_600_000;

/** Says that the server has a newer page: after the connection was away, and now and then. */
export function NewVersion() {
  const live = useConnection().state === 'live';
  const [outdated, setOutdated] = useState(false);
  const asked = useRef<number | null>(null);
  useEffect(() => keepShell(), []);
  useEffect(() => {
    if (!live || outdated) return undefined;
    const ask = () => {
      asked.current = Date.now();
      isOutdated().then(setOutdated, () => undefined);
    };
    // The first time the page has just been loaded.
    const timer = asked.current === null ? undefined : setTimeout(ask, Math.random() * SPREAD_MS);
    asked.current ??= Date.now();
    const shown = () => {
      if (document.visibilityState === 'visible' && Date.now() - asked.current! > EVERY_MS) ask();
    };
    document.addEventListener('visibilitychange', shown);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', shown);
    };
  }, [live, outdated]);
  if (!outdated) return null;
  return (
    <div className="connection" role="status">
      <span>{more.connection.newVersion}</span>
      <button type="button" className="link" onClick={() => location.reload()}>
        {more.connection.reload}
      </button>
    </div>
  );
}
