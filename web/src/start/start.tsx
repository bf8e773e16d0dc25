import type { ChatClient, ChatError, ServerConfig, User } from '@chat-api/client';
import { type FormEvent, useState } from 'react';
import { people, rest } from '../app/rest';
import { accountsOf, clientAs, clientOfAccount, clientWithToken } from '../app/session';
import { useAsked, Waiting } from '../parts/asked';
import { Avatar } from '../parts/avatar';
import { Logo } from '../parts/icons';
import { en } from '../text/en';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import '../parts/later-styles';
import { addStyles } from '../parts/styles';
import css from '../styles/start.css?inline';
import { makeDemo } from './demo';

addStyles(css);

interface Props {
  config: ServerConfig;
  /** Why one is here again. */
  note: ChatError | null;
  enter: (client: ChatClient) => void;
}

/** Says who this is: by choice, by password or by token, as the server has it. */
export default function Start(props: Props) {
  const { config } = props;
  return (
    <main className="start">
      <div className="start-box">
        <p className="start-name">
          <Logo />
          {config.name}
        </p>
        {location.hash.startsWith('#/join/') && <p className="start-invited">{more.start.invited}</p>}
        {config.auth === 'open' ? (
          <Open {...props} />
        ) : config.accounts ? (
          <SignIn {...props} />
        ) : (
          <Token {...props} />
        )}
      </div>
    </main>
  );
}

/** One thing at a time, and what went wrong with it. */
function useTask(): [busy: boolean, error: string | null, run: (work: () => Promise<void>) => void] {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    work()
      .catch((fault: unknown) => setError(sentenceOf(fault)))
      .finally(() => setBusy(false));
  };
  return [busy, error, run];
}

function Open({ enter }: Props) {
  const asked = useAsked(people, []);
  const { value: users, set: setUsers } = asked;
  const [name, setName] = useState('');
  const [busy, error, run] = useTask();
  const begin = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    run(async () => {
      const { id } = await rest<User>('POST', '/users', { name: name.trim() });
      enter(clientAs(id));
    });
  };
  return (
    <>
      <h1>{more.start.who}</h1>
      <p className="soft">{more.start.open}</p>
      <form className="start-row" onSubmit={begin}>
        <input
          className="field"
          aria-label={more.start.name}
          placeholder={more.start.name}
          value={name}
          maxLength={100}
          autoComplete="name"
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" className="button primary" disabled={busy || name.trim() === ''}>
          {more.start.enter}
        </button>
      </form>
      {error && (
        <p className="fault" role="alert">
          {error}
        </p>
      )}
      <Waiting asked={asked} />
      {users?.length === 0 && (
        <div className="start-empty">
          <p className="soft">{more.start.empty}</p>
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() => run(async () => setUsers(await makeDemo()))}
          >
            {busy ? more.start.making : more.start.demo}
          </button>
        </div>
      )}
      {users !== null && users.length > 0 && (
        <>
          <h2 id="people">{more.start.people}</h2>
          <ul className="start-people" aria-labelledby="people">
            {users.map((user) => (
              <li key={user.id}>
                <button type="button" onClick={() => enter(clientAs(user.id))}>
                  <Avatar id={user.id} name={user.name} small />
                  <span dir="auto">{user.name ?? en.unnamed(user.id)}</span>
                </button>
              </li>
            ))}
          </ul>
          <p className="start-second">
            <a href="/" target="_blank" rel="noopener">
              {more.start.second}
            </a>
          </p>
        </>
      )}
    </>
  );
}

function SignIn({ config, note, enter }: Props) {
  const [creates, setCreates] = useState(false);
  const [shared, setShared] = useState(false);
  const [busy, error, run] = useTask();
  const begin = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (field: string) => {
      const value = form.get(field);
      return typeof value === 'string' ? value : '';
    };
    run(async () => {
      const auth = await accountsOf(shared);
      const who = { username: text('username').trim(), password: text('password') };
      const name = text('name').trim();
      if (creates) await auth.register(name === '' ? who : { ...who, name });
      else await auth.login(who);
      enter(clientOfAccount(auth, shared));
    });
  };
  return (
    <>
      <h1>{creates ? more.start.register : more.start.signIn}</h1>
      {note && (
        <p className="fault" role="alert">
          {sentenceOf(note)}
        </p>
      )}
      <form className="start-form" onSubmit={begin}>
        <label>
          {more.start.username}
          <input className="field" name="username" autoComplete="username" autoCapitalize="none" required />
        </label>
        {creates && (
          <label>
            {more.start.display}
            <input className="field" name="name" autoComplete="name" maxLength={100} />
          </label>
        )}
        <label>
          {more.start.password}
          <input
            className="field"
            name="password"
            type="password"
            autoComplete={creates ? 'new-password' : 'current-password'}
            required
          />
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
          {more.start.shared}
        </label>
        {error && (
          <p className="fault" role="alert">
            {error}
          </p>
        )}
        <button type="submit" className="button primary" disabled={busy}>
          {creates ? more.start.register : more.start.signIn}
        </button>
      </form>
      {config.registration && (
        <p>
          <button type="button" className="link" onClick={() => setCreates(!creates)}>
            {creates ? more.start.toSignIn : more.start.toRegister}
          </button>
        </p>
      )}
    </>
  );
}

function Token({ note, enter }: Props) {
  const [token, setToken] = useState('');
  const begin = (event: FormEvent) => {
    event.preventDefault();
    if (token.trim() !== '') void clientWithToken(token.trim()).then(enter);
  };
  return (
    <>
      <h1>{more.start.signIn}</h1>
      <p className="soft">{more.start.tokenHelp}</p>
      {note && (
        <p className="fault" role="alert">
          {sentenceOf(note)}
        </p>
      )}
      <form className="start-form" onSubmit={begin}>
        <label>
          {more.start.token}
          <textarea
            className="field mono"
            rows={4}
            spellCheck={false}
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <button type="submit" className="button primary" disabled={token.trim() === ''}>
          {more.start.connect}
        </button>
      </form>
    </>
  );
}
