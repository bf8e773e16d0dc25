export { emptyInbox, type Inbox, inboxOf, type InboxView } from './inbox.js';
export { type OwnPreferences, preferencesOf } from './preferences.js';
