-- Data loader: ${records} events, each with the id (run key, n); everything else follows from n, so that both copies see the same.
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
  run_key STRING,
  n BIGINT,
  ad_id BIGINT,
  event_type STRING,
  price_micros BIGINT,
  user_agent STRING
) WITH (
  'connector' = 'kafka',
  'topic' = '${source_topic}',
  'properties.bootstrap.servers' = '${bootstrap_servers}',
  'format' = 'json',
  'sink.delivery-guarantee' = 'at-least-once'
);

INSERT INTO ad_events
SELECT
  '${run_key}',
  n,
  CASE WHEN MOD(n, 97) = 0 THEN CAST(NULL AS BIGINT) ELSE MOD(n * 7919, 100003) END,
  CASE WHEN MOD(n, 211) = 0 THEN 'unknown' WHEN MOD(n, 10) < 7 THEN 'impression' WHEN MOD(n, 10) < 9 THEN 'click' ELSE 'conversion' END,
  CASE WHEN MOD(n, 503) = 0 THEN -1 ELSE MOD(n * 31, 5000000) END,
  CASE WHEN MOD(n, 50021) = 0 THEN 'bot' ELSE 'browser' END
FROM numbers;
