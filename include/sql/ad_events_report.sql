-- Each query is one table of the result. no_chaos and chaos are the outputs of the two copies.

-- name: by valid_status
SELECT
  valid_status,
  no_chaos_cnt,
  chaos_cnt,
  chaos_cnt - no_chaos_cnt AS diff_cnt,
  CASE WHEN no_chaos_cnt = 0 THEN CAST(NULL AS DOUBLE) ELSE 100.0 * (chaos_cnt - no_chaos_cnt) / no_chaos_cnt END AS diff_cnt_percentage
FROM (
  SELECT
    COALESCE(s.valid_status, c.valid_status) AS valid_status,
    COALESCE(s.cnt, 0) AS no_chaos_cnt,
    COALESCE(c.cnt, 0) AS chaos_cnt
  FROM (SELECT valid_status, COUNT(*) AS cnt FROM no_chaos GROUP BY valid_status) s
  FULL OUTER JOIN (SELECT valid_status, COUNT(*) AS cnt FROM chaos GROUP BY valid_status) c
  ON s.valid_status = c.valid_status
)
ORDER BY valid_status;
