-- Pre-processor of ad events that writes files: validates, enriches, sets valid_status.
-- 0 valid, 1 no ad, 2 bot, 3 price below zero, 6 unknown event type
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
  'properties.group.id' = '${group_id}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = '${startup_mode}',
  'format' = 'json'
);

CREATE TEMPORARY TABLE processed (
  run_key STRING,
  n BIGINT,
  ad_id BIGINT,
  event_type STRING,
  price_micros BIGINT,
  campaign_id BIGINT,
  valid_status INT
) WITH (
  'connector' = 'filesystem',
  'path' = '${sink_directory}',
  'format' = 'json',
  -- A file that is open when the application stops is never finished: end files soon, the next checkpoint finishes them.
  'sink.rolling-policy.rollover-interval' = '${roll_seconds} s',
  'sink.rolling-policy.check-interval' = '${roll_seconds} s'
);

INSERT INTO processed
SELECT
  run_key,
  n,
  ad_id,
  event_type,
  price_micros,
  MOD(ad_id, 1000),
  CASE
    WHEN ad_id IS NULL THEN 1
    WHEN user_agent = 'bot' THEN 2
    WHEN price_micros < 0 THEN 3
    WHEN event_type NOT IN ('impression', 'click', 'conversion') THEN 6
    ELSE 0
  END
FROM ad_events;
