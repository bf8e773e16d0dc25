import { type FormEvent, useState } from 'react';
import type { Config } from './contract';
import { add } from './identities';

type By = 'login' | 'token' | 'key';

interface LoggedIn {
  accessToken?: string;
  user?: { id: number; username: string };
  error?: { message: string };
}

async function logIn(username: string, password: string): Promise<LoggedIn> {
  try {
    const response = await fetch('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      credentials: 'omit',
      body: JSON.stringify({ username, password }),
    });
    return (await response.json()) as LoggedIn;
  } catch {
    return { error: { message: 'The server was not reached.' } };
  }
}

/** With AUTH=jwt: by a name and password, by a token, or the application by its key. None of it is stored. */
export function AddByToken({ config, choose }: { config: Config; choose: (key: number) => void }) {
  const [by, setBy] = useState<By>(config.accounts ? 'login' : 'token');
  const [name, setName] = useState('');
  const [secret, setSecret] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFault(null);
    const text = secret.trim();
    if (by === 'login') {
      const { accessToken, user, error } = await logIn(name.trim(), secret);
      if (accessToken === undefined || !user) {
        setFault(error?.message ?? 'That did not work.');
        return;
      }
      choose(add(config, { token: accessToken, userId: user.id, label: user.username }));
    } else if (text === '') {
      setFault('There is nothing in the field.');
      return;
    } else if (by === 'token') choose(add(config, { token: text, label: 'Token' }));
    else choose(add(config, { apiKey: text, label: 'Application' }));
    setName('');
    setSecret('');
  };
  return (
    <form className="add" onSubmit={(event) => void submit(event)} noValidate aria-label="Add an identity">
      <label>
        <span className="hidden">Add by</span>
        <select
          className="choice"
          value={by}
          onChange={(event) => {
            setFault(null);
            setBy(event.currentTarget.value as By);
          }}
        >
          {config.accounts && <option value="login">Log in</option>}
          <option value="token">Token</option>
          <option value="key">API key</option>
        </select>
      </label>
      {by === 'login' && (
        <input
          className="field"
          aria-label="Username"
          placeholder="Username"
          autoComplete="off"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      )}
      <input
        className="field"
        type="password"
        aria-label={by === 'login' ? 'Password' : by === 'token' ? 'Access token' : 'API key'}
        placeholder={by === 'login' ? 'Password' : by === 'token' ? 'Access token' : 'API key'}
        autoComplete="off"
        value={secret}
        onInput={(event) => setSecret(event.currentTarget.value)}
      />
      <button type="submit" className="button small">
        Add
      </button>
      {fault !== null && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
    </form>
  );
}
