import { Column, DataType, Model, Table } from 'sequelize-typescript';

/** Who reads the log of changes, and how far they are. */
@Table({ tableName: 'sinks', timestamps: false })
export class Sink extends Model {
  @Column({ type: DataType.TEXT, primaryKey: true })
  declare name: string;

  /** All is done up to this message, and after it up to this row of the outbox. */
  @Column(DataType.BIGINT)
  declare messageId: number;

  @Column(DataType.BIGINT)
  declare outboxId: number;

  /** The node that reads, and until when no other one may. */
  @Column(DataType.UUID)
  declare leasedBy: string | null;

  @Column(DataType.DATE(3))
  declare leasedUntil: Date | null;

  /** Counts the leases: a node whose lease is over moves nothing. */
  @Column(DataType.BIGINT)
  declare leaseNo: number;

  /** When it was last moved past something that was not kept any longer. */
  @Column(DataType.DATE(3))
  declare skippedAt: Date | null;

  @Column(DataType.DATE(3))
  declare createdAt: Date;
}
