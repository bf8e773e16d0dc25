'use strict';

/** Webhooks: where what is sent, and what did not get through. Each is a sink of the log of changes, by its id. */
module.exports = {
  async up(queryInterface) {
    await queryInterface.sequelize.query(`
      CREATE TABLE webhooks (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        url text NOT NULL,
        events text[] NOT NULL,
        description text,
        -- The newest first: [{ secret, until }], sealed where WEBHOOK_KEY is set.
        secrets jsonb NOT NULL,
        status text NOT NULL DEFAULT 'on' CHECK (status IN ('on', 'paused', 'disabled')),
        -- Probes in a row that failed, since when, and when the next one is.
        failures integer NOT NULL DEFAULT 0,
        "failingSince" timestamptz(3),
        "nextTryAt" timestamptz(3),
        "lastError" text,
        "createdAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        "updatedAt" timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );

      -- What was refused while others were taken, and what waits behind it: as the log of changes has it.
      CREATE TABLE webhook_parked (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "webhookId" bigint NOT NULL REFERENCES webhooks ON DELETE CASCADE,
        "eventId" text NOT NULL,
        "chatId" bigint NOT NULL,
        kind text NOT NULL,
        -- Of a sent message its seq, of other changes the version.
        nr bigint NOT NULL,
        "messageId" bigint,
        details jsonb,
        at timestamptz(3) NOT NULL,
        tries integer NOT NULL,
        -- null: it waits for an earlier one of its chat, or is dead.
        "nextTryAt" timestamptz(3),
        "deadAt" timestamptz(3),
        "lastError" text,
        UNIQUE ("webhookId", "eventId")
      );
      CREATE INDEX webhook_parked_of_chat ON webhook_parked ("webhookId", "chatId", id) WHERE "deadAt" IS NULL;
      CREATE INDEX webhook_parked_due ON webhook_parked ("webhookId", "nextTryAt") WHERE "nextTryAt" IS NOT NULL;
      CREATE INDEX webhook_parked_of_webhook ON webhook_parked ("webhookId", id);
      CREATE INDEX webhook_parked_dead ON webhook_parked ("deadAt") WHERE "deadAt" IS NOT NULL;

      CREATE TABLE webhook_tries (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        "webhookId" bigint NOT NULL REFERENCES webhooks ON DELETE CASCADE,
        "eventId" text NOT NULL,
        kind text NOT NULL,
        try integer NOT NULL,
        status integer,
        error text,
        "tookMs" integer NOT NULL,
        at timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX webhook_tries_of_webhook ON webhook_tries ("webhookId", id);
      CREATE INDEX webhook_tries_by_time ON webhook_tries (at);
    `);
  },

  async down(queryInterface) {
    await queryInterface.sequelize.query(`
      DROP TABLE webhook_tries;
      DROP TABLE webhook_parked;
      DROP TABLE webhooks;
      DELETE FROM sinks WHERE name LIKE 'webhook:%';
    `);
  },
};
