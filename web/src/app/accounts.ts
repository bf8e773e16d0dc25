// In a chunk of its own: a server in open mode has no passwords.
export { accounts } from '@chat-api/client';
