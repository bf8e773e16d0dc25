import type { Block, User } from '@chat-api/client';
import { useChat, useMe } from '@chat-api/client/react';
import { type FormEvent, useEffect, useState } from 'react';
import { useApp } from '../app/app';
import { show } from '../app/dialogs';
import { prefer, usePreferences } from '../app/preferences';
import { rest } from '../app/session';
import { Picture } from '../parts/avatar';
import { Dialog } from '../parts/dialog';
import { useNames } from '../parts/system';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

export default function Settings({ close }: { close: () => void }) {
  const { config, leave } = useApp();
  const { theme, enterSends, letters } = usePreferences();
  return (
    <Dialog title={more.settings.title} close={close}>
      <Profile />
      <fieldset className="choices">
        <legend className="label">{more.settings.theme}</legend>
        {(['system', 'light', 'dark'] as const).map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="theme"
              checked={theme === name}
              onChange={() => prefer({ theme: name })}
            />
            {more.settings.themes[name]}
          </label>
        ))}
      </fieldset>
      <label className="check">
        <input
          type="checkbox"
          checked={enterSends}
          onChange={(event) => prefer({ enterSends: event.currentTarget.checked })}
        />
        <span>
          {more.settings.enter}
          <span className="soft">{more.settings.enterHelp}</span>
        </span>
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={letters}
          onChange={(event) => prefer({ letters: event.currentTarget.checked })}
        />
        {more.settings.letters}
      </label>
      <Visible />
      <Blocked />
      <div className="settings-last">
        {config.auth === 'open' && (
          <a className="button" href="/" target="_blank" rel="noopener">
            {more.settings.second}
          </a>
        )}
        {config.pages.includes('/console') && (
          <a className="button" href="/console" target="_blank" rel="noopener">
            {more.settings.console}
          </a>
        )}
        <button type="button" className="button" onClick={() => show('help')}>
          {more.settings.help}
        </button>
        <button
          type="button"
          className="button danger"
          onClick={() => {
            close();
            leave(config.auth === 'jwt');
          }}
        >
          {config.auth === 'open' ? more.settings.switch : more.settings.signOut}
        </button>
      </div>
    </Dialog>
  );
}

/** In open mode everybody changes their own profile; with tokens the application does. */
function Profile() {
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

function Visible() {
  const client = useChat();
  const [visible, setVisible] = useState<boolean | null>(null);
  useEffect(() => {
    client.call('getVisibility', {}).then(
      (answer) => setVisible(answer.visible),
      () => undefined,
    );
  }, [client]);
  const change = (wanted: boolean) => {
    setVisible(wanted);
    client.call('setVisibility', { visible: wanted }).catch(() => setVisible(!wanted));
  };
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={visible ?? true}
        disabled={visible === null}
        onChange={(event) => change(event.currentTarget.checked)}
      />
      {more.settings.visible}
    </label>
  );
}

function Blocked() {
  const client = useChat();
  const [blocks, setBlocks] = useState<readonly Block[] | null>(null);
  useEffect(() => {
    client.call('getBlocks', {}).then(setBlocks, () => undefined);
  }, [client]);
  const nameOf = useNames(blocks?.map(({ userId }) => userId) ?? []);
  const unblock = (userId: number) => {
    client.call('unblockUser', { userId }).then(
      () => setBlocks((before) => before?.filter((one) => one.userId !== userId) ?? null),
      () => undefined,
    );
  };
  return (
    <section>
      <h3 className="label">{more.settings.blocked}</h3>
      {blocks?.length === 0 && <p className="soft">{more.settings.noBlocked}</p>}
      <ul className="people">
        {blocks?.map(({ userId }) => (
          <li key={userId} className="person">
            <span className="person-name" dir="auto">
              {nameOf(userId)}
            </span>
            <button type="button" className="link" onClick={() => unblock(userId)}>
              {more.details.unblock}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
