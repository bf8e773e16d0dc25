import type { ChatListItem } from '@chat-api/client';
import { useChat } from '@chat-api/client/react';
import { useReducer } from 'react';
import { momentOf } from '../parts/until';
import { useAt } from '../parts/use-at';
import { more } from '../text/en-more';
import { SENTENCES } from '../text/errors';
import '../parts/later-styles';
import { isSilenced } from './rights';

/** Why one may not write here, in place of the field. `again`: one may by now. */
export function CannotWrite({ chat, again }: { chat: ChatListItem; again: () => void }) {
  const client = useChat();
  const [, draw] = useReducer((n: number) => n + 1, 0);
  const other = chat.otherUser?.id;
  const silenced = isSilenced(chat, client.now());
  useAt(silenced ? Date.parse(chat.silencedUntil!) - client.now() : null, () => {
    draw();
    again();
  });
  const reason = chat.blockedByMe
    ? more.composer.blockedByMe
    : chat.otherUser?.deactivated
      ? SENTENCES.USER_DEACTIVATED
      : silenced
        ? more.composer.silenced(momentOf(chat.silencedUntil!))
        : chat.type === 'group' && chat.sending === 'admins'
          ? more.composer.adminsOnly
          : more.composer.cannot;
  return (
    <div className="composer cannot">
      <span className="soft">{reason}</span>
      {chat.blockedByMe && other !== undefined && (
        <button
          type="button"
          className="link"
          onClick={() => void client.call('unblockUser', { userId: other }).catch(() => undefined)}
        >
          {more.details.unblock}
        </button>
      )}
    </div>
  );
}
