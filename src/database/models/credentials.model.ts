import { BelongsTo, Column, CreatedAt, DataType, Model, Table, UpdatedAt } from 'sequelize-typescript';
import type { Rel } from './rel.js';
import { User } from './user.model.js';

/** A user's login. Not part of `users`, so that code that shows users never reads it. */
@Table({ tableName: 'credentials' })
export class Credentials extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column(DataType.TEXT)
  declare username: string;

  /** scrypt, with its parameters and salt. */
  @Column(DataType.TEXT)
  declare passwordHash: string;

  @CreatedAt
  declare createdAt: Date;

  @UpdatedAt
  declare changedAt: Date;

  @BelongsTo(() => User, 'userId')
  declare user?: Rel<User>;
}
