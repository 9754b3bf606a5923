-- Data loader: ${records} events with the id (run key, n), and ${flush_records} flush records after them.
-- Event time follows from n alone: the moment at which the event is due. One writer, parallelism 1, so every partition
-- holds n and event time in rising order; no event is ever late.
-- Kafka's partitioner spreads lanes (n modulo ${flush_records}), not records. Each lane ends with one flush record, so
-- whatever partition holds an event also ends with a flush record. It is 10 s beyond the last event, more than a window.
CREATE TEMPORARY TABLE numbers (
  n BIGINT
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '${records_per_second}',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '${last_flush_number}'
);

CREATE TEMPORARY TABLE ad_events (
  lane STRING,
  run_key STRING,
  n BIGINT,
  event_ms BIGINT,
  campaign_id BIGINT,
  event_type STRING,
  price_micros BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = '${source_topic}',
  'properties.bootstrap.servers' = '${bootstrap_servers}',
  -- A retried batch must not overtake the next one.
  'properties.enable.idempotence' = 'true',
  'key.format' = 'raw',
  'key.fields' = 'lane',
  'value.format' = 'json',
  'value.fields-include' = 'EXCEPT_KEY',
  'sink.delivery-guarantee' = 'at-least-once'
);

INSERT INTO ad_events
SELECT
  CAST(MOD(n, ${flush_records}) AS STRING),
  '${run_key}',
  n,
  ${created_ms} + n * 1000 / ${records_per_second} + CASE WHEN n > ${last_number} THEN 10000 ELSE 0 END,
  CASE WHEN MOD(n, 97) = 0 THEN CAST(NULL AS BIGINT) ELSE MOD(MOD(n * 7919, 100003), 1000) END,
  CASE
    WHEN n > ${last_number} THEN 'flush'
    WHEN MOD(n, 211) = 0 THEN 'unknown'
    WHEN MOD(n, 10) < 7 THEN 'impression'
    WHEN MOD(n, 10) < 9 THEN 'click'
    ELSE 'conversion'
  END,
  MOD(n * 31, 5000000)
FROM numbers;
