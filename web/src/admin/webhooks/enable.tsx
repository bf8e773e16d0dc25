import type { Webhook } from '@chat-api/client';
import { useState } from 'react';
import { Dialog } from '../../parts/dialog';
import { nameOf } from './words';

interface Props {
  webhook: Webhook;
  close: () => void;
  run: (skip: boolean) => Promise<void>;
}

/** From where it goes on. */
export function Enable({ webhook, close, run }: Props) {
  const [skip, setSkip] = useState(false);
  const isPaused = webhook.status === 'paused';
  return (
    <Dialog
      title={isPaused ? `Try ${nameOf(webhook)} now?` : `Enable ${nameOf(webhook)}?`}
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
              void run(skip);
            }}
          >
            {isPaused ? 'Try now' : 'Enable'}
          </button>
        </>
      }
    >
      <div className="dialog-form">
        <fieldset>
          <legend>From where it goes on</legend>
          <label className="check">
            <input type="radio" name="from" checked={!skip} onChange={() => setSkip(false)} />
            <span>
              Where it stood
              <span className="soft">It is sent what it missed, in order, as far as that is still kept.</span>
            </span>
          </label>
          <label className="check">
            <input type="radio" name="from" checked={skip} onChange={() => setSkip(true)} />
            <span>
              From now on<span className="soft">What happened meanwhile is not sent.</span>
            </span>
          </label>
        </fieldset>
      </div>
    </Dialog>
  );
}
