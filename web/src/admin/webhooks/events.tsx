import type { Webhook, WebhookEvent, WebhookReplay } from '@chat-api/client';
import { useCallback, useState } from 'react';
import { announce } from '../../parts/announcer';
import { call, get, sentenceOf } from '../api';
import { Fault, Time } from '../parts';
import { agoOf, secondOf } from '../times';
import { PAGE, usePages } from '../use-pages';

/** So many are tried again at once. */
const MOST_REPLAYED = 1_000;

interface Props {
  webhook: Webhook;
  looked: number;
  /** Reads the webhook anew. */
  changed: () => Promise<void>;
}

/** Events that did not get through while others did: dead ones, and those that are tried again. */
export function Events({ webhook, looked, changed }: Props) {
  const { id, parked, dead } = webhook;
  const [chosen, setChosen] = useState<'dead' | 'waiting' | null>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const shown = chosen ?? (dead === 0 && parked > 0 ? 'waiting' : 'dead');
  const isDead = shown === 'dead';
  const read = useCallback(
    (last?: WebhookEvent) =>
      get<WebhookEvent[]>(`/webhooks/${id}/events`, { dead: String(isDead), after: last?.id, limit: PAGE }),
    [id, isDead],
  );
  const { items, more, fault, load, loadMore } = usePages(read, looked);
  const replay = async (eventIds?: string[]) => {
    setBusy(true);
    setRefused(null);
    try {
      const body = eventIds ? { eventIds } : {};
      const { replayed } = await call<WebhookReplay>('POST', `/webhooks/${id}/events/replay`, { body });
      announce(replayed === 1 ? 'One event is tried again.' : `${replayed} events are tried again.`);
    } catch (error) {
      setRefused(sentenceOf(error));
    }
    await Promise.all([load(), changed()]);
    setBusy(false);
  };
  return (
    <section aria-label="Events that did not get through">
      <div className="section-head">
        <h3>Did not get through</h3>
        <div className="tabs" role="group" aria-label="Which events">
          {(['dead', 'waiting'] as const).map((which) => (
            <button key={which} type="button" aria-pressed={shown === which} onClick={() => setChosen(which)}>
              {which === 'dead' ? `Dead ${dead}` : `Tried again ${parked}`}
            </button>
          ))}
        </div>
      </div>
      <Fault text={refused ?? fault} again={refused === null ? () => void load() : undefined} />
      {items?.length === 0 && (
        <p className="soft">{isDead ? 'No event was given up.' : 'No event waits to be tried again.'}</p>
      )}
      {isDead && dead > 1 && items !== null && items.length > 0 && (
        <div className="row-of-buttons">
          <button type="button" className="button small" disabled={busy} onClick={() => void replay()}>
            {dead > MOST_REPLAYED ? `Try the first ${MOST_REPLAYED} again` : `Try all ${dead} again`}
          </button>
        </div>
      )}
      <ul className="tries">
        {items?.map((event) => (
          <li key={event.id}>
            <Time at={event.at} text={secondOf(event.at)} />
            <div className="entry">
              <p>
                <code>{event.type}</code>{' '}
                {event.chatId !== null && <span className="soft small">in chat {event.chatId}</span>}
              </p>
              <p className="soft small event-id">{event.eventId}</p>
              <p className="soft small">{storyOf(event)}</p>
            </div>
            {event.deadAt !== null && (
              <button
                type="button"
                className="button small"
                disabled={busy}
                aria-label={`Try again: ${event.eventId}`}
                onClick={() => void replay([event.eventId])}
              >
                Try again
              </button>
            )}
          </li>
        ))}
      </ul>
      {more && (
        <button type="button" className="button small more" onClick={() => void loadMore()}>
          More
        </button>
      )}
    </section>
  );
}

function storyOf({ tries, nextTryAt, deadAt, lastError }: WebhookEvent): string {
  const tried = tries === 0 ? 'not tried yet' : tries === 1 ? 'tried once' : `tried ${tries} times`;
  const error = lastError === null ? '' : `, ${lastError}`;
  if (deadAt !== null) return `${tried}${error}, given up ${agoOf(deadAt)}`;
  if (nextTryAt === null) return `${tried}${error}, waits for an earlier one of its chat`;
  return `${tried}${error}, again ${agoOf(nextTryAt)}`;
}
