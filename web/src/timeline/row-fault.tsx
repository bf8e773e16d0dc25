import type { TimelineItem } from '@chat-api/client';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';

interface Props {
  item: TimelineItem;
  actions: { retry: (key: string) => void; discard: (key: string) => void };
}

/** Why a message was not sent, and what to do about it. */
export function RowFault({ item: { key, message }, actions }: Props) {
  return (
    <p className="fault row-fault" role="alert">
      {more.chat.failed} {'error' in message && message.error ? sentenceOf(message.error) : ''}{' '}
      <button type="button" className="link" onClick={() => actions.retry(key)}>
        {more.chat.retry}
      </button>{' '}
      <button type="button" className="link" onClick={() => actions.discard(key)}>
        {more.chat.discard}
      </button>
    </p>
  );
}
