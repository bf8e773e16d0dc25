export { type ChatServer, startChatServer } from './server.js';
export type { ChatServerOptions } from './options.js';
export type { People, Person } from './people.js';
export {
  type FaultsProxy,
  type FaultsProxyOptions,
  type Patience,
  startFaultsProxy,
} from './faults/proxy.js';
export type { Faults, Refusal } from './faults/faults.js';
export type { Happening, Passage } from './faults/happenings.js';
export type { Who } from './faults/identity.js';
export { RestError } from './rest.js';
export type { Seen, Truth } from './truth.js';
export type { Chat, Member, Message, Watermark } from '@chat-api/client';
