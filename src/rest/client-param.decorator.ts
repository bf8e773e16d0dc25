import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Client } from '../commands/request.js';
import type { CommandHttpRequest } from './rest-call.js';

/** Where the request of a route comes from. */
export const ClientParam = createParamDecorator(
  (_: unknown, context: ExecutionContext): Client =>
    context.switchToHttp().getRequest<CommandHttpRequest>().client,
);
