import { type Dispatch, type SetStateAction, useEffect, useReducer, useState } from 'react';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

/** Loading is not spoken of before, in milliseconds. */
const SAID_MS = 300;

export interface Asked<T> {
  /** null: not there yet. */
  value: T | null;
  error: unknown;
  set: Dispatch<SetStateAction<T | null>>;
  again: () => void;
}

/** What the server is asked for: once, and again with other `on`, as after a connection came back, until it has answered. */
export function useAsked<T>(ask: () => Promise<T>, on: readonly unknown[]): Asked<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [tries, again] = useReducer((n: number) => n + 1, 0);
  const known = value !== null;
  useEffect(() => {
    if (known) return undefined;
    let left = false;
    setError(null);
    ask().then(
      (answer) => !left && setValue(answer),
      (fault: unknown) => !left && setError(fault),
    );
    return () => void (left = true);
  }, [...on, tries, known]);
  return { value, error, set: setValue, again };
}

/** In place of what was asked for: that it takes a while, or why there is nothing, with another try. */
export function Waiting({ asked: { value, error, again } }: { asked: Omit<Asked<unknown>, 'set'> }) {
  const [late, setLate] = useState(false);
  const waits = value === null && error === null;
  useEffect(() => {
    setLate(false);
    if (!waits) return undefined;
    const timer = setTimeout(() => setLate(true), SAID_MS);
    return () => clearTimeout(timer);
  }, [waits]);
  if (value !== null) return null;
  if (error !== null)
    return (
      <p className="fault" role="alert">
        {sentenceOf(error)}{' '}
        <button type="button" className="link" onClick={again}>
          {en.again}
        </button>
      </p>
    );
  return late ? <p className="soft">{more.waiting}</p> : null;
}
