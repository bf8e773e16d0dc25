import type { User } from '@chat-api/client';
import { useCallback, useEffect, useState } from 'react';
import { announce } from '../../parts/announcer';
import { ArrowLeft } from '../../parts/icons';
import { get, sentenceOf } from '../api';
import { numbered } from '../names';
import { Avatar, Fault, Heading, Nothing } from '../parts';
import { personHref } from '../route';
import type { Server } from '../server';
import { everybody, find } from './finding';
import { Person } from './person';
import { ShutOutList } from './shut-out';

/** Milliseconds after the last key until it is asked. */
const PAUSE_MS = 250;

/** Finds people; one of them beside the list, on a phone instead of it. */
export default function People({ userId, server }: { userId: number | null; server: Server }) {
  const [q, setQ] = useState('');
  const [onlyShutOut, setOnlyShutOut] = useState(false);
  // What is done at one side is seen at the other.
  const [doneHere, setDoneHere] = useState(0);
  const [doneThere, setDoneThere] = useState(0);
  return (
    <div className={userId === null ? 'persons-screen' : 'persons-screen one'}>
      <div className="finder">
        <div className="screen-head">
          <Heading focus="taken">People</Heading>
          {server.has('getDeactivations') && (
            <div className="tabs" role="group" aria-label="Who is shown">
              <button type="button" aria-pressed={!onlyShutOut} onClick={() => setOnlyShutOut(false)}>
                All
              </button>
              <button type="button" aria-pressed={onlyShutOut} onClick={() => setOnlyShutOut(true)}>
                Shut out
              </button>
            </div>
          )}
        </div>
        {onlyShutOut ? (
          <ShutOutList chosen={userId} done={doneThere} changed={() => setDoneHere((n) => n + 1)} />
        ) : (
          <>
            <input
              className="field"
              type="search"
              aria-label="Find a person"
              placeholder="Name, id or external id"
              value={q}
              maxLength={200}
              autoComplete="off"
              spellCheck={false}
              onInput={(event) => setQ(event.currentTarget.value)}
            />
            <Found q={q.trim()} chosen={userId} done={doneThere} />
          </>
        )}
      </div>
      <div className="found">
        {userId === null ? (
          <Nothing title="Nobody is chosen">
            Their chats, their sessions and what was done to them come here.
          </Nothing>
        ) : (
          <>
            <a className="back" href="#/people">
              <ArrowLeft size={18} /> People
            </a>
            <Person
              key={`${userId} ${doneHere}`}
              userId={userId}
              server={server}
              changed={() => setDoneThere((n) => n + 1)}
            />
          </>
        )}
      </div>
    </div>
  );
}

interface FoundProps {
  q: string;
  chosen: number | null;
  /** Rises when something was done to the chosen one. */
  done: number;
}

function Found({ q, chosen, done }: FoundProps) {
  const [users, setUsers] = useState<User[] | null>(null);
  const [more, setMore] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let late = false;
    const ask = async () => {
      try {
        const answer = q === '' ? await everybody() : { users: await find(q), more: false };
        if (late) return;
        setUsers(answer.users);
        setMore(answer.more);
        setFault(null);
        if (q !== '')
          announce(answer.users.length === 1 ? '1 person found' : `${answer.users.length} people found`);
      } catch (error) {
        if (!late) setFault(sentenceOf(error));
      }
    };
    const timer = setTimeout(() => void ask(), q === '' ? 0 : PAUSE_MS);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [q, tries]);
  // Only the one who was changed is read anew: the list stays where it is.
  useEffect(() => {
    if (done === 0 || chosen === null) return undefined;
    let late = false;
    get<User>(`/users/${chosen}`).then(
      (user) =>
        late || setUsers((before) => before && before.map((one) => (one.id === user.id ? user : one))),
      // They are gone, or the next look shows it.
      () => undefined,
    );
    return () => {
      late = true;
    };
  }, [done, chosen]);
  const loadMore = useCallback(async () => {
    try {
      const page = await everybody(users?.at(-1)?.id);
      setUsers((before) => [...(before ?? []), ...page.users]);
      setMore(page.more);
    } catch (error) {
      setFault(sentenceOf(error));
    }
  }, [users]);
  return (
    <>
      <Fault text={fault} again={() => setTries((n) => n + 1)} />
      {users?.length === 0 &&
        fault === null &&
        (q === '' ? (
          <Nothing title="There is nobody here yet" />
        ) : (
          <Nothing title="Nobody found">
            By the beginning of words of the name, by the number, or by the whole external id.
          </Nothing>
        ))}
      <ul className="persons" aria-label="People">
        {users?.map(({ id, name, externalId, deactivated }) => (
          <li key={id}>
            <a href={personHref(id)} aria-current={id === chosen ? 'true' : undefined}>
              <Avatar id={id} name={name} small />
              <span className="who">
                <span className="name" dir="auto">
                  {name ?? numbered(id)}
                </span>
                <span className="soft small ids">
                  {id}
                  {externalId !== null && (
                    <>
                      {' · '}
                      <bdi>{externalId}</bdi>
                    </>
                  )}
                </span>
              </span>
              {deactivated && <span className="tag bad">shut out</span>}
            </a>
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
