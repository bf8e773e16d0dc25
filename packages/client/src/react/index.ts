export { ChatProvider, useChat } from './provider.js';
export {
  useChats,
  useConnection,
  useDraft,
  useMe,
  useMembers,
  useOutbox,
  usePresence,
  useReceipts,
  useRoom,
  useTimeline,
  useTyping,
  useUnread,
  useUser,
} from './hooks.js';
