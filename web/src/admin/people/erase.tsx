import type { User } from '@chat-api/client';
import { useState } from 'react';
import { Dialog } from '../../parts/dialog';
import { numbered } from '../names';

interface Props {
  user: User;
  close: () => void;
  run: (messages: 'erase' | 'keep') => Promise<void>;
}

/** It can't be undone, so the number of the person has to be typed. */
export function Erase({ user: { id, name }, close, run }: Props) {
  const [messages, setMessages] = useState<'erase' | 'keep'>('erase');
  const [typed, setTyped] = useState('');
  const ready = typed.trim() === String(id);
  return (
    <Dialog
      title={`Erase ${name ?? numbered(id)}?`}
      close={close}
      foot={
        <>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button
            type="button"
            className="button danger"
            disabled={!ready}
            onClick={() => {
              close();
              void run(messages);
            }}
          >
            Erase for ever
          </button>
        </>
      }
    >
      <div className="dialog-form">
        <p>
          They are logged out at once, and nothing of them stays but the number of their id. It can not be
          undone.
        </p>
        <fieldset>
          <legend>What they wrote</legend>
          <label className="check">
            <input
              type="radio"
              name="messages"
              checked={messages === 'erase'}
              onChange={() => setMessages('erase')}
            />
            <span>
              Erase it<span className="soft">Their messages are emptied, as deleted ones are.</span>
            </span>
          </label>
          <label className="check">
            <input
              type="radio"
              name="messages"
              checked={messages === 'keep'}
              onChange={() => setMessages('keep')}
            />
            <span>
              Keep it<span className="soft">Their messages stay, without a name.</span>
            </span>
          </label>
        </fieldset>
        <label>
          <span>
            Type their id, <b>{id}</b>
          </span>
          <input
            className="field"
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
      </div>
    </Dialog>
  );
}
