import { attackOf } from '../attack.js';
import { addressLines, attackerAddress } from '../wire/address.js';
import { Connection } from '../wire/connection.js';

const CONNECTIONS = 400;

/** Milliseconds between two bytes of a connection. */
const BYTE_EVERY_MS = 500;

const HEAD = `Host: 127.0.0.1\r\n${addressLines(attackerAddress())}`;
const BODY_HEAD = `POST /auth/login HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n`;

export const attack = attackOf({
  title: '400 connections send a byte of a request now and then: of its head, of its body',
  expected: 'such requests are given up after a time; others are served meanwhile',
  fate: 'held',
  run: async (stage) => {
    const opened = Array.from({ length: CONNECTIONS }, async (_, nth) => {
      const endpoint = nth % 3 === 0 ? stage.socketEndpoint(nth) : stage.httpEndpoint(nth);
      const connection = await Connection.open(endpoint, stage.tally);
      if (!connection) return;
      connection.write(nth % 3 === 2 ? BODY_HEAD : `GET /chats/1 HTTP/1.1\r\n${HEAD}X-Slow: `);
      while (connection.isOpen && !stage.isOver) {
        await stage.pause(BYTE_EVERY_MS);
        connection.write(nth % 3 === 2 ? ' ' : 'x');
      }
      connection.close();
    });
    await Promise.all(opened);
  },
});
