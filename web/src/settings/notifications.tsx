import type { Preferences } from '@chat-api/client';
import { usePreferences } from '@chat-api/client/react/notifications';
import { useEffect, useId, useState } from 'react';
import { pushKey } from '../push/device';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import { DevicePushes } from './device-push';

type Level = Preferences['direct'];
type Quiet = NonNullable<Preferences['quiet']>;

const LEVELS: readonly Level[] = ['all', 'mentions', 'none'];
const DAYS: Quiet['days'] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** Where nothing was chosen yet. */
const NIGHT: Quiet = { from: '22:00', to: '07:00', days: DAYS };

const zoneHere = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What one is told of, and when not. */
export function Notifications() {
  const [known, update] = usePreferences();
  // What was chosen is shown at once.
  const [chosen, setChosen] = useState<Partial<Preferences>>({});
  const preferences = known && { ...known, ...chosen };
  const [fault, setFault] = useState<string | null>(null);
  // The server may keep all words out of pushes, whatever is chosen here.
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    pushKey().then(
      ({ preview }) => setSilent(preview === false),
      () => undefined,
    );
  }, []);
  const id = useId();
  const quiet = preferences?.quiet ?? null;
  const change = (changed: Partial<Omit<Preferences, 'userId'>>) => {
    setFault(null);
    setChosen((before) => ({ ...before, ...changed }));
    update(changed)
      .catch((error: unknown) => setFault(sentenceOf(error)))
      .finally(() =>
        // What was chosen since then is still on its way.
        setChosen((now) =>
          Object.fromEntries(
            Object.entries(now).filter(([name, value]) => changed[name as keyof typeof changed] !== value),
          ),
        ),
      );
  };
  const level = (name: 'direct' | 'groups') => (
    <label className="one-of">
      <span>{more.settings.tellOf[name]}</span>
      <select
        className="field"
        value={preferences?.[name] ?? 'all'}
        disabled={preferences === null}
        onChange={(event) => change({ [name]: event.currentTarget.value as Level })}
      >
        {LEVELS.map((one) => (
          <option key={one} value={one}>
            {more.settings.levels[one]}
          </option>
        ))}
      </select>
    </label>
  );
  const hours = (changed: Partial<Quiet>) => {
    if (changed.from !== '' && changed.to !== '') change({ quiet: { ...(quiet ?? NIGHT), ...changed } });
  };
  const check = (
    isOn: boolean,
    text: string,
    help: string,
    set: (isOn: boolean) => void,
    cannot = preferences === null,
  ) => (
    <label className="check">
      <input
        type="checkbox"
        checked={isOn}
        disabled={cannot}
        onChange={(event) => set(event.currentTarget.checked)}
      />
      <span>
        {text}
        <span className="soft">{help}</span>
      </span>
    </label>
  );
  return (
    <>
      <DevicePushes />
      <div className="levels">
        {level('direct')}
        {level('groups')}
      </div>
      {check(
        !silent && (preferences?.preview ?? true),
        more.settings.preview,
        silent ? more.settings.previewOff : more.settings.previewHelp,
        (preview) => change({ preview }),
        silent || preferences === null,
      )}
      {check(
        preferences?.whenActive !== 'never',
        more.settings.whenActive,
        more.settings.whenActiveHelp,
        (isOn) => change({ whenActive: isOn ? 'unread' : 'never' }),
      )}
      {check(quiet !== null, more.settings.quiet, more.settings.quietHelp, (isOn) =>
        change(isOn ? { quiet: NIGHT, timeZone: zoneHere() } : { quiet: null }),
      )}
      {quiet !== null && (
        <div className="quiet">
          <div className="quiet-hours">
            <label htmlFor={`${id}from`}>{more.settings.quietFrom}</label>
            <input
              id={`${id}from`}
              className="field"
              type="time"
              value={quiet.from}
              onChange={(event) => hours({ from: event.currentTarget.value })}
            />
            <label htmlFor={`${id}to`}>{more.settings.quietTo}</label>
            <input
              id={`${id}to`}
              className="field"
              type="time"
              value={quiet.to}
              onChange={(event) => hours({ to: event.currentTarget.value })}
            />
          </div>
          <div className="quiet-days" role="group" aria-label={more.settings.quietDays}>
            {DAYS.map((day) => {
              const isOn = quiet.days.includes(day);
              return (
                <button
                  key={day}
                  type="button"
                  aria-pressed={isOn}
                  disabled={isOn && quiet.days.length === 1}
                  onClick={() =>
                    hours({ days: DAYS.filter((one) => (one === day ? !isOn : quiet.days.includes(one))) })
                  }
                >
                  {more.settings.days[day]}
                </button>
              );
            })}
          </div>
          <p className="soft">
            {more.settings.zone(preferences?.timeZone ?? 'UTC')}{' '}
            {preferences?.timeZone !== zoneHere() && (
              <button type="button" className="link" onClick={() => change({ timeZone: zoneHere() })}>
                {more.settings.zoneHere(zoneHere())}
              </button>
            )}
          </p>
        </div>
      )}
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
