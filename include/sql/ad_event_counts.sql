-- Counts ad events by campaign and event type in windows of 5 s of event time.
-- A window fires when the watermark of every partition has passed it: the slowest partition decides, there is no idle
-- time-out, and the loader's flush records close the last window of the events.
-- Nobody closes the window of the flush records themselves. Stopping with a savepoint does not drain: it is dropped.
-- The next run has a new group that begins behind them, so its watermark starts anew. A run that begins earlier (such as
-- shift-by) reads them again and then closes their window: under the old run key, alike in both copies.
CREATE TEMPORARY TABLE ad_events (
  run_key STRING,
  n BIGINT,
  event_ms BIGINT,
  campaign_id BIGINT,
  event_type STRING,
  price_micros BIGINT,
  event_time AS TO_TIMESTAMP_LTZ(event_ms, 3),
  -- Event time rises in each partition and may stand still.
  WATERMARK FOR event_time AS event_time - INTERVAL '0.001' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = '${source_topic}',
  'properties.bootstrap.servers' = '${bootstrap_servers}',
  'properties.group.id' = '${group_id}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = '${startup_mode}',
  'format' = 'json'
);

CREATE TEMPORARY TABLE ad_event_counts (
  run_key STRING,
  window_start TIMESTAMP(3),
  campaign_id BIGINT,
  event_type STRING,
  cnt BIGINT,
  price_micros BIGINT
) WITH (
  'connector' = 'kafka',
  'topic' = '${sink_topic}',
  'properties.bootstrap.servers' = '${bootstrap_servers}',
  'properties.transaction.timeout.ms' = '${transaction_timeout_ms}',
  'sink.delivery-guarantee' = '${sink_guarantee}',
  'sink.transactional-id-prefix' = '${transactional_id_prefix}',
  'format' = 'json'
);

INSERT INTO ad_event_counts
SELECT run_key, window_start, campaign_id, event_type, COUNT(*), SUM(price_micros)
FROM TABLE(TUMBLE(TABLE ad_events, DESCRIPTOR(event_time), INTERVAL '5' SECOND))
GROUP BY run_key, window_start, window_end, campaign_id, event_type;
