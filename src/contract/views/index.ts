/** What REST returns and sockets emit. Fields are only ever added. */
export * from './auth.js';
export * from './blocks.js';
export * from './chats.js';
export * from './invitations.js';
export * from './members.js';
export * from './messages.js';
export * from './presence.js';
export * from './reactions.js';
export * from './receipts.js';
export * from './reports.js';
export * from './server.js';
export * from './sync.js';
export * from './typing.js';
export * from './users.js';
