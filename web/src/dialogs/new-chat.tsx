import type { User } from '@chat-api/client';
import { useChat, useMe } from '@chat-api/client/react';
import { useState } from 'react';
import { go } from '../app/route';
import { Avatar, Presence } from '../parts/avatar';
import { announce } from '../parts/announcer';
import PublicGroups from '../join/public-groups';
import { Waiting } from '../parts/asked';
import { Dialog } from '../parts/dialog';
import { Search, Users } from '../parts/icons';
import { useFound } from '../parts/use-found';
import { useRoving } from '../parts/roving';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import { PeoplePicker, usePeople } from './people-picker';

export default function NewChat({ close }: { close: () => void }) {
  const [kind, setKind] = useState<'direct' | 'group' | 'public'>('direct');
  switch (kind) {
    case 'direct':
      return <NewDirect close={close} to={setKind} />;
    case 'group':
      return <NewGroup close={close} />;
    case 'public':
      return <PublicGroups close={close} />;
  }
}

function NewDirect({ close, to }: { close: () => void; to: (kind: 'group' | 'public') => void }) {
  const me = useMe()?.id;
  const client = useChat();
  const [q, setQ] = useState('');
  const { users, error, first } = usePeople(q);
  const roving = useRoving('.person');
  const open = (id: number) => {
    close();
    go(client.room({ chatId: null, userId: id }).chatId ?? { direct: id });
  };
  const others = users?.filter((user: User) => user.id !== me) ?? [];
  useFound(q, users && others.length);
  return (
    <Dialog title={more.newChat.title} close={close}>
      <div className="picker" onKeyDown={roving}>
        <input
          className="field"
          type="search"
          aria-label={more.newChat.search}
          placeholder={more.newChat.search}
          value={q}
          autoFocus
          onChange={(event) => setQ(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && others[0]) open(others[0].id);
          }}
        />
        {q === '' && (
          <div className="people entries">
            <button type="button" className="person" onClick={() => to('group')}>
              <span className="avatar small add">
                <Users size={18} />
              </span>
              {more.newChat.group}
            </button>
            <button type="button" className="person" onClick={() => to('public')}>
              <span className="avatar small add">
                <Search size={18} />
              </span>
              {more.newChat.public}
            </button>
          </div>
        )}
        {error !== null && (
          <p className="fault" role="alert">
            {sentenceOf(error)}
          </p>
        )}
        {users !== null && others.length === 0 && q !== '' && (
          <p className="soft empty">{more.newChat.none(q)}</p>
        )}
        {q === '' && <Waiting asked={first} />}
        <ul className="people" aria-label={more.people}>
          {others.map((user) => (
            <li key={user.id}>
              <button type="button" className="person" onClick={() => open(user.id)}>
                <span className="chat-picture">
                  <Avatar id={user.id} name={user.name} small />
                  <Presence id={user.id} />
                </span>
                <span className="person-name" dir="auto">
                  {user.name ?? en.unnamed(user.id)}
                </span>
              </button>
            </li>
          ))}
          {q === '' && me !== undefined && (
            <li>
              <button type="button" className="person" onClick={() => open(me)}>
                <Avatar id={me} name={en.you} small />
                <span className="person-name">{more.newChat.notes}</span>
              </button>
            </li>
          )}
        </ul>
      </div>
    </Dialog>
  );
}

function NewGroup({ close }: { close: () => void }) {
  const client = useChat();
  const me = useMe()?.id;
  const [title, setTitle] = useState('');
  const [chosen, setChosen] = useState<ReadonlyMap<number, string>>(new Map());
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const create = () => {
    setBusy(true);
    setFault(null);
    client
      .call('createGroup', { title: title.trim(), memberIds: [...chosen.keys()] })
      .then(({ id, invited = [] }) => {
        if (invited.length > 0) announce(more.newChat.invited(invited.length));
        close();
        go(id);
      })
      .catch((error: unknown) => setFault(sentenceOf(error)))
      .finally(() => setBusy(false));
  };
  return (
    <Dialog
      title={more.newChat.group}
      close={close}
      foot={
        <button
          type="button"
          className="button primary"
          disabled={busy || title.trim() === '' || chosen.size === 0}
          onClick={create}
        >
          {more.newChat.create}
        </button>
      }
    >
      <input
        className="field"
        aria-label={more.newChat.name}
        placeholder={more.newChat.name}
        value={title}
        maxLength={200}
        autoFocus
        onChange={(event) => setTitle(event.currentTarget.value)}
      />
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <PeoplePicker chosen={chosen} choose={setChosen} without={me === undefined ? [] : [me]} />
    </Dialog>
  );
}
