import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A try to send an event to a webhook. */
@Table({ tableName: 'webhook_tries', timestamps: false })
export class WebhookTry extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.BIGINT)
  declare webhookId: number;

  @Column(DataType.TEXT)
  declare eventId: string;

  @Column(DataType.TEXT)
  declare kind: string;

  @Column(DataType.INTEGER)
  declare try: number;

  @Column(DataType.INTEGER)
  declare status: number | null;

  @Column(DataType.TEXT)
  declare error: string | null;

  @Column(DataType.INTEGER)
  declare tookMs: number;

  @Column(DataType.DATE(3))
  declare at: Date;
}
