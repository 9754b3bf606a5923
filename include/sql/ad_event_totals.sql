-- Running total of each user's prices: each event leaves once, with what its user has come to. Its state is worth as much as its records.
CREATE TEMPORARY TABLE ad_events (
  user_id STRING,
  run_key STRING,
  n BIGINT,
  ad_id BIGINT,
  event_type STRING,
  price_micros BIGINT,
  read_at AS PROCTIME()
) WITH (
  'connector' = 'kafka',
  'topic' = '${source_topic}',
  'properties.bootstrap.servers' = '${bootstrap_servers}',
  'properties.group.id' = '${group_id}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = '${startup_mode}',
  'format' = 'json'
);

CREATE TEMPORARY TABLE totals (
  user_id STRING,
  run_key STRING,
  n BIGINT,
  price_micros BIGINT,
  total_micros BIGINT,
  valid_status INT
) WITH (
  'connector' = 'kafka',
  'topic' = '${sink_topic}',
  'properties.bootstrap.servers' = '${bootstrap_servers}',
  'properties.transaction.timeout.ms' = '${transaction_timeout_ms}',
  'sink.delivery-guarantee' = '${sink_guarantee}',
  'sink.transactional-id-prefix' = '${transactional_id_prefix}',
  'key.format' = 'raw',
  'key.fields' = 'user_id',
  'value.format' = 'json',
  'value.fields-include' = 'ALL'
);

-- By run and user: what an earlier run left in the topic is no part of this one's totals.
INSERT INTO totals
SELECT
  user_id,
  run_key,
  n,
  price_micros,
  SUM(price_micros) OVER (PARTITION BY run_key, user_id ORDER BY read_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
  CASE WHEN price_micros < 0 THEN 3 ELSE 0 END
FROM ad_events;
