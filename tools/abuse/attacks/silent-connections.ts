import { attackOf } from '../attack.js';
import { upgradeRequest } from '../wire/chat-socket.js';
import { Connection } from '../wire/connection.js';

const CONNECTIONS = 600;

export const attack = attackOf({
  title: '600 connections say nothing: on both ports, and after the handshake of a websocket',
  expected: 'what says nothing costs little and is closed after a time',
  fate: 'held',
  run: async (stage) => {
    const opened = Array.from({ length: CONNECTIONS }, async (_, nth) => {
      const endpoint = nth % 2 === 0 ? stage.socketEndpoint(nth) : stage.httpEndpoint(nth);
      const connection = await Connection.open(endpoint, stage.tally);
      if (nth % 4 === 0) connection?.write(upgradeRequest(endpoint));
      return connection;
    });
    const connections = await Promise.all(opened);
    await stage.end();
    for (const connection of connections) connection?.close();
  },
});
