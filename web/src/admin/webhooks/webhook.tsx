import type { Webhook, WebhookSecret, WebhookTested } from '@chat-api/client';
import { useState } from 'react';
import { announce } from '../../parts/announcer';
import { Confirm } from '../../parts/dialog';
import { Check, CircleAlert } from '../../parts/icons';
import { call, sentenceOf } from '../api';
import { Fault, Heading, Time } from '../parts';
import { momentOf } from '../times';
import { Enable } from './enable';
import { Events } from './events';
import { Form, type Given } from './form';
import { Log } from './log';
import { Rotate, type ShownSecret } from './secret';
import { missedText, nameOf, standingOf, withMeaning } from './words';

type Asks = 'change' | 'secret' | 'enable' | 'delete' | null;

interface Props {
  webhook: Webhook;
  names: readonly string[];
  looked: number;
  /** Reads all webhooks anew. */
  load: () => Promise<void>;
  show: (secret: ShownSecret) => void;
}

/** One webhook: how it does, what can be done, what did not get through. */
export function WebhookPage({ webhook, names, looked, load, show }: Props) {
  const { id, url, status, events } = webhook;
  const [asks, setAsks] = useState<Asks>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const [tested, setTested] = useState<WebhookTested | null>(null);
  const name = nameOf(webhook);
  const standing = standingOf(webhook);
  const close = () => setAsks(null);

  const run = async (work: () => Promise<string>) => {
    setBusy(true);
    setRefused(null);
    try {
      announce(await work());
    } catch (error) {
      setRefused(sentenceOf(error));
    }
    await load();
    setBusy(false);
  };
  const test = () =>
    run(async () => {
      setTested(null);
      const outcome = await call<WebhookTested>('POST', `/webhooks/${id}/test`);
      setTested(outcome);
      return outcome.ok ? 'The test got through.' : 'The test failed.';
    });
  const enable = (skip: boolean) =>
    run(async () => {
      await call('POST', `/webhooks/${id}/enable`, { body: { skip } });
      return `${name} is enabled.`;
    });
  const disable = () =>
    run(async () => {
      await call('POST', `/webhooks/${id}/disable`);
      return `${name} is disabled.`;
    });
  const rotate = (overlapSeconds: number) =>
    run(async () => {
      const { secret, formerUntil } = await call<WebhookSecret>('POST', `/webhooks/${id}/secret`, {
        body: { overlapSeconds },
      });
      show({ secret, formerUntil });
      return 'There is a new secret.';
    });
  const remove = () =>
    run(async () => {
      await call('DELETE', `/webhooks/${id}`);
      location.hash = '#/webhooks';
      return `${name} was deleted.`;
    });
  const save = async (given: Given) => {
    await call('PATCH', `/webhooks/${id}`, { body: given });
    setTested(null);
    close();
    announce('The changes were saved.');
    await load();
  };

  return (
    <article className="person-page webhook-page" aria-label={name}>
      <header className="person-head">
        <div className="who">
          <Heading focus="lost">{name}</Heading>
          <p className="soft small url">{url}</p>
        </div>
        <div className="tags">
          <Status status={status} />
        </div>
      </header>
      <div className="row-of-buttons">
        <button type="button" className="button small" disabled={busy} onClick={() => void test()}>
          Send a test
        </button>
        {status !== 'on' && (
          <button type="button" className="button small" disabled={busy} onClick={() => setAsks('enable')}>
            {status === 'paused' ? 'Try now…' : 'Enable…'}
          </button>
        )}
        {status !== 'disabled' && (
          <button type="button" className="button small" disabled={busy} onClick={() => void disable()}>
            Disable
          </button>
        )}
        <button type="button" className="button small" disabled={busy} onClick={() => setAsks('change')}>
          Change…
        </button>
        <button type="button" className="button small" disabled={busy} onClick={() => setAsks('secret')}>
          New secret…
        </button>
        <button
          type="button"
          className="button small danger"
          disabled={busy}
          onClick={() => setAsks('delete')}
        >
          Delete…
        </button>
      </div>
      <Fault text={refused} />
      {tested && <Tested tested={tested} />}
      {standing !== null && (
        <div className={status === 'paused' ? 'notice bad' : 'notice'} role="note">
          <CircleAlert size={18} />
          <p>{standing}</p>
        </div>
      )}
      {webhook.skippedAt !== null && (
        <div className="notice" role="note">
          <CircleAlert size={18} />
          <p>{missedText(webhook.skippedAt)}</p>
        </div>
      )}
      <dl className="facts">
        <div>
          <dt>Events</dt>
          <dd>
            {events.includes('*') ? (
              'All, also those that are added later'
            ) : (
              <span className="event-names">
                {events.map((event) => (
                  <code key={event}>{event}</code>
                ))}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>Added</dt>
          <dd>
            <Time at={webhook.createdAt} text={momentOf(webhook.createdAt)} />
          </dd>
        </div>
        {webhook.updatedAt !== webhook.createdAt && (
          <div>
            <dt>Changed</dt>
            <dd>
              <Time at={webhook.updatedAt} text={momentOf(webhook.updatedAt)} />
            </dd>
          </div>
        )}
      </dl>
      <Events webhook={webhook} looked={looked} changed={load} />
      <Log webhookId={id} looked={looked} />

      {asks === 'change' && <Form webhook={webhook} names={names} close={close} save={save} />}
      {asks === 'secret' && <Rotate name={name} close={close} run={rotate} />}
      {asks === 'enable' && <Enable webhook={webhook} close={close} run={enable} />}
      {asks === 'delete' && (
        <Confirm
          title={`Delete ${name}?`}
          text="It is sent nothing any more, and its secret, its log and the events that did not get through are deleted. To stop it for a time, disable it."
          action="Delete"
          close={close}
          run={() => void remove()}
        />
      )}
    </article>
  );
}

const KINDS: Record<Webhook['status'], string> = { on: 'good', paused: 'bad', disabled: 'off' };

export function Status({ status }: { status: Webhook['status'] }) {
  return <span className={`tag ${KINDS[status]}`}>{status}</span>;
}

function Tested({ tested: { ok, status, error, tookMs, eventId } }: { tested: WebhookTested }) {
  return (
    <div className={`notice ${ok ? 'good' : 'bad'}`} role="note">
      {ok ? <Check size={18} /> : <CircleAlert size={18} />}
      <div>
        <p>
          {ok
            ? `The test got through: HTTP ${status}, after ${tookMs} ms.`
            : `The test failed after ${tookMs} ms: ${withMeaning(error ?? 'EFAILED')}`}
        </p>
        <p className="soft small event-id">{eventId}</p>
      </div>
    </div>
  );
}
