import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import { isForSockets } from '../common/http/socket-path.js';

const ASKED = Symbol('asked for an upgrade');

/**
 * A request that is upgraded for Socket.IO only. Once a server has a listener for upgrades, Node hands over every
 * connection whose client offers another protocol, and answers nothing: those of Java and curl offer HTTP/2 (`h2c`)
 * with ordinary requests.
 */
class Request extends IncomingMessage {
  declare [ASKED]: unknown;

  get upgrade(): boolean {
    return Boolean(this[ASKED]) && (this.method === 'CONNECT' || isForSockets(this));
  }

  /** Set by Node, first in the constructor. */
  set upgrade(asked: unknown) {
    this[ASKED] = asked;
  }
}

/** Express on a server that Socket.IO can share. */
export class HttpAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    this.httpServer = createServer(
      { IncomingMessage: Request, ServerResponse },
      this.getInstance<() => void>(),
    );
  }
}
