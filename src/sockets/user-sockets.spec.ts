import { EventEmitter } from 'node:events';
import type { Socket } from 'socket.io';
import type { AppConfig } from '../config/config.js';
import { UserSockets } from './user-sockets.js';

const socketOf = (id: string) => ({ id, conn: new EventEmitter() }) as unknown as Socket;
const sockets = (most: number) => new UserSockets({ limits: { userSockets: most } } as AppConfig);

describe('The sockets of a user', () => {
  it('are bounded, and those that closed or left count no more', () => {
    const counted = sockets(1);
    const [first, second] = [socketOf('a'), socketOf('b')];
    counted.enter(first, 1);
    expect(() => counted.enter(second, 1)).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    first.conn.emit('close', 'transport close');
    counted.enter(second, 1);
    counted.leave(second);
    counted.enter(first, 1);
  });

  it('leave nothing behind on a connection that goes online and offline again and again', () => {
    const counted = sockets(1);
    const socket = socketOf('a');
    for (let i = 0; i < 20; i++) {
      counted.enter(socket, 1);
      counted.leave(socket);
    }
    expect(socket.conn.listenerCount('close')).toBe(1);
  });
});
