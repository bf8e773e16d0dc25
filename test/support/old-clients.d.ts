/** Today's module resolution does not find its own types; it has the interface of today's client. */
declare module 'socket.io-client-4.0' {
  export { io } from 'socket.io-client';
}
