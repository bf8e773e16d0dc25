import type { User } from '@chat-api/client';
import { useMe } from '@chat-api/client/react';
import { type FormEvent, useState } from 'react';
import { useApp } from '../app/app';
import { rest } from '../app/rest';
import { Picture } from '../parts/avatar';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

/** In open mode everybody changes their own profile; with tokens the application does. */
export function Profile() {
  const me = useMe();
  const { auth } = useApp().config;
  const [note, setNote] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  if (!me) return null;
  const save = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (field: string) => {
      const value = form.get(field);
      return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
    };
    setNote(null);
    setFault(null);
    rest<User>('PATCH', `/users/${me.id}`, { name: text('name'), avatarUrl: text('avatar') }, me.id)
      .then(() => setNote(more.settings.saved))
      .catch((error: unknown) => setFault(sentenceOf(error)));
  };
  if (auth !== 'open')
    return (
      <div className="profile">
        <Picture id={me.id} name={me.name} url={me.avatarUrl} />
        <div>
          <strong dir="auto">{me.name ?? en.unnamed(me.id)}</strong>
          {me.username && <p className="soft">{me.username}</p>}
        </div>
      </div>
    );
  return (
    <form className="start-form" onSubmit={save}>
      <label>
        {more.settings.name}
        <input className="field" name="name" defaultValue={me.name ?? ''} maxLength={100} dir="auto" />
      </label>
      <label>
        {more.settings.avatar}
        <input className="field" name="avatar" type="url" defaultValue={me.avatarUrl ?? ''} />
        <span className="soft">{more.settings.avatarHelp}</span>
      </label>
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <div className="settings-save">
        <button type="submit" className="button primary">
          {more.settings.save}
        </button>
        <span role="status" className="soft">
          {note}
        </span>
      </div>
    </form>
  );
}
