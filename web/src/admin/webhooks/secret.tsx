import { useState } from 'react';
import { Dialog } from '../../parts/dialog';
import { useCopy } from '../../parts/use-copy';
import { momentOf } from '../times';

export interface ShownSecret {
  secret: string;
  /** null: it is the first. */
  formerUntil: string | null;
}

/** The server keeps it, and does not say it again. */
export function Secret({ shown, close }: { shown: ShownSecret; close: () => void }) {
  const { field, copied, copy } = useCopy(shown.secret, 'The secret was copied');
  return (
    <Dialog
      title="The secret"
      close={close}
      foot={
        <button type="button" className="button primary" onClick={close}>
          Done
        </button>
      }
    >
      <div className="dialog-form">
        <p>
          Your receiver checks with it that events come from this server. It is shown this once; a new one can
          be made at any time.
        </p>
        <div className="secret">
          <input
            ref={field}
            className="field mono"
            readOnly
            aria-label="Secret"
            value={shown.secret}
            onFocus={(event) => event.currentTarget.select()}
          />
          <button type="button" className="button" onClick={copy}>
            {copied ? 'Copied' : 'Copy'}
          </button>
        </div>
        <p className="soft small">
          {shown.formerUntil === null ? (
            <>
              <a href="/docs/guides/webhooks">The guide</a> has a receiver for Node and Python.
            </>
          ) : Date.parse(shown.formerUntil) <= Date.now() + 1_000 ? (
            'The former one counts no more.'
          ) : (
            `Until ${momentOf(shown.formerUntil)} events are signed with the former one as well.`
          )}
        </p>
      </div>
    </Dialog>
  );
}

const OVERLAPS: Record<string, [words: string, seconds: number]> = {
  day: ['For a day', 86_400],
  hour: ['For an hour', 3_600],
  week: ['For a week', 604_800],
  none: ['Not at all: others have seen it', 0],
};

interface Props {
  name: string;
  close: () => void;
  run: (overlapSeconds: number) => Promise<void>;
}

/** A new secret, and how long the former one counts as well. */
export function Rotate({ name, close, run }: Props) {
  const [overlap, setOverlap] = useState('day');
  return (
    <Dialog
      title={`A new secret for ${name}?`}
      close={close}
      foot={
        <>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button
            type="button"
            className="button primary"
            onClick={() => {
              close();
              void run(OVERLAPS[overlap]![1]);
            }}
          >
            Make it
          </button>
        </>
      }
    >
      <div className="dialog-form">
        <p>Events are signed with both for a time, so that your receiver can change over when it likes.</p>
        <label>
          <span>The former one counts as well</span>
          <select
            className="field"
            value={overlap}
            onChange={(event) => setOverlap(event.currentTarget.value)}
          >
            {Object.entries(OVERLAPS).map(([value, [words]]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
    </Dialog>
  );
}
