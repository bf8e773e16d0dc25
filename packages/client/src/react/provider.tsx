import { createContext, type ReactNode, useContext } from 'react';
import type { ChatClient } from '../chat.js';

const Context = createContext<ChatClient | null>(null);

/**
 * Hands a client to the hooks below it. It neither starts nor stops it: that is done where the client is made, so that
 * React, which mounts twice in StrictMode, can't cut a connection.
 */
export function ChatProvider({ client, children }: { client: ChatClient; children?: ReactNode }) {
  return <Context.Provider value={client}>{children}</Context.Provider>;
}

/** The client of the ChatProvider around it. */
export function useChat(): ChatClient {
  const client = useContext(Context);
  if (!client)
    throw new Error('Put <ChatProvider client={…}> around the components that use the hooks of the chat.');
  return client;
}
