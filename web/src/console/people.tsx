import { type FormEvent, useState } from 'react';
import type { Config } from './contract';
import { AddByToken } from './add-by-token';
import { add, cut, type Identity, remove, setOffline, useIdentities } from './identities';
import { offered } from './seen';
import type { Sender } from './sender';

interface Props {
  config: Config;
  who: Identity | null;
  choose: (key: number) => void;
  sender: Sender;
  /** On a phone: whether more than the names is shown. */
  open: boolean;
}

/** Those who send, side by side, and what can be done to the connection of the chosen one. */
export function People({ config, who, choose, sender, open }: Props) {
  const identities = useIdentities();
  return (
    <section
      className={open || identities.length === 0 ? 'people-bar open' : 'people-bar'}
      aria-label="Identities"
    >
      <ul>
        {identities.map((one) => (
          <li key={one.key} className={`chip-of c${one.colour}`}>
            <button
              type="button"
              aria-pressed={one.key === who?.key}
              title="Send as this one"
              onClick={() => choose(one.key)}
            >
              <span className="spot" aria-hidden="true" />
              <span className="label" dir="auto">
                {one.label}
              </span>
              <span className={`state ${one.state.replace(' ', '-')}`}>{one.state}</span>
            </button>
            <button
              type="button"
              className="away"
              aria-label={`Remove ${one.label}`}
              onClick={() => remove(one.key)}
            >
              <span aria-hidden="true">×</span>
            </button>
          </li>
        ))}
      </ul>
      {config.auth === 'open' ? (
        <AddById config={config} choose={choose} first={identities.length === 0} />
      ) : (
        <AddByToken config={config} choose={choose} />
      )}
      {who && <Connection who={who} sender={sender} />}
    </section>
  );
}

function AddById({ config, choose, first }: Pick<Props, 'config' | 'choose'> & { first: boolean }) {
  const [id, setId] = useState('');
  const [fault, setFault] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const text = id.trim();
    if (!/^([1-9]\d{0,15}|external:.{1,256})$/.test(text)) {
      setFault(true);
      return;
    }
    const userId = text.startsWith('external:') ? text : Number(text);
    choose(add(config, { userId, label: text.startsWith('external:') ? text : `User ${text}` }));
    setId('');
  };
  return (
    <form className="add" onSubmit={submit} noValidate aria-label="Add an identity">
      <input
        className="field"
        aria-label="User id"
        aria-invalid={fault}
        placeholder="User id"
        list="users-seen"
        autoComplete="off"
        value={id}
        onInput={(event) => {
          setFault(false);
          setId(event.currentTarget.value);
        }}
      />
      <datalist id="users-seen">
        {offered('userId').map((one) => (
          <option key={one} value={String(one)} />
        ))}
      </datalist>
      <button type="submit" className="button small">
        Add
      </button>
      <button
        type="button"
        className="button small quiet"
        onClick={() => choose(add(config, { label: 'Application' }))}
      >
        Add the application
      </button>
      {fault && (
        <span className="fault" role="alert">
          A whole number from 1, or external:…
        </span>
      )}
      {first && !fault && (
        <span className="soft small">Open mode: any id is a user, and is made when it is first used.</span>
      )}
    </form>
  );
}

function Connection({ who, sender }: { who: Identity; sender: Sender }) {
  const [chatId, setChatId] = useState('');
  const [version, setVersion] = useState('0');
  const offline = who.state === 'offline';
  const isPerson = who.userId !== null || who.token !== null;
  const chats = offered('chatId');
  const sync = (event: FormEvent) => {
    event.preventDefault();
    const chat = chatId.trim() || String(chats[0] ?? '');
    if (chat) void sender.syncFrom(chat, Math.max(0, Math.trunc(Number(version)) || 0));
  };
  return (
    <div className="connection" role="group" aria-label={`Connection of ${who.label}`}>
      {who.socket && (
        <>
          <button
            type="button"
            className="button small"
            disabled={who.state !== 'connected'}
            onClick={() => cut(who.key)}
          >
            Cut
          </button>
          <button type="button" className="button small" onClick={() => setOffline(who.key, !offline)}>
            {offline ? 'Go online' : 'Go offline'}
          </button>
        </>
      )}
      <button
        type="button"
        className="button small"
        disabled={sender.last === null || sender.under}
        title="The same input with the same clientId"
        onClick={() => void sender.sendAgain()}
      >
        Send last again
      </button>
      <button
        type="button"
        className="button small"
        disabled={sender.last === null || sender.under}
        title="Two at once, with the same clientId: as a double click does"
        onClick={() => void sender.sendTwice()}
      >
        Send last twice
      </button>
      {isPerson && (
        <form className="sync" onSubmit={sync} aria-label="Sync">
          <button type="submit" className="button small">
            Sync
          </button>
          <label>
            chat
            <input
              className="field"
              list="chats-seen"
              autoComplete="off"
              inputMode="numeric"
              placeholder={chats[0] === undefined ? 'id' : String(chats[0])}
              value={chatId}
              onInput={(event) => setChatId(event.currentTarget.value)}
            />
          </label>
          <datalist id="chats-seen">
            {chats.map((one) => (
              <option key={one} value={String(one)} />
            ))}
          </datalist>
          <label>
            from version
            <input
              className="field"
              inputMode="numeric"
              value={version}
              onInput={(event) => setVersion(event.currentTarget.value)}
            />
          </label>
        </form>
      )}
    </div>
  );
}
