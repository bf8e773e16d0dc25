import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** What binds a user who is not a member of a group: a ban, or what they would otherwise escape by joining again. */
@Table({ tableName: 'chat_restrictions', timestamps: false })
export class ChatRestriction extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare chatId: number;

  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  /** null: not banned. */
  @Column(DataType.DATE(3))
  declare bannedAt: Date | null;

  /** null: by the application. */
  @Column(DataType.BIGINT)
  declare bannedBy: number | null;

  @Column(DataType.TEXT)
  declare reason: string | null;

  /** As they had it when they left. */
  @Column(DataType.DATE(3))
  declare silencedUntil: Date | null;

  @Column(DataType.DATE(3))
  declare lastSentAt: Date | null;
}
