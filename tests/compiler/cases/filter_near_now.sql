-- admin: 15 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH p1 AS 
(SELECT m1.name AS name, m1.created_at AS created_at, m1.id AS id 
FROM (SELECT t1.name AS name, t1.created_at AS created_at, t1.id AS id 
FROM accounts AS t1 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND t1.created_at >= CAST($4 AS TIMESTAMP WITH TIME ZONE) - CAST(CAST($5 AS TEXT) AS INTERVAL) AND t1.created_at <= CAST($4 AS TIMESTAMP WITH TIME ZONE) ORDER BY t1.created_at DESC, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.created_at DESC, m1.id DESC 
 LIMIT $6)
 SELECT json_build_object('nodes', n1_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, rtrim(rtrim(to_char(timezone('UTC', p1.created_at), 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z' AS "createdAt" 
FROM p1 ORDER BY p1.created_at DESC, p1.id DESC) AS r2) AS n1_0) AS lately, (WITH p3 AS 
(SELECT m3.name AS name, m3.created_at AS created_at, m3.id AS id 
FROM (SELECT t3.name AS name, t3.created_at AS created_at, t3.id AS id 
FROM accounts AS t3 
WHERE t3.tenant_id = $3 AND t3.archived_at IS NULL AND t3.updated_at >= CAST($4 AS TIMESTAMP WITH TIME ZONE) - CAST(CAST($7 AS TEXT) AS INTERVAL) AND t3.updated_at <= CAST($4 AS TIMESTAMP WITH TIME ZONE) ORDER BY t3.created_at DESC, t3.id DESC 
 LIMIT 101) AS m3 ORDER BY m3.created_at DESC, m3.id DESC 
 LIMIT $8)
 SELECT json_build_object('nodes', n3_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r4)), '[]'::json) AS j 
FROM (SELECT p3.name AS name 
FROM p3 ORDER BY p3.created_at DESC, p3.id DESC) AS r4) AS n3_0) AS this_week, (WITH p5 AS 
(SELECT m5.name AS name, m5.close_date AS close_date, m5.created_at AS created_at, m5.id AS id 
FROM (SELECT t5.name AS name, t5.close_date AS close_date, t5.created_at AS created_at, t5.id AS id 
FROM opportunities AS t5 
WHERE t5.tenant_id = $3 AND t5.archived_at IS NULL AND t5.close_date >= CAST(timezone((SELECT zone_of.zone 
FROM tenants AS zone_of 
WHERE zone_of.id = $3), CAST($4 AS TIMESTAMP WITH TIME ZONE)) AS DATE) AND t5.close_date <= CAST(timezone((SELECT zone_of.zone 
FROM tenants AS zone_of 
WHERE zone_of.id = $3), CAST($4 AS TIMESTAMP WITH TIME ZONE) + CAST(CAST($9 AS TEXT) AS INTERVAL)) AS DATE) ORDER BY t5.created_at DESC, t5.id DESC 
 LIMIT 101) AS m5 ORDER BY m5.created_at DESC, m5.id DESC 
 LIMIT $10)
 SELECT json_build_object('nodes', n5_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r6)), '[]'::json) AS j 
FROM (SELECT p5.name AS name, p5.close_date AS "closeDate" 
FROM p5 ORDER BY p5.created_at DESC, p5.id DESC) AS r6) AS n5_0) AS soon, (WITH p7 AS 
(SELECT m7.name AS name, m7.close_date AS close_date, m7.created_at AS created_at, m7.id AS id 
FROM (SELECT t7.name AS name, t7.close_date AS close_date, t7.created_at AS created_at, t7.id AS id 
FROM opportunities AS t7 
WHERE t7.tenant_id = $3 AND t7.archived_at IS NULL AND (t7.close_date >= CAST(timezone((SELECT zone_of.zone 
FROM tenants AS zone_of 
WHERE zone_of.id = $3), CAST($4 AS TIMESTAMP WITH TIME ZONE)) AS DATE) AND t7.close_date <= CAST(timezone((SELECT zone_of.zone 
FROM tenants AS zone_of 
WHERE zone_of.id = $3), CAST($4 AS TIMESTAMP WITH TIME ZONE) + CAST(CAST($11 AS TEXT) AS INTERVAL)) AS DATE)) IS NOT true AND t7.close_date >= CAST(timezone((SELECT zone_of.zone 
FROM tenants AS zone_of 
WHERE zone_of.id = $3), CAST($4 AS TIMESTAMP WITH TIME ZONE)) AS DATE) AND t7.close_date <= CAST(timezone((SELECT zone_of.zone 
FROM tenants AS zone_of 
WHERE zone_of.id = $3), CAST($4 AS TIMESTAMP WITH TIME ZONE) + CAST(CAST($12 AS TEXT) AS INTERVAL)) AS DATE) ORDER BY t7.created_at DESC, t7.id DESC 
 LIMIT 101) AS m7 ORDER BY m7.created_at DESC, m7.id DESC 
 LIMIT $13)
 SELECT json_build_object('nodes', n7_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r8)), '[]'::json) AS j 
FROM (SELECT p7.name AS name, p7.close_date AS "closeDate" 
FROM p7 ORDER BY p7.created_at DESC, p7.id DESC) AS r8) AS n7_0) AS later, (WITH p9 AS 
(SELECT m9.name AS name, m9.closed_on AS closed_on, m9.created_at AS created_at, m9.id AS id 
FROM (SELECT t9.name AS name, t9.closed_on AS closed_on, t9.created_at AS created_at, t9.id AS id 
FROM opportunities AS t9 
WHERE t9.tenant_id = $3 AND t9.archived_at IS NULL AND t9.closed_on >= CAST(timezone((SELECT zone_of.zone 
FROM tenants AS zone_of 
WHERE zone_of.id = $3), CAST($4 AS TIMESTAMP WITH TIME ZONE) - CAST(CAST($14 AS TEXT) AS INTERVAL)) AS DATE) AND t9.closed_on <= CAST(timezone((SELECT zone_of.zone 
FROM tenants AS zone_of 
WHERE zone_of.id = $3), CAST($4 AS TIMESTAMP WITH TIME ZONE)) AS DATE) ORDER BY t9.created_at DESC, t9.id DESC 
 LIMIT 101) AS m9 ORDER BY m9.created_at DESC, m9.id DESC 
 LIMIT $15)
 SELECT json_build_object('nodes', n9_0.j) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r10)), '[]'::json) AS j 
FROM (SELECT p9.name AS name, p9.closed_on AS "closedOn" 
FROM p9 ORDER BY p9.created_at DESC, p9.id DESC) AS r10) AS n9_0) AS closed) AS r) END AS anon_1
