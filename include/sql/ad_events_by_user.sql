-- Pre-processor of ad events by user: each user's events leave in the order in which they came.
-- 0 valid, 1 no ad, 3 price below zero, 6 unknown event type
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
  'properties.group.id' = '${group_id}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = '${startup_mode}',
  'format' = 'json'
);

CREATE TEMPORARY TABLE processed (
  user_id STRING,
  run_key STRING,
  n BIGINT,
  ad_id BIGINT,
  event_type STRING,
  price_micros BIGINT,
  campaign_id BIGINT,
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

INSERT INTO processed
SELECT
  user_id,
  run_key,
  n,
  ad_id,
  event_type,
  price_micros,
  MOD(ad_id, 1000),
  CASE
    WHEN ad_id IS NULL THEN 1
    WHEN price_micros < 0 THEN 3
    WHEN event_type NOT IN ('impression', 'click', 'conversion') THEN 6
    ELSE 0
  END
FROM ad_events;
