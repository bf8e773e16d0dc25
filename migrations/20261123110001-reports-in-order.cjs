'use strict';

/**
 * One report is written at a time, from before its id is taken until it is committed: whoever has read up to an id
 * has read all that are lower. A statement's trigger runs before its rows are made.
 */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE FUNCTION one_report_at_a_time() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock(5005003002);
        RETURN NULL;
      END $$;
      CREATE TRIGGER message_reports_in_order BEFORE INSERT ON message_reports
        FOR EACH STATEMENT EXECUTE FUNCTION one_report_at_a_time();
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TRIGGER message_reports_in_order ON message_reports;
      DROP FUNCTION one_report_at_a_time();
    `);
  },
};
