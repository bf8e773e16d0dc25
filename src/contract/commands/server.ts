import { z } from 'zod';
import { define } from '../define.js';
import { nodeStatusView, serverConfigView } from '../views/index.js';

export const serverCommands = {
  getConfig: define({
    summary:
      'What this server is: for a client that knows nothing but its address. It may be kept for a minute.',
    input: z.object({}),
    result: serverConfigView,
    order: 'read',
    who: 'anyone',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/config', status: 200 },
  }),
  getStatus: define({
    summary:
      'How the node that answers does: its health, what is online, and what it has to do. Counts begin at its start, so two answers tell what was between them. For the application only.',
    input: z.object({}),
    result: nodeStatusView,
    order: 'read',
    who: 'application',
    actor: [],
    reply: null,
    socket: false,
    rest: { method: 'GET', path: '/status', status: 200 },
  }),
} as const;
