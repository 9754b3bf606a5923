-- Data loader: ${records} events with the id (run key, n), in the order of n for each user: a user's events are in one partition.
CREATE TEMPORARY TABLE numbers (
  n BIGINT
) WITH (
  'connector' = 'datagen',
  'rows-per-second' = '${records_per_second}',
  'fields.n.kind' = 'sequence',
  'fields.n.start' = '0',
  'fields.n.end' = '${last_number}'
);

CREATE TEMPORARY TABLE ad_events (
  user_id STRING,
  run_key STRING,
  n BIGINT,
  ad_id BIGINT,
  event_type STRING,
  price_micros BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = '${source_topic}',
  'properties.bootstrap.servers' = '${bootstrap_servers}',
  -- A retried batch must not overtake the next one.
  'properties.enable.idempotence' = 'true',
  'key.format' = 'raw',
  'key.fields' = 'user_id',
  'value.format' = 'json',
  'value.fields-include' = 'ALL',
  'sink.delivery-guarantee' = 'at-least-once'
);

INSERT INTO ad_events
SELECT
  CAST(MOD(n * 7919, 1009) AS STRING),
  '${run_key}',
  n,
  CASE WHEN MOD(n, 97) = 0 THEN CAST(NULL AS BIGINT) ELSE MOD(n * 7919, 100003) END,
  CASE WHEN MOD(n, 211) = 0 THEN 'unknown' WHEN MOD(n, 10) < 7 THEN 'impression' WHEN MOD(n, 10) < 9 THEN 'click' ELSE 'conversion' END,
  CASE WHEN MOD(n, 503) = 0 THEN -1 ELSE MOD(n * 31, 5000000) END
FROM numbers;
