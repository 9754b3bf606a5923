-- Each query is one table of the result. no_chaos and chaos are the outputs of the two copies, a row for each window and key.
-- Columns no_chaos_cnt and chaos_cnt are complete: the verdict compares their sums with the counts by id.

-- name: by event_type
SELECT
  event_type,
  no_chaos_cnt,
  chaos_cnt,
  chaos_cnt - no_chaos_cnt AS diff_cnt,
  CASE WHEN no_chaos_cnt = 0 THEN CAST(NULL AS DOUBLE) ELSE 100.0 * (chaos_cnt - no_chaos_cnt) / no_chaos_cnt END AS diff_cnt_percentage
FROM (
  SELECT event_type, SUM(no_chaos_cnt) AS no_chaos_cnt, SUM(chaos_cnt) AS chaos_cnt
  FROM (
    SELECT event_type, cnt AS no_chaos_cnt, CAST(0 AS BIGINT) AS chaos_cnt FROM no_chaos
    UNION ALL
    SELECT event_type, CAST(0 AS BIGINT), cnt FROM chaos
  )
  GROUP BY event_type
)
ORDER BY event_type;

-- name: windows that differ, the first 20
SELECT
  window_start,
  SUM(no_chaos_cnt) AS no_chaos,
  SUM(chaos_cnt) AS chaos,
  SUM(chaos_cnt - no_chaos_cnt) AS diff,
  SUM(CASE WHEN chaos_cnt <> no_chaos_cnt THEN 1 ELSE 0 END) AS keys_that_differ
FROM (
  SELECT run_key, window_start, campaign_id, event_type, SUM(no_chaos_cnt) AS no_chaos_cnt, SUM(chaos_cnt) AS chaos_cnt
  FROM (
    SELECT run_key, window_start, campaign_id, event_type, cnt AS no_chaos_cnt, CAST(0 AS BIGINT) AS chaos_cnt FROM no_chaos
    UNION ALL
    SELECT run_key, window_start, campaign_id, event_type, CAST(0 AS BIGINT), cnt FROM chaos
  )
  GROUP BY run_key, window_start, campaign_id, event_type
)
GROUP BY window_start
HAVING SUM(CASE WHEN chaos_cnt <> no_chaos_cnt THEN 1 ELSE 0 END) > 0
ORDER BY window_start
LIMIT 20;
