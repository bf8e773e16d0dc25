import { Controller } from '@nestjs/common';
import type { UserView } from '../contract/index.js';
import { Asked } from '../rest/command-request.decorator.js';
import { Route } from '../rest/route.decorator.js';
import type { CommandRequest } from '../commands/request.js';
import { UsersService } from './users.service.js';

@Controller()
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Route('getUsers')
  getUsers(@Asked() { actor, input }: CommandRequest<'getUsers'>): Promise<UserView[]> {
    return this.users.page(actor, input);
  }

  @Route('getUser')
  getUser(@Asked() { actor, input }: CommandRequest<'getUser'>): Promise<UserView> {
    return this.users.get(actor, input.id);
  }

  @Route('createUser')
  createUser(@Asked() { actor, input }: CommandRequest<'createUser'>): Promise<UserView> {
    return this.users.create(actor, input);
  }

  @Route('upsertUsers')
  upsertUsers(@Asked() { input }: CommandRequest<'upsertUsers'>): Promise<UserView[]> {
    return this.users.upsert(input);
  }

  @Route('updateUser')
  updateUser(@Asked() { actor, input }: CommandRequest<'updateUser'>): Promise<UserView> {
    return this.users.update(actor, input);
  }
}
