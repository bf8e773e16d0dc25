import { useState } from 'react';
import { Dialog } from '../parts/dialog';
import { more } from '../text/en-more';
import { Choices } from './choices';
import { DAY_MS, HOUR_MS } from './spans';

type Span = 'hour' | 'hours' | 'day' | 'week' | 'month' | 'other';

const SPANS: Record<Exclude<Span, 'other'>, number> = {
  hour: HOUR_MS,
  hours: 8 * HOUR_MS,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
};
const { hour, hours, day, week, month, other } = more.silence;

/** As a field of date and time has it: by the clock of this device. */
function localOf(time: number): string {
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

interface Props {
  name: string;
  /** By the server's clock, in milliseconds. */
  now: number;
  run: (until: string) => void;
  close: () => void;
}

/** Until when a member may not write. */
export function Silence({ name, now, run, close }: Props) {
  const [span, setSpan] = useState<Span>('hour');
  const [at, setAt] = useState(() => localOf(now + DAY_MS));
  const until = span === 'other' ? Date.parse(at) : now + SPANS[span];
  return (
    <Dialog
      title={more.silence.title(name)}
      close={close}
      foot={
        <>
          <button type="button" className="button" onClick={close}>
            {more.details.cancel}
          </button>
          <button
            type="button"
            className="button primary"
            disabled={!(until > now)}
            onClick={() => {
              close();
              run(new Date(until).toISOString());
            }}
          >
            {more.silence.action}
          </button>
        </>
      }
    >
      <p className="soft">{more.silence.help}</p>
      <Choices
        legend={more.silence.until}
        name="until"
        options={{ hour, hours, day, week, month, other }}
        value={span}
        change={setSpan}
      />
      {span === 'other' && (
        <input
          className="field"
          type="datetime-local"
          aria-label={more.silence.time}
          value={at}
          min={localOf(now)}
          onChange={(event) => setAt(event.currentTarget.value)}
        />
      )}
    </Dialog>
  );
}
