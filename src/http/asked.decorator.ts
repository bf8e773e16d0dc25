import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Identity } from '../auth/identity.js';
import { AppError, type CommandName, definitionOf, id, parseInput } from '../contract/index.js';
import type { CommandRequest } from '../realtime/command.decorator.js';
import { ROUTE_COMMAND } from './route.decorator.js';

const identity = new Identity();

/**
 * Path parameters, body and, of GET and DELETE, query in one; the path wins, so that a body can't point
 * elsewhere.
 */
function inputOf(request: Request, command: CommandName): Record<string, unknown> {
  const body: unknown = request.body;
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    throw new AppError('VALIDATION_FAILED', { details: [{ path: '', message: 'expected a JSON object' }] });
  }
  const method = definitionOf(command).rest?.method;
  const query = method === 'GET' || method === 'DELETE' ? request.query : {};
  const input: Record<string, unknown> = { ...query, ...(method === 'GET' ? {} : body), ...request.params };
  const key = request.get('idempotency-key');
  if (key !== undefined && input.clientId === undefined) input.clientId = key;
  return input;
}

function claimedUser(request: Request): number | null {
  const header = request.get('x-user-id');
  if (header === undefined) return null;
  const parsed = id.safeParse(header);
  if (parsed.success) return parsed.data;
  throw new AppError('VALIDATION_FAILED', {
    details: [{ path: 'X-User-Id', message: 'expected an id: an integer from 1 to 9007199254740991' }],
  });
}

/** The validated input of a route and who asks: the same as a gateway's handler gets. */
export const Asked = createParamDecorator(
  (_: unknown, context: ExecutionContext): CommandRequest<CommandName> => {
    const request = context.switchToHttp().getRequest<Request>();
    const command = Reflect.getMetadata(ROUTE_COMMAND, context.getHandler()) as CommandName;
    const input = parseInput(command, inputOf(request, command));
    return { input, actor: identity.actorOf(command, input, { userId: claimedUser(request), origin: null }) };
  },
);
