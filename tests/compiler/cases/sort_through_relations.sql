-- admin: 11 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH w1 AS 
(SELECT m1.name AS name, m1.account_id__name AS account_id__name, m1.account_id__id AS account_id__id, m1.stage_id__name AS stage_id__name, m1.stage_id__id AS stage_id__id, m1.account_id__name_sort AS account_id__name_sort, m1.stage_id__position AS stage_id__position, m1.id AS id 
FROM (SELECT t1.name AS name, s1_0.name AS account_id__name, s1_0.id AS account_id__id, s1_1.name AS stage_id__name, s1_1.id AS stage_id__id, s1_0.name_sort AS account_id__name_sort, s1_1.position AS stage_id__position, t1.id AS id 
FROM opportunities AS t1 LEFT OUTER JOIN accounts AS s1_0 ON s1_0.tenant_id = $3 AND s1_0.id = t1.account_id LEFT OUTER JOIN stages AS s1_1 ON s1_1.tenant_id = $3 AND s1_1.id = t1.stage_id 
WHERE t1.tenant_id = $3 AND t1.archived_at IS NULL AND (CAST($4 AS TEXT) IS NOT NULL AND s1_0.name_sort < CAST($4 AS TEXT) OR CAST($4 AS TEXT) IS NULL AND s1_0.name_sort IS NOT NULL OR (s1_0.name_sort = CAST($4 AS TEXT) OR s1_0.name_sort IS NULL AND CAST($4 AS TEXT) IS NULL) AND (CAST($5 AS BIGINT) IS NOT NULL AND (s1_1.position IS NULL OR s1_1.position > CAST($5 AS BIGINT)) OR (s1_1.position = CAST($5 AS BIGINT) OR s1_1.position IS NULL AND CAST($5 AS BIGINT) IS NULL) AND (t1.id < $6 OR false))) ORDER BY s1_0.name_sort DESC NULLS FIRST, s1_1.position ASC NULLS LAST, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.account_id__name_sort DESC NULLS FIRST, m1.stage_id__position ASC NULLS LAST, m1.id DESC 
 LIMIT $7), 
p1 AS 
(SELECT w1.name AS name, w1.account_id__name AS account_id__name, w1.account_id__id AS account_id__id, w1.stage_id__name AS stage_id__name, w1.stage_id__id AS stage_id__id, w1.account_id__name_sort AS account_id__name_sort, w1.stage_id__position AS stage_id__position, w1.id AS id 
FROM w1 ORDER BY w1.account_id__name_sort DESC NULLS FIRST, w1.stage_id__position ASC NULLS LAST, w1.id DESC 
 LIMIT $8)
 SELECT json_build_object('nodes', n1_0.j, 'pageInfo', json_build_object('hasNextPage', (SELECT count(*) AS count_1 
FROM w1) > $8, 'hasPreviousPage', EXISTS (SELECT 1 
FROM opportunities AS o1 LEFT OUTER JOIN accounts AS q1_0 ON q1_0.tenant_id = $3 AND q1_0.id = o1.account_id LEFT OUTER JOIN stages AS q1_1 ON q1_1.tenant_id = $3 AND q1_1.id = o1.stage_id 
WHERE o1.tenant_id = $3 AND o1.archived_at IS NULL AND (CAST($4 AS TEXT) IS NOT NULL AND q1_0.name_sort < CAST($4 AS TEXT) OR CAST($4 AS TEXT) IS NULL AND q1_0.name_sort IS NOT NULL OR (q1_0.name_sort = CAST($4 AS TEXT) OR q1_0.name_sort IS NULL AND CAST($4 AS TEXT) IS NULL) AND (CAST($5 AS BIGINT) IS NOT NULL AND (q1_1.position IS NULL OR q1_1.position > CAST($5 AS BIGINT)) OR (q1_1.position = CAST($5 AS BIGINT) OR q1_1.position IS NULL AND CAST($5 AS BIGINT) IS NULL) AND (o1.id < $6 OR false))) IS NOT true), 'startCursor', (SELECT translate(encode(($9 || convert_to(CAST(json_build_array(p1.account_id__name_sort, CAST(p1.stage_id__position AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($10 || sha256($11 || ($9 || convert_to(CAST(json_build_array(p1.account_id__name_sort, CAST(p1.stage_id__position AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_1 
FROM p1 ORDER BY p1.account_id__name_sort DESC NULLS FIRST, p1.stage_id__position ASC NULLS LAST, p1.id DESC 
 LIMIT 1), 'endCursor', (SELECT translate(encode(($9 || convert_to(CAST(json_build_array(p1.account_id__name_sort, CAST(p1.stage_id__position AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($10 || sha256($11 || ($9 || convert_to(CAST(json_build_array(p1.account_id__name_sort, CAST(p1.stage_id__position AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_2 
FROM p1 ORDER BY p1.account_id__name_sort ASC NULLS LAST, p1.stage_id__position DESC NULLS FIRST, p1.id ASC 
 LIMIT 1))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, CASE WHEN (p1.account_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p1.account_id__name) END AS account, CASE WHEN (p1.stage_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p1.stage_id__name) END AS stage 
FROM p1 ORDER BY p1.account_id__name_sort DESC NULLS FIRST, p1.stage_id__position ASC NULLS LAST, p1.id DESC) AS r2) AS n1_0) AS opportunities) AS r) END AS anon_1

-- sales_rep: 12 parameters, the tenant is $3
SELECT CASE WHEN (set_config('crm.tenant', $1, true) IS NOT NULL AND set_config('crm.principal', $2, true) IS NOT NULL) THEN (SELECT CAST(row_to_json(r) AS TEXT) AS row_to_json_1 
FROM (SELECT (WITH w1 AS 
(SELECT m1.name AS name, m1.account_id__name AS account_id__name, m1.account_id__id AS account_id__id, m1.stage_id__name AS stage_id__name, m1.stage_id__id AS stage_id__id, m1.account_id__name_sort AS account_id__name_sort, m1.stage_id__position AS stage_id__position, m1.id AS id 
FROM (SELECT t1.name AS name, s1_0.name AS account_id__name, s1_0.id AS account_id__id, s1_1.name AS stage_id__name, s1_1.id AS stage_id__id, s1_0.name_sort AS account_id__name_sort, s1_1.position AS stage_id__position, t1.id AS id 
FROM opportunities AS t1 LEFT OUTER JOIN accounts AS s1_0 ON s1_0.tenant_id = $3 AND s1_0.owner_id = $4 AND s1_0.id = t1.account_id LEFT OUTER JOIN stages AS s1_1 ON s1_1.tenant_id = $3 AND s1_1.id = t1.stage_id 
WHERE t1.tenant_id = $3 AND t1.owner_id = $4 AND t1.archived_at IS NULL AND (CAST($5 AS TEXT) IS NOT NULL AND s1_0.name_sort < CAST($5 AS TEXT) OR CAST($5 AS TEXT) IS NULL AND s1_0.name_sort IS NOT NULL OR (s1_0.name_sort = CAST($5 AS TEXT) OR s1_0.name_sort IS NULL AND CAST($5 AS TEXT) IS NULL) AND (CAST($6 AS BIGINT) IS NOT NULL AND (s1_1.position IS NULL OR s1_1.position > CAST($6 AS BIGINT)) OR (s1_1.position = CAST($6 AS BIGINT) OR s1_1.position IS NULL AND CAST($6 AS BIGINT) IS NULL) AND (t1.id < $7 OR false))) ORDER BY s1_0.name_sort DESC NULLS FIRST, s1_1.position ASC NULLS LAST, t1.id DESC 
 LIMIT 101) AS m1 ORDER BY m1.account_id__name_sort DESC NULLS FIRST, m1.stage_id__position ASC NULLS LAST, m1.id DESC 
 LIMIT $8), 
p1 AS 
(SELECT w1.name AS name, w1.account_id__name AS account_id__name, w1.account_id__id AS account_id__id, w1.stage_id__name AS stage_id__name, w1.stage_id__id AS stage_id__id, w1.account_id__name_sort AS account_id__name_sort, w1.stage_id__position AS stage_id__position, w1.id AS id 
FROM w1 ORDER BY w1.account_id__name_sort DESC NULLS FIRST, w1.stage_id__position ASC NULLS LAST, w1.id DESC 
 LIMIT $9)
 SELECT json_build_object('nodes', n1_0.j, 'pageInfo', json_build_object('hasNextPage', (SELECT count(*) AS count_1 
FROM w1) > $9, 'hasPreviousPage', EXISTS (SELECT 1 
FROM opportunities AS o1 LEFT OUTER JOIN accounts AS q1_0 ON q1_0.tenant_id = $3 AND q1_0.owner_id = $4 AND q1_0.id = o1.account_id LEFT OUTER JOIN stages AS q1_1 ON q1_1.tenant_id = $3 AND q1_1.id = o1.stage_id 
WHERE o1.tenant_id = $3 AND o1.owner_id = $4 AND o1.archived_at IS NULL AND (CAST($5 AS TEXT) IS NOT NULL AND q1_0.name_sort < CAST($5 AS TEXT) OR CAST($5 AS TEXT) IS NULL AND q1_0.name_sort IS NOT NULL OR (q1_0.name_sort = CAST($5 AS TEXT) OR q1_0.name_sort IS NULL AND CAST($5 AS TEXT) IS NULL) AND (CAST($6 AS BIGINT) IS NOT NULL AND (q1_1.position IS NULL OR q1_1.position > CAST($6 AS BIGINT)) OR (q1_1.position = CAST($6 AS BIGINT) OR q1_1.position IS NULL AND CAST($6 AS BIGINT) IS NULL) AND (o1.id < $7 OR false))) IS NOT true), 'startCursor', (SELECT translate(encode(($10 || convert_to(CAST(json_build_array(p1.account_id__name_sort, CAST(p1.stage_id__position AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($11 || sha256($12 || ($10 || convert_to(CAST(json_build_array(p1.account_id__name_sort, CAST(p1.stage_id__position AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_1 
FROM p1 ORDER BY p1.account_id__name_sort DESC NULLS FIRST, p1.stage_id__position ASC NULLS LAST, p1.id DESC 
 LIMIT 1), 'endCursor', (SELECT translate(encode(($10 || convert_to(CAST(json_build_array(p1.account_id__name_sort, CAST(p1.stage_id__position AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')) || substr(sha256($11 || sha256($12 || ($10 || convert_to(CAST(json_build_array(p1.account_id__name_sort, CAST(p1.stage_id__position AS TEXT), CAST(p1.id AS TEXT)) AS TEXT), 'UTF8')))), 1, 8), 'base64'), E'+/=\n', '-_') AS translate_2 
FROM p1 ORDER BY p1.account_id__name_sort ASC NULLS LAST, p1.stage_id__position DESC NULLS FIRST, p1.id ASC 
 LIMIT 1))) AS j 
FROM (SELECT coalesce(json_agg(row_to_json(r2)), '[]'::json) AS j 
FROM (SELECT p1.name AS name, CASE WHEN (p1.account_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p1.account_id__name) END AS account, CASE WHEN (p1.stage_id__id IS NULL) THEN NULL::json ELSE json_build_object('name', p1.stage_id__name) END AS stage 
FROM p1 ORDER BY p1.account_id__name_sort DESC NULLS FIRST, p1.stage_id__position ASC NULLS LAST, p1.id DESC) AS r2) AS n1_0) AS opportunities) AS r) END AS anon_1
