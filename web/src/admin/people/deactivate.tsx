import { useState } from 'react';
import { Dialog } from '../../parts/dialog';

const HOUR_MS = 3_600_000;
const LENGTHS: Record<string, [words: string, hours: number | null]> = {
  ever: ['Until somebody lets them back', null],
  day: ['For a day', 24],
  week: ['For a week', 168],
  month: ['For 30 days', 720],
};

export interface Deactivation {
  reason?: string;
  until?: string;
}

interface Props {
  name: string;
  close: () => void;
  run: (body: Deactivation) => Promise<void>;
}

export function Deactivate({ name, close, run }: Props) {
  const [length, setLength] = useState('ever');
  const [reason, setReason] = useState('');
  const shutOut = () => {
    const hours = LENGTHS[length]![1];
    close();
    void run({
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
      ...(hours === null ? {} : { until: new Date(Date.now() + hours * HOUR_MS).toISOString() }),
    });
  };
  return (
    <Dialog
      title={`Deactivate ${name}?`}
      close={close}
      foot={
        <>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="button" className="button danger" onClick={shutOut}>
            Deactivate
          </button>
        </>
      }
    >
      <div className="dialog-form">
        <p>Within a second they can neither read nor write. They stay a member of their groups.</p>
        <label>
          <span>How long</span>
          <select className="field" value={length} onChange={(event) => setLength(event.currentTarget.value)}>
            {Object.entries(LENGTHS).map(([value, [words]]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Reason</span>
          <textarea
            className="field"
            rows={3}
            maxLength={500}
            dir="auto"
            value={reason}
            aria-describedby="reason-about"
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <p id="reason-about" className="soft small">
          They get to read it; others do not. It stays in the audit log.
        </p>
      </div>
    </Dialog>
  );
}
