import type { User } from '@chat-api/client';
import { useChat, useConnection, useSearch } from '@chat-api/client/react';
import { useState } from 'react';
import { type Asked, useAsked, Waiting } from '../parts/asked';
import { Avatar, Presence } from '../parts/avatar';
import { Check } from '../parts/icons';
import { X } from '../parts/icons-more';
import { useFound } from '../parts/use-found';
import { useRoving } from '../parts/roving';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import '../parts/later-styles';

/** People whom one may know: sought by name, or the first of all. */
export function usePeople(q: string): {
  users: readonly User[] | null;
  error: unknown;
  /** The first of all: for what is shown until they are there. */
  first: Asked<readonly User[]>;
} {
  const client = useChat();
  const search = useSearch(q);
  const live = useConnection().state === 'live';
  const first = useAsked<readonly User[]>(() => client.call('getUsers', { limit: 50 }), [client, live]);
  const isSought = q.trim() !== '';
  return {
    users: isSought ? search.users : first.value,
    error: isSought ? search.error : null,
    first,
  };
}

interface Props {
  chosen: ReadonlyMap<number, string>;
  choose: (chosen: ReadonlyMap<number, string>) => void;
  without: readonly number[];
}

/** Several people, by a search. */
export function PeoplePicker({ chosen, choose, without }: Props) {
  const [q, setQ] = useState('');
  const { users, error, first } = usePeople(q);
  const roving = useRoving('[role="option"]');
  const toggle = (user: User) => {
    const next = new Map(chosen);
    if (!next.delete(user.id)) next.set(user.id, user.name ?? en.unnamed(user.id));
    choose(next);
  };
  const shown = users?.filter(({ id }) => !without.includes(id)) ?? [];
  useFound(q, users && shown.length);
  return (
    <div className="picker" onKeyDown={roving}>
      {chosen.size > 0 && (
        <ul className="chips" aria-label={more.newChat.chosen}>
          {[...chosen].map(([id, name]) => (
            <li key={id}>
              <button
                type="button"
                className="chip"
                aria-label={more.newChat.remove(name)}
                onClick={() => {
                  const next = new Map(chosen);
                  next.delete(id);
                  choose(next);
                }}
              >
                <span dir="auto">{name}</span>
                <X size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        className="field"
        type="search"
        aria-label={more.newChat.search}
        placeholder={more.newChat.search}
        value={q}
        onChange={(event) => setQ(event.currentTarget.value)}
      />
      {error !== null && (
        <p className="fault" role="alert">
          {sentenceOf(error)}
        </p>
      )}
      {users !== null && shown.length === 0 && q !== '' && (
        <p className="soft empty">{more.newChat.none(q)}</p>
      )}
      {q === '' && <Waiting asked={first} />}
      <div className="people" role="listbox" aria-multiselectable="true" aria-label={more.people}>
        {shown.map((user) => (
          <button
            key={user.id}
            type="button"
            role="option"
            className="person"
            aria-selected={chosen.has(user.id)}
            onClick={() => toggle(user)}
          >
            <span className="chat-picture">
              <Avatar id={user.id} name={user.name} small />
              <Presence id={user.id} />
            </span>
            <span className="person-name" dir="auto">
              {user.name ?? en.unnamed(user.id)}
            </span>
            {chosen.has(user.id) && <Check size={18} className="accent" />}
          </button>
        ))}
      </div>
    </div>
  );
}
