import { useChat, useChats, useMe } from '@chat-api/client/react';
import { type KeyboardEvent, useState } from 'react';
import { go } from '../app/route';
import type { Where } from '../app/where';
import { Avatar } from '../parts/avatar';
import { Dialog } from '../parts/dialog';
import { useFound } from '../parts/use-found';
import { titleOf } from '../parts/names';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { usePeople } from './people-picker';

interface Place {
  key: string;
  where: Where;
  title: string;
  id: number;
  group: boolean;
}

const MOST = 8;

/** Words in any order, by their beginnings; case and accents do not matter. */
function fits(title: string, q: string): boolean {
  const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
  const words = plain(title).split(/[^\p{L}\p{N}]+/u);
  return plain(q)
    .split(/\s+/)
    .every((part) => part === '' || words.some((word) => word.startsWith(part)));
}

export default function GoTo({ close }: { close: () => void }) {
  const client = useChat();
  const me = useMe()?.id;
  const [q, setQ] = useState('');
  const [at, setAt] = useState(0);
  const { items } = useChats('inbox');
  const { users } = usePeople(q);
  const places: Place[] = items
    .map((chat) => ({
      key: `c${chat.id}`,
      where: chat.id,
      title: titleOf(chat, me),
      id: chat.otherUser?.id ?? chat.id,
      group: chat.type === 'group',
    }))
    .filter(({ title }) => fits(title, q))
    .slice(0, MOST);
  const known = new Set(items.flatMap(({ otherUser }) => (otherUser ? [otherUser.id] : [])));
  if (q.trim() !== '')
    for (const user of users ?? [])
      if (!known.has(user.id) && user.id !== me && places.length < 2 * MOST)
        places.push({
          key: `u${user.id}`,
          where: { direct: user.id },
          title: user.name ?? en.unnamed(user.id),
          id: user.id,
          group: false,
        });
  useFound(q, users && places.length);
  const chosen = Math.min(at, places.length - 1);
  const open = ({ where }: Place) => {
    close();
    go(
      typeof where === 'object'
        ? (client.room({ chatId: null, userId: where.direct }).chatId ?? where)
        : where,
    );
  };
  const pressed = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && places.length > 0) setAt((chosen + step + places.length) % places.length);
    else if (event.key === 'Enter' && places[chosen]) open(places[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={more.goTo.title} close={close}>
      <div className="picker">
        <input
          className="field"
          type="search"
          role="combobox"
          aria-expanded="true"
          aria-controls="places"
          aria-activedescendant={places[chosen] ? `place-${places[chosen].key}` : undefined}
          aria-label={more.goTo.placeholder}
          placeholder={more.goTo.placeholder}
          value={q}
          autoFocus
          onChange={(event) => {
            setQ(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={pressed}
        />
        {places.length === 0 && <p className="soft empty">{more.goTo.none}</p>}
        <div className="people" id="places" role="listbox" aria-label={more.goTo.title}>
          {places.map((place, index) => (
            <div
              key={place.key}
              id={`place-${place.key}`}
              role="option"
              aria-selected={index === chosen}
              className="person"
              onClick={() => open(place)}
            >
              <Avatar id={place.id} name={place.title} group={place.group} small />
              <span className="person-name" dir="auto">
                {place.title}
              </span>
            </div>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
