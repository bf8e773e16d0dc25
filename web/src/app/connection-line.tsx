import { useConnection } from '@chat-api/client/react';
import { useEffect, useState } from 'react';
import { announce } from '../parts/announcer';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import { useApp } from './app';

/** An interruption that is shorter is not spoken of, in milliseconds. */
const SAID_MS = 2_000;

export function ConnectionLine() {
  const { state, error } = useConnection();
  const { leave } = useApp();
  const [late, setLate] = useState(false);
  const live = state === 'live';
  useEffect(() => {
    if (live) {
      setLate(false);
      return undefined;
    }
    const timer = setTimeout(() => setLate(true), SAID_MS);
    return () => clearTimeout(timer);
  }, [live]);
  const shown = state === 'refused' || (late && !live);
  const text =
    state === 'refused'
      ? error
        ? sentenceOf(error)
        : more.connection.refused
      : state === 'waiting'
        ? more.connection.offline
        : more.connection.connecting;
  useEffect(() => {
    if (!shown) return undefined;
    announce(text);
    return () => announce(more.connection.live);
  }, [shown, text]);
  if (!shown) return null;
  return (
    <div className={`connection${state === 'refused' ? ' refused' : ''}`}>
      <span>{text}</span>
      {state === 'refused' && (
        <button type="button" className="link" onClick={() => leave(false)}>
          {more.connection.signIn}
        </button>
      )}
    </div>
  );
}
