import type { Deactivation } from '@chat-api/client';
import { useRef, useState } from 'react';
import { announce } from '../../parts/announcer';
import { call, get, sentenceOf } from '../api';
import { useNames } from '../names';
import { Avatar, Fault, Nothing } from '../parts';
import { personHref } from '../route';
import { momentOf } from '../times';
import { PAGE, usePages } from '../use-pages';

const read = (last?: Deactivation) =>
  get<Deactivation[]>('/deactivations', { after: last?.userId, limit: PAGE });

interface Props {
  chosen: number | null;
  /** Whenever it changes, it is read anew who is shut out. */
  done: number;
  /** Called when somebody was let back. */
  changed: () => void;
}

/** Who is deactivated, until when and why. */
export function ShutOutList({ chosen, done, changed }: Props) {
  const { items, more, fault, load, loadMore } = usePages(read, 0, done);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const nameOf = useNames((items ?? []).map(({ userId }) => userId));
  const letBack = async (userId: number, at: number) => {
    setBusy(true);
    setRefused(null);
    try {
      await call('POST', `/users/${userId}/reactivate`);
      announce(`${nameOf(userId)} may come back.`);
      changed();
    } catch (error) {
      setRefused(sentenceOf(error));
    }
    await load();
    setBusy(false);
    // The next one takes their place, and the focus.
    requestAnimationFrame(() => {
      const links = list.current?.querySelectorAll<HTMLElement>('a') ?? [];
      links[Math.min(at, links.length - 1)]?.focus();
    });
  };
  return (
    <>
      <Fault text={refused ?? fault} {...(refused === null ? { again: () => void load() } : {})} />
      {items?.length === 0 && (
        <Nothing title="Nobody is shut out">Who is deactivated comes here, with the reason.</Nothing>
      )}
      <ul className="persons" aria-label="Shut out" ref={list}>
        {items?.map(({ userId, until, reason }, at) => (
          <li key={userId} className="shut-out">
            <a href={personHref(userId)} aria-current={userId === chosen ? 'true' : undefined}>
              <Avatar id={userId} name={nameOf(userId)} small />
              <span className="who">
                <span className="name" dir="auto">
                  {nameOf(userId)}
                </span>
                <span className="soft small">
                  {until === null ? 'until let back' : `until ${momentOf(until)}`}
                </span>
                {reason !== null && (
                  <span className="soft small why" dir="auto">
                    {reason}
                  </span>
                )}
              </span>
            </a>
            <button
              type="button"
              className="button small"
              disabled={busy}
              aria-label={`Let back: ${nameOf(userId)}`}
              onClick={() => void letBack(userId, at)}
            >
              Let back
            </button>
          </li>
        ))}
      </ul>
      {more && (
        <button type="button" className="button small more" onClick={() => void loadMore()}>
          More
        </button>
      )}
    </>
  );
}
