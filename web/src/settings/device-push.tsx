import { useChat, useMe } from '@chat-api/client/react';
import { useEffect, useState } from 'react';
import { type DevicePush, devicePush, turnOff, turnOn } from '../push/device';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

/** Whether this device is told of messages while the page is not used. */
export function DevicePushes() {
  const client = useChat();
  const me = useMe()?.id ?? null;
  const [state, setState] = useState<DevicePush>('none');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    let isShown = true;
    const look = async () => {
      if (me === null) return;
      const found = await devicePush(me);
      if (isShown) setState(found);
    };
    look().catch(() => undefined);
    return () => {
      isShown = false;
    };
  }, [me]);
  if (me === null || state === 'none') return null;
  const change = (isOn: boolean) => {
    setBusy(true);
    setFault(null);
    (isOn ? turnOn(client, me) : turnOff(client))
      .then(setState)
      // The push service of the browser may be out of reach: its errors have no code.
      .catch((error: unknown) =>
        setFault(error instanceof DOMException ? more.settings.pushFailed : sentenceOf(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      <label className="check">
        <input
          type="checkbox"
          checked={state === 'on'}
          disabled={busy || state === 'blocked'}
          onChange={(event) => change(event.currentTarget.checked)}
        />
        <span>
          {more.settings.push}
          <span className="soft">
            {state === 'blocked' ? more.settings.pushBlocked : more.settings.pushHelp}
          </span>
        </span>
      </label>
      {fault !== null && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}
