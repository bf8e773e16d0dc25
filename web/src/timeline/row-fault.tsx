import type { TimelineItem } from '@chat-api/client';
import { more } from '../text/en-more';
import { sentenceOf } from '../text/errors';
import type { RowActions } from './row';

interface Props {
  item: TimelineItem;
  actions: RowActions;
}

/** Why a message was not sent, and what to do about it. */
export function RowFault({ item, actions }: Props) {
  const { key, message } = item;
  return (
    <p className="fault row-fault" role="alert">
      {more.chat.failed} {'error' in message && message.error ? sentenceOf(message.error) : ''}{' '}
      <button type="button" className="link" onClick={() => actions.retry(key)}>
        {more.chat.retry}
      </button>{' '}
      {navigator.clipboard !== undefined && (
        <>
          <button type="button" className="link" onClick={() => actions.copy(item)}>
            {more.chat.copy}
          </button>{' '}
        </>
      )}
      <button type="button" className="link" onClick={() => actions.discard(key)}>
        {more.chat.discard}
      </button>
    </p>
  );
}
