import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Repeats } from '../commands/idempotency/repeats.js';
import { UsersService } from './users.service.js';

/** A repeated command about users is answered with the users as they are now. */
@Injectable()
export class UserRepeats implements OnModuleInit {
  constructor(
    private readonly users: UsersService,
    private readonly repeats: Repeats,
  ) {}

  onModuleInit(): void {
    this.repeats.add(['createUser', 'updateUser'], {
      ids: ({ id }) => [id],
      again: (actor, [id = 0]) => this.users.get(actor, id),
    });
    this.repeats.add(['upsertUsers'], {
      ids: (users) => users.map(({ id }) => id),
      again: (_, ids) => this.users.byIds(ids),
    });
  }
}
