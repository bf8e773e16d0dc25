import { useMemo } from 'react';
import type { Preferences } from '../contract.gen.js';
import { emptyInbox, type Inbox, inboxOf, type InboxView } from '../notifications/inbox.js';
import { type OwnPreferences, preferencesOf } from '../notifications/preferences.js';
import { useReadable } from './hooks.js';
import { useChat } from './provider.js';

/** The inbox, with `loadMore` and `markSeen`. It is read once, however many components show it. */
export function useNotifications(): InboxView & Pick<Inbox, 'loadMore' | 'markSeen'> {
  const client = useChat();
  const inbox = useMemo(() => inboxOf(client), [client]);
  const view = useReadable<InboxView>(inbox, emptyInbox);
  return useMemo(() => ({ ...view, loadMore: inbox.loadMore, markSeen: inbox.markSeen }), [view, inbox]);
}

/** What this person wants to be told of, null as long as it is not known, and the way to change it. */
export function usePreferences(): [preferences: Preferences | null, update: OwnPreferences['update']] {
  const client = useChat();
  const preferences = useMemo(() => preferencesOf(client), [client]);
  return [useReadable<Preferences | null>(preferences, null), preferences.update];
}
