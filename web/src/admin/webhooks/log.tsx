import type { WebhookTry } from '@chat-api/client';
import { useCallback } from 'react';
import { get } from '../api';
import { Fault, Time } from '../parts';
import { secondOf } from '../times';
import { PAGE, usePages } from '../use-pages';
import { meaningOf } from './words';

/** What was sent and what came of it, the latest first. Which tries stand here, WEBHOOK_LOG says. */
export function Log({ webhookId, looked }: { webhookId: number; looked: number }) {
  const read = useCallback(
    (last?: WebhookTry) =>
      get<WebhookTry[]>(`/webhooks/${webhookId}/tries`, { before: last?.id, limit: PAGE }),
    [webhookId],
  );
  const { items, more, fault, load, loadMore } = usePages(read, looked);
  return (
    <section aria-label="Log of tries">
      <h3>Log of tries</h3>
      <p className="soft small">
        Those that failed; with <code>WEBHOOK_LOG=all</code> every one.
      </p>
      <Fault text={fault} again={() => void load()} />
      {items?.length === 0 && <p className="soft">No try has failed.</p>}
      <ul className="tries">
        {items?.map(({ id, eventId, type, try: nth, status, error, tookMs, at }) => (
          <li key={id}>
            <Time at={at} text={secondOf(at)} />
            <div className="entry">
              <p>
                <code>{type}</code>
                {nth > 1 && <span className="soft small"> try {nth}</span>}
              </p>
              <p className="soft small event-id">{eventId}</p>
            </div>
            <p className="outcome" title={error === null ? undefined : (meaningOf(error) ?? undefined)}>
              <span className={error === null ? 'tag good' : 'tag bad'}>{error ?? `HTTP ${status}`}</span>
              <span className="soft small">{tookMs} ms</span>
            </p>
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
