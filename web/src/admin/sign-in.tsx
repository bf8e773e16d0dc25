import { type FormEvent, useEffect, useRef, useState } from 'react';
import { sentenceOf } from './api';

interface Props {
  /** @throws ApiError when the server does not take the key. */
  enter: (key: string, keep: boolean) => Promise<void>;
  /** Why the key before is not taken any more. */
  refusal: string | null;
}

export function SignIn({ enter, refusal }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [keep, setKeep] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState(refusal);
  useEffect(() => {
    field.current?.focus();
    document.title = 'Admin';
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const key = field.current!.value.trim();
    if (key === '') {
      setFault('There is no key in the field.');
      field.current!.focus();
      return;
    }
    // A header takes no other signs, and no key has them.
    if (!/^[\x21-\x7e]+$/.test(key)) {
      setFault('This is no API key: it has spaces or signs that no key has.');
      return;
    }
    setBusy(true);
    setFault(null);
    enter(key, keep).catch((error: unknown) => {
      setBusy(false);
      setFault(sentenceOf(error));
      field.current?.select();
    });
  };
  return (
    <main className="alone">
      <form className="sign-in" onSubmit={submit} noValidate>
        <h2>Operators only</h2>
        <p className="soft">
          Look after what is online, work off reports, shut people out and let them back. It needs an API key
          of this server, which may do everything.
        </p>
        <label htmlFor="key">API key</label>
        <input
          id="key"
          ref={field}
          className="field mono"
          type="password"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={fault !== null}
          aria-describedby="key-about"
        />
        {fault !== null && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
        <label className="check">
          <input type="checkbox" checked={keep} onChange={(event) => setKeep(event.currentTarget.checked)} />
          <span>
            Keep it for this tab
            <span className="soft">A reload does not ask again. Closing the tab forgets it.</span>
          </span>
        </label>
        <button type="submit" className="button primary" disabled={busy}>
          {busy ? 'Trying the key…' : 'Open'}
        </button>
        <p id="key-about" className="soft small">
          It stays in the memory of this page and goes to this server alone. <code>API_KEYS</code> in the
          server’s environment names the keys; <code>openssl rand -hex 32</code> makes a new one.
        </p>
      </form>
    </main>
  );
}
