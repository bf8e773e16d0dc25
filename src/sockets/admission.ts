import type { IncomingMessage } from 'node:http';
import type { Server } from 'socket.io';
import type { Limits } from '../commands/limits/limits.js';
import type { Admission } from '../common/http/admission.js';
import { declaredBytes } from '../common/http/declared-bytes.js';
import { corsHeaders, refusal } from '../common/http/refusals.js';
import type { PageGuard } from '../common/http/page-guard.js';
import { connectionOf, type EngineConnection } from './wire/internals.js';

/**
 * A long-polling session is ended when this many of its requests were refused. A usual client gives up at the first.
 */
const MOST_REFUSED_POLLS = 20;

/**
 * Which requests the Socket.IO port accepts; frames of a WebSocket are counted elsewhere. A handshake counts as a handshake,
 * everything else as a request: polls and posts of a session, of a session that does not exist, upgrades, and requests
 * that are not for Socket.IO at all.
 */
export function socketAdmission(pages: PageGuard, limits: Limits, server: Server): Admission {
  const cors = corsHeaders(pages);
  const path = `${server.path()}/`;
  const refusedPolls = new WeakMap<EngineConnection, number>();

  /** Only requests that certainly name no session: Engine.IO decodes escapes in the names of parameters. */
  const isHandshake = ({ method, url = '' }: IncomingMessage) =>
    method === 'GET' && url.startsWith(path) && !/sid=|%/.test(url);

  return {
    judge(request) {
      const address = limits.addressOf(request);
      const exceeded = isHandshake(request)
        ? limits.handshake(address)
        : limits.request(address, (request.url?.length ?? 0) + declaredBytes(request));
      return exceeded && refusal(exceeded, cors(request));
    },
    opened: (socket) => limits.connected('SOCKET_PORT', socket),
    // Polls wait for events.
    lineOf: () => null,
    refused({ url = '' }) {
      const connection = connectionOf(server, url);
      if (!connection) return;
      const refused = (refusedPolls.get(connection) ?? 0) + 1;
      refusedPolls.set(connection, refused);
      if (refused >= MOST_REFUSED_POLLS) connection.close(true);
    },
  };
}
