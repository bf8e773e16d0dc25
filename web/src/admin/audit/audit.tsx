import { type FormEvent, useState } from 'react';
import { Fault, Heading, Nothing } from '../parts';
import { ACTIONS } from './entries';
import { EntryList } from './entry-list';
import { useAudit } from './use-audit';

const IDS = /^[1-9]\d{0,14}$/;

/** What the application and admins did to people and chats. */
export function Audit() {
  const [action, setAction] = useState('');
  const [typed, setTyped] = useState('');
  const [userId, setUserId] = useState<number | undefined>(undefined);
  const { entries, more, fault, load, loadMore } = useAudit({ action, userId });
  const wrong = typed.trim() !== '' && !IDS.test(typed.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!wrong) setUserId(typed.trim() === '' ? undefined : Number(typed.trim()));
  };
  return (
    <div className="screen narrow">
      <div className="screen-head">
        <Heading focus="taken">Audit</Heading>
      </div>
      <form className="filters" onSubmit={submit} noValidate>
        <label>
          <span>What</span>
          <select
            className="choice"
            value={action}
            onChange={(event) => setAction(event.currentTarget.value)}
          >
            <option value="">Everything</option>
            {Object.entries(ACTIONS).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>To whom</span>
          <input
            className="field"
            inputMode="numeric"
            placeholder="Id of a person"
            value={typed}
            aria-invalid={wrong}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onBlur={submit}
          />
        </label>
        {wrong && (
          <span className="fault" role="alert">
            An id is a whole number, such as 12.
          </span>
        )}
      </form>
      <Fault text={fault} again={() => void load()} />
      {entries?.length === 0 && (
        <Nothing title="Nothing was done">
          What the application and the admins of groups do to people and chats comes here.
        </Nothing>
      )}
      {entries !== null && entries.length > 0 && <EntryList entries={entries} />}
      {more && (
        <button type="button" className="button more" onClick={() => void loadMore()}>
          More
        </button>
      )}
    </div>
  );
}
