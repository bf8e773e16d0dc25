import { useState } from 'react';
import { Dialog } from '../parts/dialog';
import { more } from '../text/en-more';

interface Props {
  name: string;
  run: (reason: string | null) => void;
  close: () => void;
}

/** Asks before somebody is banned, and why. */
export function Ban({ name, run, close }: Props) {
  const [reason, setReason] = useState('');
  return (
    <Dialog
      title={more.ban.title(name)}
      close={close}
      foot={
        <>
          <button type="button" className="button" onClick={close}>
            {more.details.cancel}
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => {
              close();
              run(reason.trim() || null);
            }}
          >
            {more.ban.action}
          </button>
        </>
      }
    >
      <p>{more.ban.help}</p>
      <label className="one-of">
        <span className="label">{more.ban.reason}</span>
        <textarea
          className="field"
          rows={3}
          maxLength={500}
          dir="auto"
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      </label>
    </Dialog>
  );
}
