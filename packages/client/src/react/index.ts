export { ChatProvider, useChat } from './provider.js';
export {
  type Search,
  useChats,
  useConnection,
  useDraft,
  useMe,
  useMembers,
  useOutbox,
  usePresence,
  useReadable,
  useReceipts,
  useRoom,
  useSearch,
  useTimeline,
  useTyping,
  useUnread,
  useUser,
} from './hooks.js';
