import type { Webhook } from '@chat-api/client';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { Dialog } from '../../parts/dialog';
import { sentenceOf } from '../api';
import { EVENTS, nameOf } from './words';

export interface Given {
  url: string;
  events: string[];
  description: string;
}

interface Props {
  /** Which is changed; null: a new one is added. */
  webhook: Webhook | null;
  /** Names of the events that there are. */
  names: readonly string[];
  close: () => void;
  /** @throws ApiError */
  save: (given: Given) => Promise<void>;
}

export function Form({ webhook, names, close, save }: Props) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [url, setUrl] = useState(webhook?.url ?? '');
  const [description, setDescription] = useState(webhook?.description ?? '');
  const [all, setAll] = useState(webhook?.events.includes('*') ?? false);
  const [events, setEvents] = useState<readonly string[]>(
    webhook?.events.filter((name) => name !== '*') ?? ['newMessage'],
  );
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    if (webhook === null) field.current?.focus();
  }, [webhook]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const given = { url: url.trim(), description: description.trim(), events: all ? ['*'] : [...events] };
    if (given.url === '') {
      setFault('The URL is missing.');
      field.current?.focus();
      return;
    }
    if (given.events.length === 0) {
      setFault('Choose at least one event.');
      return;
    }
    setBusy(true);
    setFault(null);
    save(given).catch((error: unknown) => {
      setBusy(false);
      setFault(sentenceOf(error));
    });
  };
  const toggle = (name: string, on: boolean) =>
    setEvents(on ? [...events, name] : events.filter((one) => one !== name));
  return (
    <Dialog
      title={webhook === null ? 'Add a webhook' : `Change ${nameOf(webhook)}`}
      close={close}
      foot={
        <>
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" form={id} className="button primary" disabled={busy}>
            {webhook === null ? 'Add' : 'Save'}
          </button>
        </>
      }
    >
      <form id={id} className="dialog-form" onSubmit={submit} noValidate>
        <label>
          <span>URL</span>
          <input
            ref={field}
            className="field"
            type="url"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            maxLength={2_048}
            placeholder="https://example.com/chat-events"
            value={url}
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
        </label>
        <label>
          <span>What it is for</span>
          <input
            className="field"
            maxLength={200}
            dir="auto"
            autoComplete="off"
            placeholder="Mails, search, a bot…"
            value={description}
            onInput={(event) => setDescription(event.currentTarget.value)}
          />
        </label>
        <fieldset>
          <legend>Events</legend>
          <label className="check">
            <input type="radio" name="which" checked={all} onChange={() => setAll(true)} />
            <span>
              All<span className="soft">Those that are added later as well.</span>
            </span>
          </label>
          <label className="check">
            <input type="radio" name="which" checked={!all} onChange={() => setAll(false)} />
            <span>These</span>
          </label>
          {!all && (
            <div className="event-choices" role="group" aria-label="These events">
              {[...new Set([...names, ...events])].map((name) => (
                <label key={name} className="check">
                  <input
                    type="checkbox"
                    checked={events.includes(name)}
                    onChange={(event) => toggle(name, event.currentTarget.checked)}
                  />
                  <span>
                    {EVENTS[name] ?? name}
                    {Object.hasOwn(EVENTS, name) && <span className="soft event-id">{name}</span>}
                  </span>
                </label>
              ))}
            </div>
          )}
        </fieldset>
        {fault !== null && (
          <p className="fault" role="alert">
            {fault}
          </p>
        )}
      </form>
    </Dialog>
  );
}
