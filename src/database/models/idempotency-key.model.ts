import { Column, DataType, Model, Table } from 'sequelize-typescript';
import type { CommandName } from '../../contract/index.js';

/** A command (not a send) that carried an idempotency key, with its answer. */
@Table({ tableName: 'idempotency_keys', timestamps: false })
export class IdempotencyKey extends Model {
  /** The actor; 0 is the application. */
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare actorId: number;

  @Column({ type: DataType.TEXT, primaryKey: true })
  declare key: string;

  @Column(DataType.TEXT)
  declare command: CommandName;

  @Column(DataType.TEXT)
  declare bodyHash: string;

  /** null: no answer yet. */
  @Column(DataType.JSON)
  declare answer: unknown;

  @Column(DataType.DATE(3))
  declare claimedAt: Date;
}
