import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A secret as it is stored: sealed, or as it is. */
export interface StoredSecret {
  secret: string;
  /** null: the present one. */
  until: string | null;
}

/** Where what happens in chats is sent. */
@Table({ tableName: 'webhooks', timestamps: false })
export class Webhook extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.TEXT)
  declare url: string;

  @Column(DataType.ARRAY(DataType.TEXT))
  declare events: string[];

  @Column(DataType.TEXT)
  declare description: string | null;

  /** The newest first. */
  @Column(DataType.JSONB)
  declare secrets: StoredSecret[];

  @Column(DataType.TEXT)
  declare status: 'on' | 'paused' | 'disabled';

  /** Probes in a row that failed, since when, and when the next one is. */
  @Column(DataType.INTEGER)
  declare failures: number;

  @Column(DataType.DATE(3))
  declare failingSince: Date | null;

  @Column(DataType.DATE(3))
  declare nextTryAt: Date | null;

  @Column(DataType.TEXT)
  declare lastError: string | null;

  @Column(DataType.DATE(3))
  declare createdAt: Date;

  @Column(DataType.DATE(3))
  declare updatedAt: Date;
}
