import { Module } from '@nestjs/common';
import { PresenceModule } from '../presence/presence.module.js';
import { SequelizeModule } from '@nestjs/sequelize';
import { User } from '../database/models/user.model.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

/** User profiles. */
@Module({
  imports: [PresenceModule, SequelizeModule.forFeature([User])],
  controllers: [UsersController],
  providers: [UsersService],
  exports: [UsersService],
})
export class UsersModule {}
