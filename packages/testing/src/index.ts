export { type ChatServer, startChatServer } from './server.js';
export type { ChatServerOptions } from './options.js';
export type { People, Person } from './people.js';
export { type FaultsProxy, type FaultsProxyOptions, startFaultsProxy } from './faults/proxy.js';
export type { Patience } from './faults/settled.js';
export type { Faults, Refusal } from './faults/faults.js';
export type { Happening, Passage } from './faults/happenings.js';
export type { Who } from './faults/identity.js';
export { judgeStore } from './judge/judge-database.js';
export { printClient } from './judge/print-client.js';
export {
  FormatError,
  type PrintedChat,
  type PrintedMember,
  type PrintedMessage,
  type PrintedRange,
  type PrintedStore,
} from './judge/printed.js';
export type { Difference } from './judge/compare.js';
export { RestError } from './rest.js';
export type { Seen, Truth } from './truth.js';
export type { Chat, Member, Message, Watermark } from '@chat-api/client';
