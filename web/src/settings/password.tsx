import { useMe } from '@chat-api/client/react';
import { type FormEvent, useState } from 'react';
import { accountsOf } from '../app/session';
import { Confirm } from '../parts/dialog';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

/** Of people who log in here: another password, and an end to all their sessions. */
export function Password({ end }: { end: () => void }) {
  const me = useMe();
  const [opens, setOpens] = useState(false);
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const [note, setNote] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const run = (work: () => Promise<void>) => {
    setBusy(true);
    setNote(null);
    setFault(null);
    work()
      .catch((error: unknown) => setFault(sentenceOf(error)))
      .finally(() => setBusy(false));
  };
  const change = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [current, next] = ['current', 'new'].map((name) => form.get(name) as string);
    run(async () => {
      await (await accountsOf()).changePassword(current!, next!);
      setOpens(false);
      setNote(more.settings.passwordChanged);
    });
  };
  const everywhere = () =>
    run(async () => {
      await (await accountsOf()).endEverywhere();
      end();
    });
  return (
    <section aria-labelledby="account">
      <h3 className="label" id="account">
        {more.settings.account}
      </h3>
      {opens ? (
        <form className="start-form" onSubmit={change}>
          <input type="hidden" name="username" autoComplete="username" value={me?.username ?? ''} />
          <label>
            {more.settings.current}
            <input
              className="field"
              name="current"
              type="password"
              autoComplete="current-password"
              required
              autoFocus
            />
          </label>
          <label>
            {more.settings.new}
            <input
              className="field"
              name="new"
              type="password"
              autoComplete="new-password"
              minLength={8}
              required
            />
          </label>
          <div className="settings-save">
            <button type="submit" className="button primary" disabled={busy}>
              {more.settings.changePassword}
            </button>
            <button type="button" className="button" onClick={() => setOpens(false)}>
              {more.details.cancel}
            </button>
          </div>
        </form>
      ) : (
        <div className="settings-save">
          <button type="button" className="button" onClick={() => setOpens(true)}>
            {more.settings.changePassword}
          </button>
          <button type="button" className="button danger" disabled={busy} onClick={() => setSure(true)}>
            {more.settings.everywhere}
          </button>
        </div>
      )}
      {fault && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <p role="status" className="soft">
        {note}
      </p>
      {sure && (
        <Confirm
          title={more.settings.everywhere}
          text={more.settings.everywhereHelp}
          action={more.settings.everywhere}
          run={everywhere}
          close={() => setSure(false)}
        />
      )}
    </section>
  );
}
