export { asUser, type Auth, type TokenReason, withTokens } from './auth.js';
export {
  ChatClient,
  type ChatEvents,
  type ChatList,
  type ChatListView,
  type ChatOptions,
  createChat,
  type ServerEvent,
} from './chat.js';
export type { ConnectionState, ConnectionView } from './connection.js';
export * from './contract.gen.js';
export { ChatError, type ClientErrorCode, type ErrorAnswer } from './errors.js';
export type { Entry, EntryStatus, OutboxCommand } from './outbox.js';
export { type Attention, type Watch, watchApp, watchPage } from './page.js';
export type { Room, Seen, SendOptions, Sent } from './room.js';
export { memory } from './storage/memory.js';
export type { Row, RowKind, Storage, StorageSession } from './storage/storage.js';
export type { Readable } from './store/readable.js';
export type { Unread } from './store/state.js';
export type { ChatFilter } from './store/store.js';
export type { PendingMessage, Timeline, TimelineItem } from './store/timeline.js';
export { socketIo, type SocketIoOptions } from './transport/socket-io.js';
export type { Link, LinkListener, Transport } from './transport/transport.js';
