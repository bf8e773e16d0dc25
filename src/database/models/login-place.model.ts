import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** A network or a device (session) from which a user has logged in. */
@Table({ tableName: 'login_places', timestamps: false })
export class LoginPlace extends Model {
  @Column({ type: DataType.BIGINT, primaryKey: true })
  declare userId: number;

  /** HMAC of the network or the session. */
  @Column({ type: DataType.BLOB, primaryKey: true })
  declare place: Buffer;

  @Column(DataType.DATE(3))
  declare usedAt: Date;
}
