import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { CommandRequest } from '../commands/request.js';
import type { CommandName } from '../contract/index.js';
import type { CommandHttpRequest } from './rest-call.js';

/** The validated input of a route, and the actor: the same that a gateway's handler gets. */
export const CommandParam = createParamDecorator(
  (_: unknown, context: ExecutionContext): CommandRequest<CommandName> =>
    context.switchToHttp().getRequest<CommandHttpRequest>().command,
);
