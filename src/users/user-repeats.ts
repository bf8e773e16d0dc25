import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Repeats } from '../commands/idempotency/repeats.js';
import { AppError } from '../contract/index.js';
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
      again: async (_, [id = 0]) => {
        const [user] = await this.users.byIds([id]);
        if (!user) throw new AppError('NOT_FOUND');
        return user;
      },
    });
    this.repeats.add(['upsertUsers'], {
      ids: (users) => users.map(({ id }) => id),
      again: (_, ids) => this.users.byIds(ids),
    });
  }
}
