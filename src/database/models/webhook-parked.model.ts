import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** An event that a webhook refused while it took others, or one that waits behind it. */
@Table({ tableName: 'webhook_parked', timestamps: false })
export class WebhookParked extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.BIGINT)
  declare webhookId: number;

  @Column(DataType.TEXT)
  declare eventId: string;

  @Column(DataType.BIGINT)
  declare chatId: number;

  @Column(DataType.TEXT)
  declare kind: string;

  /** Of a sent message its seq, of other changes the version. */
  @Column(DataType.BIGINT)
  declare nr: number;

  @Column(DataType.BIGINT)
  declare messageId: number | null;

  @Column(DataType.JSONB)
  declare details: Record<string, unknown> | null;

  @Column(DataType.DATE(3))
  declare at: Date;

  @Column(DataType.INTEGER)
  declare tries: number;

  /** null: it waits for an earlier one of its chat, or is dead. */
  @Column(DataType.DATE(3))
  declare nextTryAt: Date | null;

  @Column(DataType.DATE(3))
  declare deadAt: Date | null;

  @Column(DataType.TEXT)
  declare lastError: string | null;
}
