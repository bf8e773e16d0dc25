import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** Since when, until when and why a user is deactivated. */
@Table({ tableName: 'deactivations', timestamps: false })
export class Deactivation extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  @Column(DataType.DATE(3))
  declare at: Date;

  /** null: until the application ends it. */
  @Column(DataType.DATE(3))
  declare until: Date | null;

  @Column(DataType.TEXT)
  declare reason: string | null;

  /** It is over; the row stays for a day, so that all nodes learn of it. */
  @Column(DataType.BOOLEAN)
  declare ended: boolean;

  @Column(DataType.DATE(3))
  declare changedAt: Date;

  /** When the user's direct chats are to be marked; null: they are. */
  @Column(DataType.DATE)
  declare markAt: Date | null;
}
