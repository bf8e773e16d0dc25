import { useTyping } from '@chat-api/client/react';
import type { Where } from '../app/where';
import { useNames } from '../parts/system';
import { more } from '../text/en-more';

/** Who types. Its place is always there, so that nothing moves. */
export function TypingLine({ where }: { where: Where }) {
  const typers = useTyping(where);
  const nameOf = useNames(typers);
  return (
    <p className="typing-line" aria-live="off">
      {typers.length > 0 && (
        <span dir="auto">{more.chat.typing(typers.map((id) => nameOf(id).split(' ')[0]!))}</span>
      )}
    </p>
  );
}
