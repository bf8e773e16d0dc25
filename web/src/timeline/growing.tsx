import type { Message } from '@chat-api/client';
import { useChat, useReadable } from '@chat-api/client/react';
import { streamedText } from '@chat-api/client/streams';
import { type ReactNode, useMemo } from 'react';
import '../parts/later-styles';

/** A message that is read while it is written; at its end the timeline has it whole. */
export function Growing({ message, show }: { message: Message; show: (content: string) => ReactNode }) {
  const client = useChat();
  // A reaction makes another object of the same message: what is known of its text stays.
  const text = useMemo(() => streamedText(client, message), [client, message.id]);
  return (
    <>
      {show(useReadable(text))}
      <span className="writing-mark" aria-hidden="true" />
    </>
  );
}
