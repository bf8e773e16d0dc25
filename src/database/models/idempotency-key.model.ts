import { Column, DataType, Model, Table } from 'sequelize-typescript';
import type { CommandName } from '../../contract/index.js';

/** A command (not a send) that carried an idempotency key, with what finds its answer again. */
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

  /** Ids with which the answer is read again, or an answer without text that people wrote; null: no answer yet. */
  @Column(DataType.JSON)
  declare kept: unknown;

  /** The chat that the answer is about: the key is deleted with it. */
  @Column(DataType.BIGINT)
  declare chatId: number | null;

  /** The answer, as the version before 0.2.0 kept it. */
  @Column(DataType.JSON)
  declare answer: unknown;

  @Column(DataType.DATE(3))
  declare claimedAt: Date;
}
