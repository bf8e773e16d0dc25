import { Column, DataType, Model, Table } from 'sequelize-typescript';
import type { PushKind } from '../../contract/index.js';

/** A device that gets pushes. */
@Table({ tableName: 'push_targets', timestamps: false })
export class PushTarget extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true, autoIncrement: true })
  declare id: number;

  @Column(DataType.BIGINT)
  declare userId: number;

  @Column(DataType.TEXT)
  declare kind: PushKind;

  /** web: the URL of the subscription. */
  @Column(DataType.TEXT)
  declare token: string;

  @Column(DataType.JSONB)
  declare keys: { p256dh: string; auth: string } | null;

  @Column(DataType.TEXT)
  declare deviceId: string | null;

  /** The session it was added in, and ends with; null: none of this server. */
  @Column(DataType.UUID)
  declare sessionId: string | null;

  @Column(DataType.DATE(3))
  declare createdAt: Date;
}
