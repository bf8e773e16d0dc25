import { useConnection } from '@chat-api/client/react';
import { useEffect, useState } from 'react';
import { announce } from '../parts/announcer';
import { en } from '../text/en';
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
        : en.connection.refused
      : state === 'waiting'
        ? en.connection.offline
        : en.connection.connecting;
  useEffect(() => {
    if (!shown) return undefined;
    announce(text);
    return () => announce(en.connection.live);
  }, [shown, text]);
  if (!shown) return null;
  return (
    <div className={`connection${state === 'refused' ? ' refused' : ''}`}>
      <span>{text}</span>
      {state === 'refused' && (
        <button type="button" className="link" onClick={() => leave(false)}>
          {en.connection.signIn}
        </button>
      )}
    </div>
  );
}
