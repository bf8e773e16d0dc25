import { Controller } from '@nestjs/common';
import type { UserView } from '../contract/index.js';
import { CommandParam } from '../rest/command-param.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { FindingService } from './finding.service.js';
import { UsersService } from './users.service.js';

@Controller()
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly finding: FindingService,
  ) {}

  @Route('getUsers')
  getUsers(@CommandParam() { actor, input }: CommandRequest<'getUsers'>): Promise<UserView[]> {
    return this.finding.list(actor, input);
  }

  // Before `/users/:id`.
  @Route('searchUsers')
  searchUsers(@CommandParam() { actor, input }: CommandRequest<'searchUsers'>): Promise<UserView[]> {
    return this.finding.search(actor, input);
  }

  @Route('getUser')
  getUser(@CommandParam() { actor, input }: CommandRequest<'getUser'>): Promise<UserView> {
    return this.finding.get(actor, input.id);
  }

  @Route('createUser')
  createUser(@CommandParam() { actor, input }: CommandRequest<'createUser'>): Promise<UserView> {
    return this.users.create(actor, input);
  }

  @Route('upsertUsers')
  upsertUsers(@CommandParam() { actor, input }: CommandRequest<'upsertUsers'>): Promise<UserView[]> {
    return this.users.upsert(actor, input);
  }

  @Route('updateUser')
  updateUser(@CommandParam() { actor, input }: CommandRequest<'updateUser'>): Promise<UserView> {
    return this.users.update(actor, input);
  }
}
