import { applyDecorators, HttpCode, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import { type CommandName, type commands, definitionOf } from '../contract/index.js';

/** The commands that have a REST twin. */
export type RouteCommand = {
  [C in CommandName]: (typeof commands)[C]['rest'] extends null ? never : C;
}[CommandName];

/** Where the decorator leaves the command's name on the handler. */
export const ROUTE_COMMAND = 'route:command';

/** Makes a controller's method the REST twin of a command: method, path and status come from the contract. */
export function Route(command: RouteCommand): MethodDecorator {
  const { rest } = definitionOf(command);
  if (!rest) throw new Error(`The command ${command} has no route`);
  return applyDecorators(
    RequestMapping({ method: RequestMethod[rest.method], path: rest.path }),
    HttpCode(rest.status),
    SetMetadata(ROUTE_COMMAND, command),
  );
}
