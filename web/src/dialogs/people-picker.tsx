import type { User } from '@chat-api/client';
import { useChat, useSearch } from '@chat-api/client/react';
import { useEffect, useState } from 'react';
import { Avatar, Presence } from '../parts/avatar';
import { Check } from '../parts/icons';
import { X } from '../parts/icons-more';
import { useRoving } from '../parts/roving';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import '../parts/later-styles';

/** People whom one may know: sought by name, or the first of all. */
export function usePeople(q: string): { users: readonly User[] | null; error: unknown } {
  const client = useChat();
  const search = useSearch(q);
  const [first, setFirst] = useState<readonly User[] | null>(null);
  useEffect(() => {
    client.call('getUsers', { limit: 50 }).then(setFirst, () => setFirst([]));
  }, [client]);
  return q.trim() === '' ? { users: first, error: null } : { users: search.users, error: search.error };
}

interface Props {
  chosen: ReadonlyMap<number, string>;
  choose: (chosen: ReadonlyMap<number, string>) => void;
  without: readonly number[];
}

/** Several people, by a search. */
export function PeoplePicker({ chosen, choose, without }: Props) {
  const [q, setQ] = useState('');
  const { users, error } = usePeople(q);
  const roving = useRoving('[role="option"]');
  const toggle = (user: User) => {
    const next = new Map(chosen);
    if (!next.delete(user.id)) next.set(user.id, user.name ?? en.unnamed(user.id));
    choose(next);
  };
  const shown = users?.filter(({ id }) => !without.includes(id)) ?? [];
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
