import { applyDecorators, HttpCode, RequestMapping, RequestMethod, SetMetadata } from '@nestjs/common';
import { type CommandName, type commands, definitionOf } from '../contract/index.js';

/** The commands that have a REST counterpart. */
export type RouteCommand = {
  [C in CommandName]: (typeof commands)[C]['rest'] extends null ? never : C;
}[CommandName];

/** The decorator stores the names of the commands under this key on the handler. */
export const ROUTE_COMMANDS = 'route:commands';

/**
 * Makes a controller's method the REST counterpart of a command: method, path and status come from the contract. If
 * several commands share the route, the body says which one is meant (`rest.when`), by default the first.
 */
export function Route(...commands: [RouteCommand, ...RouteCommand[]]): MethodDecorator {
  const [command, ...others] = commands;
  const { rest } = definitionOf(command);
  if (!rest) throw new Error(`The command ${command} has no route: give it \`rest\` in the contract`);
  for (const other of others) {
    const { method, path } = definitionOf(other).rest ?? {};
    if (method !== rest.method || path !== rest.path) {
      throw new Error(`The commands ${command} and ${other} have different routes: use one @Route for each`);
    }
  }
  return applyDecorators(
    RequestMapping({ method: RequestMethod[rest.method], path: rest.path }),
    HttpCode(rest.status),
    SetMetadata(ROUTE_COMMANDS, commands),
  );
}
