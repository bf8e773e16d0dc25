/** Its own types can't be found by today's resolution; it has the interface of today's client. */
declare module 'socket.io-client-4.0' {
  export { io } from 'socket.io-client';
}
