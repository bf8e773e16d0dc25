import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { CommandName } from '../contract/index.js';
import type { CommandRequest } from '../sockets/command.decorator.js';
import type { CommandHttpRequest } from './command.interceptor.js';

/** The validated input of a route and who asks: the same as a gateway's handler gets. */
export const Asked = createParamDecorator(
  (_: unknown, context: ExecutionContext): CommandRequest<CommandName> =>
    context.switchToHttp().getRequest<CommandHttpRequest>().command,
);
