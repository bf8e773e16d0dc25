/** What REST returns and sockets emit. New fields may be added; fields are never removed. */
export * from './audit.js';
export * from './auth.js';
export * from './blocks.js';
export * from './chats.js';
export * from './deactivation.js';
export * from './erasures.js';
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
